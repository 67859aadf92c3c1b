import { describe, expect, it } from 'vitest'
import {
  exponentiallyWeightedAverage,
  gaussianNaiveBayes,
  hoeffdingTree,
  lastLabel,
  linearRegression,
  logisticRegression,
  oneVersusRest,
  pipeline,
  priorClass,
  priorMean,
  softmaxRegression,
  stacking,
} from '../../../src/learners/index.ts'
import type { Target } from '../../../src/learners/learner.ts'
import { standardScaler } from '../../../src/transforms/standard-scaler.ts'
import { type Draw, plantedRows } from '../trees/planted-rows.ts'

const { build, numbers, teach, teachValues } = plantedRows
const columns = numbers('a', 'b')
const regression: Target = { problem: 'regression', classes: 1 }
const three: Target = { problem: 'multiclass', classes: 3 }
const linear = pipeline(standardScaler(), logisticRegression())

/** Until row `at` the label repeats for long, then the column decides. */
const repeatsThen =
  (at: number): Draw =>
  (random, row, n) => {
    row[0] = random.next()
    row[1] = random.next()
    return n < at ? Math.floor(n / 50) % 2 : row[0] > 0.5 ? 1 : 0
  }

describe('an exponentially weighted average', () => {
  const both = exponentiallyWeightedAverage([lastLabel(), linear], { learningRate: 0.5 })

  it('is nearly as good as the best of its learners, and follows when another is the best', () => {
    expect(teach(build(both, columns), 2, 4_000, repeatsThen(Infinity))).toBeGreaterThan(0.97)
    expect(teach(build(both, columns), 2, 6_000, repeatsThen(3_000))).toBeGreaterThan(0.95)
  })

  it('begins with equal weights: the mean of what they say', () => {
    const running = build(exponentiallyWeightedAverage([priorClass(), gaussianNaiveBayes()]), columns)
    const out = new Float64Array(2)
    running.predict(Float64Array.of(1, 2), 0, out, 0)
    expect([...out]).toEqual([0.5, 0.5])
  })

  it('without a share a learner that was right by far keeps all the weight', () => {
    const running = build(exponentiallyWeightedAverage([priorClass(), linear], { share: 0 }), columns)
    const alone = build(linear, columns)
    for (const one of [running, alone]) teach(one, 2, 4_000, repeatsThen(0))
    const [mixed, own] = [new Float64Array(2), new Float64Array(2)]
    running.predict(Float64Array.of(0.9, 0.5), 0, mixed, 0)
    alone.predict(Float64Array.of(0.9, 0.5), 0, own, 0)
    expect(mixed[1]).toBeCloseTo(own[1], 6)
  })

  it('of values follows the one that is near, whatever their scale', () => {
    const slope: Draw = (random, row) => {
      row[0] = random.next()
      row[1] = random.next()
      return 1e6 * row[0]
    }
    const trained = pipeline(standardScaler(), linearRegression({ learningRate: 0.05 }))
    const average = build(exponentiallyWeightedAverage([priorMean(), trained]), columns, regression)
    const mean = teachValues(build(priorMean(), columns, regression), 2, 5_000, slope)
    expect(teachValues(average, 2, 5_000, slope)).toBeLessThan(0.1 * mean)
  })
})

describe('one versus rest', () => {
  const thirds: Draw = (random, row) => {
    row[0] = random.next()
    row[1] = random.next()
    return row[0] > 0.6 ? 2 : row[1] > 0.5 ? 1 : 0
  }

  it('makes several classes of a learner of two', () => {
    expect(teach(build(oneVersusRest(linear), columns, three), 2, 10_000, thirds)).toBeGreaterThan(0.85)
    expect(teach(build(oneVersusRest(hoeffdingTree()), columns, three), 2, 10_000, thirds)).toBeGreaterThan(0.95)
  })

  it('says of each class what a model of it alone says, divided by the sum', () => {
    const all = build(oneVersusRest(gaussianNaiveBayes()), columns, three)
    const alone = [0, 1, 2].map(() => build(gaussianNaiveBayes(), columns))
    const rows = [Float64Array.of(1, 2), Float64Array.of(2, 2.5), Float64Array.of(3, 1), Float64Array.of(1.5, 1.9)]
    for (let n = 0; n < 12; n++) {
      all.learn(rows[n % 4], 0, n % 3, 1)
      for (const [c, one] of alone.entries()) one.learn(rows[n % 4], 0, n % 3 === c ? 1 : 0, 1)
    }
    const out = new Float64Array(3)
    const own = new Float64Array(2)
    all.predict(rows[1], 0, out, 0)
    const said = alone.map((one) => {
      one.predict(rows[1], 0, own, 0)
      return own[1]
    })
    const sum = said[0] + said[1] + said[2]
    for (const [c, share] of said.entries()) expect(out[c]).toBeCloseTo(share / sum, 12)
  })
})

describe('stacking', () => {
  it('learns from what its learners say: also that one of them is always wrong', () => {
    const opposite: Draw = (_, row, n) => {
      row[0] = n
      row[1] = 0
      return n % 2 // the label before says the other one
    }
    const stack = stacking(logisticRegression({ learningRate: 0.5 }), [lastLabel(), priorClass()])
    expect(teach(build(stack, columns), 2, 3_000, opposite)).toBe(1)
    expect(teach(build(lastLabel(), columns), 2, 3_000, opposite)).toBe(0)
  })

  it('has a column for each class of each learner, where there are more than two', () => {
    const draw: Draw = (random, row) => {
      row[0] = random.next()
      row[1] = random.next()
      return Math.floor(row[0] * 3)
    }
    const stack = stacking(softmaxRegression({ learningRate: 0.5 }), [gaussianNaiveBayes(), hoeffdingTree()])
    expect(teach(build(stack, columns, three), 2, 5_000, draw)).toBeGreaterThan(0.93)
  })
})
