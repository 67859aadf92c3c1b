import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  bayesianLinearRegression,
  type Learner,
  type LinearOptions,
  linearRegression,
  logisticRegression,
  passiveAggressiveClassifier,
  perceptron,
  pipeline,
} from '../../src/learners/index.ts'
import { standardScaler } from '../../src/transforms/standard-scaler.ts'
import { readDataset } from './learners-dataset.ts'

interface Golden {
  readonly dataset: string
  readonly weights: number[]
  readonly predictions: [row: number, prediction: number][]
}

const file = new URL('golden/river-linear.json', import.meta.url)
const { river, cases } = JSON.parse(readFileSync(file, 'utf8')) as { river: string; cases: Record<string, Golden> }
const stepped = (optimizer: LinearOptions['optimizer']) =>
  logisticRegression({ optimizer, interceptLearningRate: 0.01 })
const plain = { optimizer: 'sgd' } as const

/** Ours for each of the script's cases. */
const learners: Record<string, Learner<any, any>> = {
  momentum: stepped('momentum'),
  nesterov: stepped('nesterov'),
  rmsprop: stepped('rmsprop'),
  adadelta: stepped('adadelta'),
  adam: stepped('adam'),
  amsgrad: stepped('amsgrad'),
  hinge: logisticRegression({ ...plain, loss: 'hinge' }),
  perceptron: perceptron(),
  'pa-1': passiveAggressiveClassifier({ aggressiveness: 0.1 }),
  'pa-2': passiveAggressiveClassifier({ mode: 'PA-II', aggressiveness: 0.1, intercept: false }),
  huber: linearRegression({ loss: { huber: 2 } }),
  quantile: linearRegression({ loss: { quantile: 0.9 } }),
  absolute: linearRegression({ loss: 'absolute' }),
  bayes: bayesianLinearRegression({ beta: 0.5, intercept: false }),
  'bayes-smoothing': bayesianLinearRegression({ smoothing: 0.98, intercept: false }),
}

describe('linear models like those of River 0.24.2, to 1e-9 relative', () => {
  it('belong to that version, and every case has its learner', () => {
    expect(river).toBe('0.24.2')
    expect(Object.keys(learners)).toEqual(Object.keys(cases))
  })

  it.each(Object.keys(cases))('%s: predictions, and weights at the end', (name) => {
    const { dataset, weights, predictions } = cases[name]
    const data = readDataset(dataset)
    const binary = dataset === 'phishing'
    const target = binary
      ? ({ problem: 'binary', classes: 2 } as const)
      : ({ problem: 'regression', classes: 1 } as const)
    const running = pipeline(standardScaler(), learners[name]).build(data.schema, target)
    const out = new Float64Array(running.outputs)
    const found = Array.from(data.labels, (label, n) => {
      running.predictThenLearn(data.rows, n * data.width, label, 1, out, 0)
      return out[out.length - 1]
    })
    for (const [n, prediction] of predictions) expectNear(found[n], prediction)
    const added = new Float64Array(data.width)
    const last = (data.labels.length - 1) * data.width
    running.explain!(data.rows, last, added, 0)
    const scaled = standardScaler().build(data.schema)
    const row = new Float64Array(data.width)
    for (let n = 0; n < data.labels.length; n++) scaled.learn(data.rows, n * data.width, 0, 1)
    scaled.transform(data.rows, last, row, 0)
    weights.forEach((weight, j) => expectNear(added[j], weight * row[j]))
  })
})

function expectNear(found: number, expected: number): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)))
}
