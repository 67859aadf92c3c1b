import { describe, expect, it } from 'vitest'
import { hashing, type RowSchema, rowSchema } from '../../src/transforms/index.ts'
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

describe('hashing', () => {
  const shape = ({ columns }: RowSchema) => columns.map(({ name, kind, size }) => `${name} ${kind} ${size}`)

  it('hashes each column of codes by default, in place', () => {
    const running = hashing({ bits: 10 }).build(schema)
    expect(shape(running.schema)).toEqual(['origin indicator 1024', 'x number 1', 'hour indicator 1024'])
    const [origin, x, hour] = transformed(running, 5, 2.5, 5)
    expect(x).toBe(2.5)
    expect(origin).not.toBe(hour) // the column's name is hashed too
    expect(transformed(running, 5, 99, 5)).toEqual([origin, 99, hour])
  })

  it('appends a column for a combination, and leaves what it is made of', () => {
    const running = hashing({ bits: 12, columns: [['origin', 'hour'], 'x'] }).build(schema)
    expect(shape(running.schema)).toEqual([
      'origin category 300',
      'x indicator 4096',
      'hour indicator 24',
      'origin*hour indicator 4096',
    ])
    const both = transformed(running, 5, 1, 7)
    expect(both.slice(0, 3)).toEqual([5, both[1], 7])
    expect(transformed(running, 7, 1, 5)[3]).not.toBe(both[3])
    expect(transformed(running, 5, 1.0000001, 7)[1]).not.toBe(both[1])
    expect(transformed(running, 5, -0, 7)).toEqual(transformed(running, 5, 0, 7))
  })

  it('spreads evenly, and another seed is another function', () => {
    const bits = 8
    const [one, other] = [hashing({ bits, seed: 1 }).build(schema), hashing({ bits, seed: 2 }).build(schema)]
    const counts = new Float64Array(2 ** bits)
    let equal = 0
    const count = 100_000
    const many = rowSchema([{ name: 'user', kind: 'category', size: count }])
    const users = hashing({ bits }).build(many)
    for (let code = 0; code < count; code++) counts[transformed(users, code)[0]] += 1
    for (let code = 0; code < 300; code++) {
      if (transformed(one, code, 0, 0)[0] === transformed(other, code, 0, 0)[0]) equal += 1
    }
    const mean = count / counts.length
    const chiSquare = counts.reduce((sum, each) => sum + (each - mean) ** 2 / mean, 0)
    expect(chiSquare).toBeLessThan(330) // 255 degrees of freedom: 0.999 quantile
    expect(chiSquare).toBeGreaterThan(190)
    expect(equal).toBeLessThan(10)
  })

  it('is pinned, for saved weights depend on it', () => {
    const running = hashing({ bits: 20, seed: 5, columns: ['origin', ['origin', 'x']] }).build(schema)
    expect(transformed(running, 3, 0.25, 1)).toMatchInlineSnapshot(`
      [
        255936,
        0.25,
        1,
        169090,
      ]
    `)
    expect(transformed(running, 3, NaN, 1)).toMatchInlineSnapshot(`
      [
        255936,
        NaN,
        1,
        887600,
      ]
    `)
  })

  it('refuses a column that is not there, and a repeated one', () => {
    expect(() => hashing({ columns: ['destination'] }).build(schema)).toThrow(
      /no such column. Give one of origin, x, hour/,
    )
    const twice = hashing({
      columns: [
        ['x', 'hour'],
        ['x', 'hour'],
      ],
    })
    expect(() => twice.build(schema)).toThrow(/the name is used twice/)
  })
})
