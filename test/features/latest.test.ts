import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lag } from '../../src/features/lag.ts'
import { lastValue } from '../../src/features/last-value.ts'
import { timeSince } from '../../src/features/time-since.ts'

const times = fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 80 })

describe('lag', () => {
  it('is the value so many events ago by event time, as in a sorted list', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), times, (steps, all) => {
        const feature = lag({ steps }).build()
        feature.ensure(1)
        let sorted: { time: number; value: number }[] = []
        let late = 0
        all.forEach((time, value) => {
          const isLate = sorted.length === steps && time < sorted[0].time
          expect(feature.update(0, time, value)).toBe(!isLate)
          if (isLate) late++
          else sorted = [...sorted, { time, value }].toSorted((a, b) => a.time - b.time).slice(-steps)
          expect(feature.read(0, time)).toBe(sorted.length < steps ? Number.NaN : sorted[0].value)
        })
        expect(feature.late).toBe(late)
      }),
      { numRuns: 300 },
    )
  })

  it('refuses what is no lag', () => {
    for (const options of [{ steps: 0 }, { steps: 1.5 }, { steps: 1001 }, { steps: 1, memoryMs: -1 }])
      expect(() => lag(options)).toThrow(expect.objectContaining({ code: 'MILLRACE_FEATURE_PARAMETER' }))
  })
})

describe('lastValue', () => {
  it('is the newest by event time; an older one is late', () => {
    const last = lastValue({ memoryMs: 50 }).build()
    last.ensure(1)
    expect(last.read(0, 0)).toBeNaN()
    expect([last.update(0, 10, 1), last.update(0, 10, 2), last.update(0, 9, 3)]).toEqual([true, true, false])
    expect([last.read(0, 60), last.read(0, 61), last.late]).toEqual([2, Number.NaN, 1])
  })
})

describe('timeSince', () => {
  it('is the time since the newest event', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: -200, max: 200 }), (all, now) => {
        const since = timeSince().build()
        since.ensure(1)
        for (const time of all) expect(since.update(0, time, 0)).toBe(true)
        expect(since.read(0, now)).toBe(all.length === 0 ? Number.NaN : Math.max(0, now - Math.max(...all)))
      }),
    )
  })

  it('refuses what is no memory', () => {
    expect(() => timeSince({ memoryMs: 0 })).toThrow(expect.objectContaining({ code: 'MILLRACE_FEATURE_PARAMETER' }))
  })
})
