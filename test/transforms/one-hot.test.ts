import { describe, expect, it } from 'vitest'
import { oneHot, rowSchema } from '../../src/transforms/index.ts'
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

describe('one-hot', () => {
  it('turns categories into indicators of the same codes', () => {
    const running = oneHot().build(schema)
    expect(running.schema.columns.map(({ kind, size }) => [kind, size])).toEqual([
      ['indicator', 300],
      ['number', 1],
      ['indicator', 24],
    ])
    expect(transformed(running, 17, 2.5, 3)).toEqual([17, 2.5, 3])
  })
})
