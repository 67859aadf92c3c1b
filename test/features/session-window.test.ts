import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sessionWindow } from '../../src/features/session-window.ts'
import { sequence, sequenceOf } from './sequence-statistic.ts'

describe('sessionWindow', () => {
  it('holds what an obvious twin holds: in order, the events back to the last pause longer than the gap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.nat(60), { maxLength: 100 }),
        fc.nat(100),
        (gapMs, steps, later) => {
          const window = sessionWindow({ statistic: sequence, gapMs }).build()
          window.ensure(1)
          const times: number[] = []
          let now = -500
          steps.forEach((step, i) => {
            now += step
            expect(window.update(0, now, i)).toBe(true)
            times.push(now)
            let first = i
            while (first > 0 && times[first] - times[first - 1] <= gapMs) first--
            const session = times.map((_, event) => event).slice(first)
            expect(window.read(0, now)).toBe(sequenceOf(session))
            expect(window.read(0, now + later)).toBe(later > gapMs ? Number.NaN : sequenceOf(session))
          })
        },
      ),
      { numRuns: 300 },
    )
  })

  it('joins events out of order that touch the newest session, and refuses earlier ones', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 80 }),
        (gapMs, times) => {
          const window = sessionWindow({ statistic: sequence, gapMs }).build()
          window.ensure(1)
          let session: { time: number; value: number }[] = []
          let late = 0
          times.forEach((time, value) => {
            const all = session.map((one) => one.time)
            if (session.length > 0 && time < Math.min(...all) - gapMs) late++
            else if (session.length > 0 && time <= Math.max(...all) + gapMs) session.push({ time, value })
            else session = [{ time, value }]
            expect(window.update(0, time, value)).toBe(session.at(-1)?.value === value)
            expect(window.read(0, Math.min(...session.map((one) => one.time)) - gapMs)).toBe(
              sequenceOf(session.map((one) => one.value)),
            )
            expect(window.read(0, Math.min(...session.map((one) => one.time)) - gapMs - 1)).toBeNaN()
          })
          expect(window.late).toBe(late)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('refuses a gap that is none', () => {
    for (const gapMs of [0, -1, Number.NaN, Infinity]) {
      expect(() => sessionWindow({ statistic: sequence, gapMs })).toThrow(
        expect.objectContaining({ code: 'MILLRACE_FEATURE_PARAMETER' }),
      )
    }
  })
})
