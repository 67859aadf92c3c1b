import { describe, expect, it } from 'vitest'
import type { Target } from '../../../src/learners/learner.ts'
import type { LinearOptions } from '../../../src/learners/linear/linear-options.ts'
import { linearRegression } from '../../../src/learners/linear/linear-regression.ts'
import { logisticRegression } from '../../../src/learners/linear/logistic-regression.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'
import { rowSchema } from '../../../src/transforms/row-schema.ts'

const binary: Target = { problem: 'binary', classes: 2 }
const regression: Target = { problem: 'regression', classes: 1 }
const number = { kind: 'number', size: 1 } as const
const mixed = rowSchema([
  { name: 'hour', kind: 'indicator', size: 3 },
  { name: 'x', ...number },
  { name: 'place', kind: 'indicator', size: 4 },
  { name: 'y', ...number },
])
const dense = rowSchema(['h0', 'h1', 'h2', 'x', 'p0', 'p1', 'p2', 'p3', 'y'].map((name) => ({ name, ...number })))

/** The row with every indicator written out as zeros and a one. */
function written(row: Float64Array): Float64Array {
  const out = new Float64Array(9)
  out[row[0]] = 1
  out[3] = row[1]
  out[4 + row[2]] = 1
  out[8] = row[3]
  return out
}

describe('linear models', () => {
  const variants: LinearOptions[] = [
    { optimizer: 'sgd' },
    { optimizer: 'adagrad' },
    { optimizer: 'adagrad', clip: 0.1, interceptLearningRate: 0.2 },
  ]

  it.each(variants)('treat an indicator as the one-hot numbers it stands for: %o', (options) => {
    const random = new SeededRandom(1)
    const sparse = logisticRegression(options).build(mixed, binary)
    const full = logisticRegression(options).build(dense, binary)
    const [found, expected] = [new Float64Array(2), new Float64Array(2)]
    for (let n = 0; n < 2000; n++) {
      const row = Float64Array.of(random.nextInt(3), random.next(), random.nextInt(4), random.next())
      const label = Number(random.next() < (row[0] + row[1]) / 3)
      sparse.predictThenLearn(row, 0, label, 1, found, 0)
      full.predictThenLearn(written(row), 0, label, 1, expected, 0)
      expect(Math.abs(found[1] - expected[1])).toBeLessThan(1e-12)
    }
  })

  it('explain adds up to the value, less the intercept', () => {
    const random = new SeededRandom(2)
    const running = linearRegression({ learningRate: 0.1 }).build(mixed, regression)
    const [added, value, rest] = [new Float64Array(4), new Float64Array(1), new Float64Array(1)]
    let row = new Float64Array(4)
    for (let n = 0; n < 500; n++) {
      row = Float64Array.of(random.nextInt(3), random.next(), random.nextInt(4), random.next())
      running.learn(row, 0, row[0] + 2 * row[1] - row[3], 1)
    }
    running.explain?.(row, 0, added, 0)
    running.predict(row, 0, value, 0)
    const hole = Float64Array.of(row[0], NaN, row[2], row[3])
    running.predict(hole, 0, rest, 0)
    expect(value[0] - rest[0]).toBeCloseTo(added[1], 12)
    expect(added[1]).not.toBe(0)
    running.explain?.(hole, 0, added, 0)
    expect(added[1]).toBe(0)
  })

  it('a code out of range is the unknown one', () => {
    const running = logisticRegression({ optimizer: 'sgd', learningRate: 1 }).build(mixed, binary)
    running.learn(Float64Array.of(0, 0, 0, 0), 0, 1, 1)
    const [known, unknown] = [new Float64Array(2), new Float64Array(2)]
    running.predict(Float64Array.of(0, 0, 0, 0), 0, known, 0)
    for (const code of [-1, 3, 1e12, NaN, Infinity]) {
      running.predict(Float64Array.of(code, 0, 0, 0), 0, unknown, 0)
      expect(unknown).toEqual(known)
    }
  })

  it('the gradient is cut after the weight', () => {
    const step = (clip: number, weight: number) => {
      const out = new Float64Array(1)
      const running = linearRegression({ clip, interceptLearningRate: 1 }).build(mixed, regression)
      running.learn(Float64Array.of(0, 0, 0, 0), 0, 100, weight)
      running.predict(Float64Array.of(1, 0, 1, 0), 0, out, 0)
      return out[0]
    }
    expect(step(1e12, 1)).toBe(200)
    expect(step(1e12, 2)).toBe(400)
    expect(step(10, 2)).toBe(10)
  })

  it('is certain and finite far from the border', () => {
    const running = logisticRegression({ optimizer: 'sgd', learningRate: 100 }).build(mixed, binary)
    const out = new Float64Array(2)
    const row = Float64Array.of(0, 1e90, 0, 0)
    for (const label of [1, 1, 0, 1]) running.predictThenLearn(row, 0, label, 1, out, 0)
    expect([...out].toSorted()).toEqual([0, 1])
  })

  it('names the range of an option', () => {
    expect(() => logisticRegression({ learningRate: 0 })).toThrow(
      'logistic-regression, learningRate: 0 is out of range. Give a number above 0 and at most 100.',
    )
    expect(() => linearRegression({ optimizer: 'newton' as never })).toThrow(
      `linear-regression, optimizer: "newton" is not a choice. Give one of 'adagrad', 'sgd', 'momentum',`,
    )
    expect(() => linearRegression({ rate: 1 } as never)).toThrow(/there is no such option/)
  })
})
