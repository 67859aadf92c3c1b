import { describe, expect, it } from 'vitest'
import { type Learner, logisticRegression, pipeline } from '../../src/learners/index.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import {
  fourierFeatures,
  polynomial,
  randomProjection,
  type RowSchema,
  rowSchema,
  type Transformer,
  varianceThreshold,
} from '../../src/transforms/index.ts'

const numbers = (...names: string[]): RowSchema =>
  rowSchema(names.map((name) => ({ name, kind: 'number', size: 1 }) as const))

function transformed(transformer: Transformer<any, any>, schema: RowSchema, row: readonly number[]): number[] {
  const running = transformer.build(schema)
  const out = new Float64Array(running.schema.columns.length)
  running.transform(Float64Array.from(row), 0, out, 0)
  return [...out]
}

describe('polynomial features', () => {
  const schema = rowSchema([
    { name: 'speed', kind: 'number', size: 1 },
    { name: 'hour', kind: 'indicator', size: 24 },
    { name: 'distance', kind: 'number', size: 1 },
  ])

  it('are the products, named in the order of their columns, wherever those stand', () => {
    const names = (transformer: Transformer<any, any>): string[] =>
      transformer.build(schema).schema.columns.map(({ name }) => name)
    expect(names(polynomial()).slice(3)).toEqual(['distance*distance', 'distance*speed', 'speed*speed'])
    expect(transformed(polynomial(), schema, [3, 7, 5])).toEqual([3, 7, 5, 25, 15, 9])
    expect(names(polynomial({ interactionOnly: true })).slice(3)).toEqual(['distance*speed'])
    expect(names(polynomial({ degree: 3 })).slice(6)).toEqual([
      'distance*distance*distance',
      'distance*distance*speed',
      'distance*speed*speed',
      'speed*speed*speed',
    ])
    expect(transformed(polynomial({ degree: 3 }), schema, [3, 7, 5]).slice(6)).toEqual([125, 75, 45, 27])
    const four = numbers('a', 'b', 'c', 'd')
    const all = transformed(polynomial({ degree: 4, interactionOnly: true }), four, [2, 3, 5, 7])
    expect(all.slice(4)).toEqual([6, 10, 14, 15, 21, 35, 30, 42, 70, 105, 210])
  })

  it('are missing where a number is', () => {
    expect(transformed(polynomial(), schema, [3, 7, NaN])).toEqual([3, 7, NaN, NaN, NaN, 9])
  })
})

describe('random projection', () => {
  it('keeps the distances of rows', () => {
    const random = new SeededRandom(1)
    const schema = numbers(...Array.from({ length: 300 }, (_, j) => `x${j}`))
    const rows = Array.from({ length: 30 }, () => Array.from({ length: 300 }, () => random.normal()))
    const short = rows.map((row) => transformed(randomProjection({ components: 150 }), schema, row))
    const distance = (a: number[], b: number[]): number => Math.hypot(...a.map((value, i) => value - b[i]))
    const ratios = rows.flatMap((row, i) => {
      return rows.slice(0, i).map((other, k) => distance(short[i], short[k]) / distance(row, other))
    })
    expect(Math.max(...ratios)).toBeLessThan(1.3)
    expect(Math.min(...ratios)).toBeGreaterThan(0.7)
    expect(Math.abs(ratios.reduce((a, b) => a + b, 0) / ratios.length - 1)).toBeLessThan(0.05)
  })

  it('is picked by its seed', () => {
    const [one, same, other] = [1, 1, 2].map((seed) => transformed(randomProjection({ seed }), numbers('a'), [1]))
    expect(one).toEqual(same)
    expect(one).not.toEqual(other)
  })
})

describe('random Fourier features', () => {
  it('have the likeness of a Gaussian kernel as their product', () => {
    const random = new SeededRandom(2)
    const schema = numbers('a', 'b', 'c')
    for (const gamma of [0.1, 1]) {
      const features = fourierFeatures({ components: 4000, gamma })
      for (let round = 0; round < 20; round++) {
        const [one, other] = [0, 1].map(() => Array.from({ length: 3 }, () => random.normal()))
        const a = transformed(features, schema, one)
        const b = transformed(features, schema, other)
        const product = a.reduce((sum, value, k) => sum + value * b[k], 0)
        const likeness = Math.exp(-gamma * one.reduce((sum, value, j) => sum + (value - other[j]) ** 2, 0))
        expect(Math.abs(product - likeness)).toBeLessThan(0.06)
      }
    }
  })

  it('let a linear model tell what lies inside of a ring', () => {
    const accuracy = (learner: Learner<any, any>): number => {
      const random = new SeededRandom(3)
      const running = learner.build(numbers('a', 'b'), { problem: 'binary', classes: 2 })
      const out = new Float64Array(2)
      let right = 0
      for (let n = 0; n < 6000; n++) {
        const row = Float64Array.of(random.normal(), random.normal())
        const label = Number(Math.hypot(row[0], row[1]) < 1.18)
        running.predictThenLearn(row, 0, label, 1, out, 0)
        if (n >= 3000 && Number(out[1] > 0.5) === label) right++
      }
      return right / 3000
    }
    expect(accuracy(logisticRegression())).toBeLessThan(0.6)
    expect(accuracy(pipeline(fourierFeatures({ gamma: 0.5 }), logisticRegression()))).toBeGreaterThan(0.93)
    expect(accuracy(pipeline(polynomial(), logisticRegression()))).toBeGreaterThan(0.93)
  })
})

it('a variance threshold lets through what varies, and what it does not know yet', () => {
  const running = varianceThreshold({ threshold: 1, minSamples: 3 }).build(numbers('flat', 'wide', 'narrow'))
  const out = new Float64Array(3)
  const passing: number[][] = []
  for (let n = 0; n < 5; n++) {
    const row = Float64Array.of(7, 10 * n, n % 2)
    running.transform(row, 0, out, 0)
    passing.push([...out])
    running.learn(row, 0, NaN, 1)
  }
  expect(passing).toEqual([
    [7, 0, 0],
    [7, 10, 1],
    [7, 20, 0],
    [NaN, 30, NaN],
    [NaN, 40, NaN],
  ])
})
