import { expect, it } from 'vitest'
import type { RunningLearner, Target } from '../../../src/learners/learner.ts'
import { linearRegression } from '../../../src/learners/linear/linear-regression.ts'
import { logisticRegression } from '../../../src/learners/linear/logistic-regression.ts'
import { gaussianNaiveBayes } from '../../../src/learners/bayes/gaussian-naive-bayes.ts'
import { pipeline } from '../../../src/learners/pipeline.ts'
import { decodeBinary } from '../../../src/stats/binary-format.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'
import { oneHot } from '../../../src/transforms/one-hot.ts'
import { rowSchema } from '../../../src/transforms/row-schema.ts'

const binary: Target = { problem: 'binary', classes: 2 }
const number = { name: 'x', kind: 'number', size: 1 } as const
const mixed = rowSchema([{ name: 'place', kind: 'indicator', size: 3 }, number])

function learned(running: RunningLearner, count = 1000): RunningLearner {
  const random = new SeededRandom(1)
  for (let i = 0; i < count; i++) running.learn(Float64Array.of(random.nextInt(3), random.normal()), 0, i % 2, 1)
  return running
}

function state(running: RunningLearner): number[] {
  return [...(decodeBinary('logistic-regression', running.save()).arrays.state as Float64Array)]
}

it('the sums of squares of the codes become a share, nothing else changes', () => {
  const running = learned(logisticRegression().build(mixed, binary))
  const before = state(running) // intercept, x, then three places, each followed by its sum of squares
  running.renewSteps?.(0.25)
  expect(state(running)).toEqual(before.map((value, i) => (i >= 4 && i % 2 === 1 ? value * 0.25 : value)))
})

it('the step of a code grows by the root of the share, that of a number stays', () => {
  const steps = (share: number): number[] => {
    const running = learned(logisticRegression().build(mixed, binary), 100_000)
    running.renewSteps?.(share)
    const before = state(running)
    running.learn(Float64Array.of(1, 2), 0, 1, 1)
    const after = state(running)
    return [2, 6].map((weight) => after[weight] - before[weight])
  }
  const [[x, place], [xRenewed, placeRenewed]] = [steps(1), steps(0.01)]
  expect(xRenewed).toBe(x)
  expect(placeRenewed / place).toBeCloseTo(10, 1)
})

it('without codes all of them are renewed', () => {
  const running = logisticRegression().build(rowSchema([number]), binary)
  for (let i = 0; i < 10; i++) running.learn(Float64Array.of(i), 0, i % 2, 1)
  const before = state(running)
  running.renewSteps?.(0.5)
  expect(state(running)).toEqual(before.map((value, i) => (i % 2 === 1 ? value * 0.5 : value)))
})

it('a pipeline renews its learner; learners whose steps do not shrink have nothing to renew', () => {
  const categories = rowSchema([{ name: 'place', kind: 'category', size: 3 }, number])
  const whole = pipeline(oneHot(), logisticRegression()).build(categories, binary)
  const alone = logisticRegression().build(rowSchema([{ name: 'place', kind: 'indicator', size: 3 }, number]), binary)
  for (const running of [whole, alone]) learned(running).renewSteps?.(0.1)
  const { arrays } = decodeBinary('pipeline', whole.save())
  expect(arrays.part1).toEqual(alone.save())
  const values = linearRegression({ optimizer: 'adagrad' }).build(mixed, { problem: 'regression', classes: 1 })
  expect(values.renewSteps).toBeTypeOf('function')
  expect(pipeline(oneHot(), gaussianNaiveBayes()).build(categories, binary).renewSteps).toBeUndefined()
  expect(logisticRegression({ optimizer: 'sgd' }).build(mixed, binary).renewSteps).toBeUndefined()
  expect(learned(logisticRegression().build(mixed, binary)).clone().renewSteps).toBeTypeOf('function')
})
