import {
  gaussianNaiveBayes,
  lastLabel,
  logisticRegression,
  oneHot,
  pipeline,
  priorMean,
  standardScaler,
} from 'millrace'
import { expect, it } from 'vitest'
import { learnerOf } from '../../src/lifecycle/learner-of.ts'
import { type TrainingOrder, trainModel } from '../../src/lifecycle/train-model.ts'
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
  return { learner: { algorithm, parameters }, columns, target, rows, delay: 0, ...more }
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
  })
  expect(numbers).toEqual({ rows: 10, validatedRows: 2, validationLoss: 0, priorLoss: 0 })
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
