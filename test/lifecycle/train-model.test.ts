import {
  gaussianNaiveBayes,
  lastLabel,
  logisticRegression,
  oneHot,
  pipeline,
  priorMean,
  standardScaler,
} from 'millrace'
import { describe, expect, it } from 'vitest'
import type { RunningLearner } from '../../src/learners/learner.ts'
import { learnerOf } from '../../src/lifecycle/learner-of.ts'
import { type TrainingOrder, trainModel } from '../../src/lifecycle/train-model.ts'
import { decodeBinary, encodeBinary } from '../../src/stats/binary-format.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import type { Column } from '../../src/transforms/row-schema.ts'

const columns: readonly Column[] = [
  { name: 'amount', kind: 'number', size: 1 },
  { name: 'kind', kind: 'category', size: 4 },
]
const target = { problem: 'binary', classes: 2 } as const

function order(count: number, more: Partial<TrainingOrder> = {}): TrainingOrder {
  const random = new SeededRandom(1)
  const rows = new Float64Array(count * 3)
  for (let i = 0; i < count; i++) {
    rows[i * 3] = random.normal()
    rows[i * 3 + 1] = random.nextInt(4)
    rows[i * 3 + 2] = rows[i * 3] > 0 ? 1 : 0
  }
  const { algorithm, parameters } = pipeline(oneHot(), standardScaler(), logisticRegression())
  return { learner: { algorithm, parameters }, columns, target, rows, delay: 0, start: undefined, ...more }
}

it('gives the model that learning row by row gives, and how much better than the prior it foresaw the newest fifth', () => {
  const { model, numbers } = trainModel(order(1000))
  const learner = pipeline(oneHot(), standardScaler(), logisticRegression()).build({ columns }, target)
  const { rows } = order(1000)
  for (let i = 0; i < 1000; i++) learner.learn(rows, i * 3, rows[i * 3 + 2], 1)
  expect(model).toEqual(learner.save())
  expect(numbers).toMatchObject({ rows: 1000, validatedRows: 200 })
  expect(numbers.validationLoss).toBeLessThan(0.7 * numbers.priorLoss)
  expect(numbers.priorLoss).toBeCloseTo(Math.LN2, 1)
})

it('holds labels back in validation as long as they really take, and learns all in the end', () => {
  const { algorithm, parameters } = lastLabel()
  const learner = { algorithm, parameters }
  const rows = new Float64Array(100 * 3)
  for (let i = 0; i < 100; i++) rows[i * 3 + 2] = Math.floor(i / 10) % 2 // ten of a kind
  const wrong = (delay: number): number =>
    (trainModel(order(0, { learner, rows, delay })).numbers.validationLoss * 20) / -Math.log(1e-6)
  expect(wrong(0)).toBeCloseTo(2, 3) // the first of each ten
  expect(wrong(3)).toBeCloseTo(8, 3)
  expect(wrong(9)).toBeCloseTo(20, 3) // always ten rows behind
  expect(trainModel(order(500, { delay: 40 })).model).toEqual(trainModel(order(500)).model)
})

it('trains values too', () => {
  const { algorithm, parameters } = priorMean()
  const rows = Float64Array.from({ length: 30 }, (_, i) => (i % 3 === 2 ? 7 : 0))
  const { numbers } = trainModel({
    learner: { algorithm, parameters },
    columns,
    target: { problem: 'regression', classes: 1 },
    rows,
    delay: 0,
    start: undefined,
  })
  expect(numbers).toEqual({ rows: 10, validatedRows: 2, validationLoss: 0, priorLoss: 0 })
})

describe('with a champion to go on from', () => {
  const described = pipeline(oneHot(), standardScaler(), logisticRegression())

  /** A champion that has learned so many rows, of the same concept or the opposite. */
  function champion(count: number, isOpposite = false): RunningLearner {
    const learner = described.build({ columns }, target)
    const random = new SeededRandom(2)
    for (let i = 0; i < count; i++) {
      const amount = random.normal()
      learner.learn(Float64Array.of(amount, random.nextInt(4)), 0, Number(amount > 0 !== isOpposite), 1)
    }
    return learner
  }

  it('goes on from it with steps renewed, and says what beginning anew would have lost', () => {
    const start = champion(20_000)
    const saved = start.save()
    const { model, numbers } = trainModel(order(1000, { start: saved }))
    expect(trainModel(order(1000, { start: saved }))).toEqual({ model, numbers })
    const anew = trainModel(order(1000))
    expect(numbers.fromChampion).toBe(1)
    expect(numbers.otherLoss).toBe(anew.numbers.validationLoss)
    expect(numbers.priorLoss).toBe(anew.numbers.priorLoss)
    expect(numbers.validationLoss).toBeLessThan(anew.numbers.validationLoss)
    start.renewSteps?.(0.1)
    const { rows } = order(1000)
    for (let i = 0; i < 1000; i++) start.learn(rows, i * 3, rows[i * 3 + 2], 1)
    expect(model).toEqual(start.save())
  })

  it('begins anew where that is clearly better', () => {
    const { model, numbers } = trainModel(order(1000, { start: champion(20_000, true).save() }))
    const anew = trainModel(order(1000))
    expect(model).toEqual(anew.model)
    expect(numbers).toMatchObject({ ...anew.numbers, fromChampion: 0 })
    expect(numbers.otherLoss).toBeGreaterThan(numbers.validationLoss)
  })

  it('begins anew where the champion predicts no numbers', () => {
    const broken = logisticRegression({ optimizer: 'sgd' })
    const learner = { algorithm: broken.algorithm, parameters: broken.parameters }
    const numbersOnly = [columns[0]]
    const rows = Float64Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? (i % 8) - 3 : Number(i % 8 > 3)))
    const saved = broken.build({ columns: numbersOnly }, target).save()
    const { header, arrays } = decodeBinary('logistic-regression', saved)
    const state = (arrays.state as Float64Array).fill(Number.NaN)
    const start = encodeBinary('logistic-regression', header, { state })
    const given = { learner, columns: numbersOnly, target, rows, delay: 0 }
    expect(trainModel({ ...given, start }).numbers.fromChampion).toBe(0)
    expect(trainModel({ ...given, start }).model).toEqual(trainModel({ ...given, start: undefined }).model)
  })
})

it('makes a learner again from what it says of itself', () => {
  const learner = pipeline(oneHot(), standardScaler({ learn: 'on-arrival' }), gaussianNaiveBayes())
  const data = JSON.parse(JSON.stringify({ algorithm: learner.algorithm, parameters: learner.parameters }))
  const again = learnerOf(data)
  expect(JSON.stringify(again.parameters)).toBe(JSON.stringify(learner.parameters))
  expect(again.build({ columns }, target).save()).toEqual(learner.build({ columns }, target).save())
})

it('knows no learner of another version', () => {
  expect(() => learnerOf({ algorithm: 'crystal-ball', parameters: {} })).toThrowError(
    expect.objectContaining({ code: 'MILLRACE_LIFECYCLE_ALGORITHM' }),
  )
})
