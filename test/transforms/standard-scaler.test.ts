import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { rowSchema, standardScaler } from '../../src/transforms/index.ts'
import type { RunningTransformer } from '../../src/transforms/transformer.ts'

const schema = rowSchema([
  { name: 'origin', kind: 'category', size: 300 },
  { name: 'x', kind: 'number', size: 1 },
  { name: 'hour', kind: 'indicator', size: 24 },
])

function transformed(running: RunningTransformer, ...row: number[]): number[] {
  const out = new Float64Array(running.schema.columns.length)
  running.transform(Float64Array.from(row), 0, out, 0)
  return [...out]
}

describe('standard scaler', () => {
  it('gives mean 0 and variance 1 over what it has learned, and leaves codes alone', () => {
    const random = new SeededRandom(3)
    const running = standardScaler().build(schema)
    const values = Array.from({ length: 1000 }, () => 1e6 + random.normal())
    for (const value of values) running.learn(Float64Array.of(7, value, 3), 0, 0, 1)
    const scaled = values.map((value) => transformed(running, 7, value, 3)[1])
    const mean = scaled.reduce((a, b) => a + b, 0) / scaled.length
    const variance = scaled.reduce((a, b) => a + b * b, 0) / scaled.length
    expect(mean).toBeCloseTo(0, 8)
    expect(variance).toBeCloseTo(1, 8)
    expect(transformed(running, 7, NaN, 3)).toEqual([7, NaN, 3])
    expect(running.schema).toEqual(schema)
  })

  it('gives 0 before the first row and for a column without spread', () => {
    const running = standardScaler().build(schema)
    expect(transformed(running, 1, 42, 1)[1]).toBe(0)
    for (let n = 0; n < 10; n++) running.learn(Float64Array.of(1, 0.1, 1), 0, 0, 1)
    expect(transformed(running, 1, 0.1, 1)[1]).toBe(0)
    expect(transformed(running, 1, 5, 1)[1]).toBe(0)
  })

  it('says when it learns', () => {
    expect(standardScaler().build(schema).learnsOnArrival).toBe(false)
    expect(standardScaler({ learn: 'on-arrival' }).build(schema).learnsOnArrival).toBe(true)
  })
})
