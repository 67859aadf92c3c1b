import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countWindow } from '../../src/features/count-window.ts'
import type { Statistic } from '../../src/stats/statistic.ts'
import { sequence, sequenceOf } from './sequence-statistic.ts'

describe('countWindow', () => {
  it('holds the last values in their order, whatever their times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.tuple(fc.nat(1), fc.integer({ min: -100, max: 100 })), { maxLength: 150 }),
        (length, events) => {
          const window = countWindow({ statistic: sequence, length }).build()
          window.ensure(2)
          const kept: number[][] = [[], []]
          events.forEach(([slot, timeMs], i) => {
            expect(window.update(slot, timeMs, i)).toBe(true)
            kept[slot].push(i)
            for (const one of [0, 1]) expect(window.read(one, timeMs)).toBe(sequenceOf(kept[one].slice(-length)))
          })
          expect(window.late).toBe(0)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('forgets a key after its memory', () => {
    const window = countWindow({ statistic: sequence, length: 3, memoryMs: 10 }).build()
    window.ensure(1)
    for (let i = 0; i < 5; i++) window.update(0, i, i)
    expect(window.read(0, 14)).toBe(sequenceOf([2, 3, 4]))
    expect(window.read(0, 15)).toBeNaN()
    window.update(0, 15, 9)
    expect(window.read(0, 15)).toBe(sequenceOf([9]))
  })

  it('refuses what is no window', () => {
    const { merge: _, ...unmergeable } = sequence
    for (const options of [
      { statistic: sequence, length: 0 },
      { statistic: sequence, length: 1.5 },
      { statistic: sequence, length: 10_001 },
      { statistic: sequence, length: 2, memoryMs: 0 },
      { statistic: unmergeable as Statistic, length: 2 },
    ])
      expect(() => countWindow(options)).toThrow(expect.objectContaining({ code: 'MILLRACE_FEATURE_PARAMETER' }))
  })
})
