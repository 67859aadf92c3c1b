import { describe, expect, it } from 'vitest'
import { gaussianNaiveBayes, linearRegression, oneHot, openModel, pipeline, standardScaler } from '../../src/index.ts'
import type { Learner, RunningLearner, Target } from '../../src/learners/learner.ts'
import { encodeModelFile, type ModelColumn, type ModelHeader } from '../../src/models/model-file.ts'

const columns: readonly ModelColumn[] = [
  { name: 'origin', kind: 'category', size: 8, categories: ['ATL', 'ORD', 'SEA'] },
  { name: 'distance', kind: 'number', size: 1 },
]

function fileOf(learner: Learner<any, any>, target: Target, classes: readonly string[]) {
  const running = learner.build({ columns }, target)
  for (let n = 0; n < 500; n++) {
    const origin = n % 4
    const label = target.problem === 'regression' ? origin * 2 + n / 500 : origin % target.classes
    running.learn(Float64Array.of(origin, 100 + ((n * 37) % 400)), 0, label, 1)
  }
  const { algorithm, parameters } = learner
  const header: ModelHeader = {
    stream: 'flights',
    task: 0,
    version: 'v0.1',
    parent: null,
    carriedFrom: null,
    algorithm,
    parameters,
    columns,
    target,
    classes,
    labels: { first: 0, end: 500 },
    job: null,
    written: 'exported',
    reason: 'a test',
    time: 0,
    numbers: {},
    code: '',
  }
  return { running, bytes: encodeModelFile(header, running.save()), header }
}

function said(running: RunningLearner, row: readonly number[]): Float64Array {
  const out = new Float64Array(running.outputs)
  running.predict(Float64Array.from(row), 0, out, 0)
  return out
}

describe('a model of a file', () => {
  const bayes = pipeline(oneHot(), gaussianNaiveBayes())

  it('binary: predicts as the model did, by the names of columns and categories', () => {
    const { running, bytes, header } = fileOf(bayes, { problem: 'binary', classes: 2 }, ['false', 'true'])
    const model = openModel(bytes)
    expect(model.header).toEqual(header)
    expect(model.schema.columns).toEqual(columns.map(({ name, kind, size }) => ({ name, kind, size })))
    const expected = said(running, [2, 250])[1]
    expect(model.predict({ origin: 'ORD', distance: 250 })).toEqual({
      prediction: expected,
      class: null,
      probabilities: null,
    })
    expect(model.predict({ distance: 250, origin: 'NRT' }).prediction).toBe(said(running, [0, 250])[1])
    expect(model.predict({ origin: null, distance: undefined }).prediction).toBe(said(running, [0, Number.NaN])[1])
    expect(model.predict({}).prediction).toBe(said(running, [0, Number.NaN])[1])
    expect(model.predict({ distance: true }).prediction).toBe(said(running, [0, 1])[1])
    expect(model.learner.save()).toEqual(running.save())
  })

  it('multiclass: names the classes', () => {
    const names = ['early', 'on time', 'late']
    const { running, bytes } = fileOf(bayes, { problem: 'multiclass', classes: 64 }, names)
    const { prediction, class: name, probabilities } = openModel(bytes).predict({ origin: 'ORD', distance: 300 })
    const out = said(running, [2, 300])
    expect(name).toBe('late')
    expect(prediction).toBe(out[2])
    expect(probabilities).toEqual({ early: out[0], 'on time': out[1], late: out[2] })
  })

  it('regression: gives the value', () => {
    const learner = pipeline(oneHot(), standardScaler(), linearRegression())
    const { running, bytes } = fileOf(learner, { problem: 'regression', classes: 1 }, [])
    const model = openModel(bytes)
    expect(model.predict({ origin: 'SEA', distance: 120 }).prediction).toBe(said(running, [3, 120])[0])
    expect(model.predict({ origin: 'SEA', distance: 120 }).prediction).toBeCloseTo(6.5, 0)
  })

  it.each([
    [{ orign: 'ATL' }, "there is no column 'orign'. Did you mean 'origin'?"],
    [{ origin: 7 }, '7 is no string'],
    [{ distance: 'far' }, '"far" is no number'],
  ])('refuses the row %j', (row, message) => {
    const { bytes } = fileOf(bayes, { problem: 'binary', classes: 2 }, ['false', 'true'])
    const refusal = expect.objectContaining({ code: 'MILLRACE_MODEL_ROW', message: expect.stringContaining(message) })
    expect(() => openModel(bytes).predict(row)).toThrow(refusal)
  })
})
