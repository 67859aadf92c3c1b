import { describe, expect, it } from 'vitest'
import { rowSchema } from '../../src/transforms/index.ts'

describe('row schema', () => {
  it.each([
    [{ name: 'a', kind: 'number', size: 2 } as const],
    [{ name: 'a', kind: 'category', size: 0 } as const],
    [{ name: 'a', kind: 'indicator', size: 1.5 } as const],
  ])('refuses %o', (column) => {
    expect(() => rowSchema([column])).toThrow(expect.objectContaining({ code: 'MILLRACE_LEARNER_SCHEMA' }))
  })

  it('is frozen and shares nothing with what it was made of', () => {
    const column = { name: 'a', kind: 'number' as const, size: 1 }
    const made = rowSchema([column])
    column.name = 'b'
    expect(made.columns[0].name).toBe('a')
    expect(Object.isFrozen(made.columns[0])).toBe(true)
  })
})
