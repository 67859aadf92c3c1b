import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayOfMonth, dayOfWeek, hourOfDay, isWeekend, minuteOfDay, monthOfYear } from '../../src/features/calendar.ts'
import { cyclicCosine, cyclicSine } from '../../src/features/cyclic.ts'

describe('calendar', () => {
  it('agrees with Date from the year -200,000 to 200,000 at any offset', () => {
    const time = fc.oneof(fc.integer({ min: -6e15, max: 6e15 }), fc.integer({ min: -4e12, max: 4e12 }))
    fc.assert(
      fc.property(time, fc.integer({ min: -720, max: 840 }), (timeMs, offset) => {
        const local = new Date(timeMs + offset * 60_000)
        expect(hourOfDay(timeMs, offset)).toBe(local.getUTCHours())
        expect(minuteOfDay(timeMs, offset)).toBe(local.getUTCHours() * 60 + local.getUTCMinutes())
        expect(dayOfWeek(timeMs, offset)).toBe((local.getUTCDay() + 6) % 7)
        expect(isWeekend(timeMs, offset)).toBe(local.getUTCDay() % 6 === 0)
        expect(dayOfMonth(timeMs, offset)).toBe(local.getUTCDate())
        expect(monthOfYear(timeMs, offset)).toBe(local.getUTCMonth() + 1)
      }),
      { numRuns: 5000 },
    )
  })

  it('knows every day of four centuries', () => {
    const wrong: string[] = []
    for (let day = -80_000; day < 80_000; day++) {
      const date = new Date(day * 86_400_000)
      const isRight =
        dayOfMonth(day * 86_400_000) === date.getUTCDate() && monthOfYear(day * 86_400_000) === date.getUTCMonth() + 1
      if (!isRight) wrong.push(date.toISOString())
    }
    expect(wrong).toEqual([])
  })

  it('gives NaN for NaN', () => {
    expect([hourOfDay, minuteOfDay, dayOfWeek, dayOfMonth, monthOfYear].map((of) => of(Number.NaN))).toEqual(
      Array.from({ length: 5 }, () => Number.NaN),
    )
    expect(isWeekend(Number.NaN)).toBe(false)
  })
})

describe('cyclic', () => {
  it('is the sine and cosine of the part of the period that has passed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        fc.integer({ min: 1, max: 1000 }),
        (value, period) => {
          const turn = (((value % period) + period) % period) / period
          expect(Math.abs(cyclicSine(value, period) - Math.sin(2 * Math.PI * turn))).toBeLessThan(1e-9)
          expect(Math.abs(cyclicCosine(value, period) - Math.cos(2 * Math.PI * turn))).toBeLessThan(1e-9)
        },
      ),
    )
    expect([cyclicSine(6, 24), cyclicCosine(24, 24), cyclicSine(48, 24)]).toEqual([1, 1, 0])
  })
})
