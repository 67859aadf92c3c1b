import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ewMean } from '../../src/features/ew-mean.ts'
import { ewRate } from '../../src/features/ew-rate.ts'

const events = fc.array(
  fc.record({
    forward: fc.nat(5000),
    back: fc.oneof(fc.constant(0), fc.nat(9000)),
    value: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  }),
  { minLength: 1, maxLength: 80 },
)
const halfLifeMs = 2000

/** Sums over all events, each weighing what it weighs now. */
function sums(
  taken: readonly { time: number; value: number }[],
  now: number,
): { sum: number; weight: number; size: number } {
  let sum = 0
  let weight = 0
  let size = 1e-290 // the least that can be told apart
  for (const { time, value } of taken) {
    const left = 2 ** (-(now - time) / halfLifeMs)
    sum += value * left
    weight += left
    size += Math.abs(value) * left
  }
  return { sum, weight, size }
}

describe('ewMean', () => {
  it('is the weighted mean of everything, out of order or not, with and without a prior', () => {
    fc.assert(
      fc.property(events, fc.nat(5000), (all, later) => {
        const plain = ewMean({ halfLifeMs }).build()
        const believing = ewMean({ halfLifeMs, prior: { value: 3, weight: 10 } }).build()
        plain.ensure(1)
        believing.ensure(1)
        expect([plain.read(0, 0), believing.read(0, 0)]).toEqual([Number.NaN, 3])
        const taken: { time: number; value: number }[] = []
        let now = 0
        for (const { forward, back, value } of all) {
          now += forward
          for (const mean of [plain, believing]) expect(mean.update(0, now - back, value)).toBe(true)
          taken.push({ time: now - back, value })
          const newest = Math.max(...taken.map(({ time }) => time))
          const { sum, weight, size } = sums(taken, newest + later)
          expect(Math.abs(plain.read(0, newest + later) - sum / weight)).toBeLessThanOrEqual((1e-12 * size) / weight)
          expect(Math.abs(believing.read(0, newest + later) - (30 + sum) / (10 + weight))).toBeLessThanOrEqual(
            (1e-12 * (30 + size)) / (10 + weight),
          )
        }
      }),
      { numRuns: 200 },
    )
  })

  it('halves a value in its half-life', () => {
    const mean = ewMean({ halfLifeMs, prior: { value: 0, weight: 1 } }).build()
    mean.ensure(1)
    mean.update(0, 0, 1)
    expect(mean.read(0, 0)).toBe(0.5)
    expect(mean.read(0, halfLifeMs)).toBeCloseTo(1 / 3, 15)
    expect(mean.read(0, -5)).toBe(0.5)
    expect(mean.read(0, 32 * halfLifeMs + 1)).toBe(0)
  })

  it('keeps no rounding of a value of 1e12 once it has faded', () => {
    const mean = ewMean({ halfLifeMs: 1 }).build()
    const clean = ewMean({ halfLifeMs: 1 }).build()
    mean.ensure(1)
    clean.ensure(1)
    mean.update(0, 0, 1e12)
    for (let time = 1; time <= 120; time++) for (const one of [mean, clean]) one.update(0, time, 0.1 * time)
    expect(Math.abs(mean.read(0, 120) / clean.read(0, 120) - 1)).toBeLessThan(1e-15)
  })

  it('refuses what is no half-life or prior', () => {
    for (const options of [
      { halfLifeMs: 0 },
      { halfLifeMs: Infinity },
      { halfLifeMs: 1, prior: { value: Number.NaN, weight: 1 } },
      { halfLifeMs: 1, prior: { value: 1, weight: 0 } },
    ])
      expect(() => ewMean(options)).toThrow(expect.objectContaining({ code: 'MILLRACE_FEATURE_PARAMETER' }))
  })
})

describe('ewRate', () => {
  it('is the weighted count of everything, out of order or not', () => {
    fc.assert(
      fc.property(events, fc.nat(5000), (all, later) => {
        const rate = ewRate({ halfLifeMs }).build()
        rate.ensure(1)
        expect(rate.read(0, 0)).toBe(0)
        const taken: { time: number; value: number }[] = []
        let now = 0
        for (const { forward, back, value } of all) {
          now += forward
          expect(rate.update(0, now - back, value)).toBe(true)
          taken.push({ time: now - back, value: 1 })
          const newest = Math.max(...taken.map(({ time }) => time))
          const exact = (sums(taken, newest + later).weight * Math.LN2) / 2
          expect(Math.abs(rate.read(0, newest + later) / exact - 1)).toBeLessThan(1e-12)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('is the rate of events that come at a steady rate', () => {
    const rate = ewRate({ halfLifeMs: 60_000 }).build()
    rate.ensure(1)
    for (let time = 0; time <= 3_600_000; time += 250) rate.update(0, time, 1)
    expect(Math.abs(rate.read(0, 3_600_125) - 4)).toBeLessThan(0.001)
  })

  it('refuses what is no half-life', () => {
    expect(() => ewRate({ halfLifeMs: -1 })).toThrow(expect.objectContaining({ code: 'MILLRACE_FEATURE_PARAMETER' }))
  })
})
