import { describe, expect, it } from 'vitest'
import { countWindow } from '../../src/features/count-window.ts'
import { paneWindow } from '../../src/features/pane-window.ts'
import { sessionWindow } from '../../src/features/session-window.ts'
import { maximum } from '../../src/stats/maximum.ts'
import { mean } from '../../src/stats/mean.ts'
import { minimum } from '../../src/stats/minimum.ts'
import { quantile } from '../../src/stats/quantile.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import type { Statistic } from '../../src/stats/statistic.ts'
import { sum } from '../../src/stats/sum.ts'
import { variance } from '../../src/stats/variance.ts'

const STEP = 100
const LENGTH = 60 * STEP
const random = new SeededRandom(7)
const values = Array.from({ length: 400 }, () => 0.1 + random.next())

/** The statistic of the values alone, two passes where one would round. */
const exact: [Statistic, (values: readonly number[]) => number][] = [
  [sum, total],
  [mean, (all) => total(all) / all.length],
  [variance, (all) => total(all.map((value) => (value - total(all) / all.length) ** 2)) / (all.length - 1)],
  [minimum, (all) => Math.min(...all)],
  [maximum, (all) => Math.max(...all)],
]

function total(all: readonly number[]): number {
  return all.reduce((before, value) => before + value, 0)
}

describe('a value of 1e12 that has left', () => {
  for (const [statistic, of] of exact) {
    it(`is gone from a pane window of ${statistic.name}`, () => {
      const window = paneWindow({ statistic, lengthMs: LENGTH, everyMs: 10 * STEP }).build()
      window.ensure(1)
      let worst = 0
      values.forEach((value, i) => {
        if (i % 90 === 5) window.update(0, i * STEP, 1e12)
        window.update(0, i * STEP, value)
        const first = Math.max(0, Math.floor(i / 10) * 10 - 50)
        const inside = values.slice(first, i + 1)
        const outlier = i % 90 >= 5 ? i - (i % 90) + 5 : i - (i % 90) - 85
        const read = window.read(0, i * STEP)
        if (outlier < first && inside.length > 1) worst = Math.max(worst, Math.abs(read / of(inside) - 1))
        if (outlier >= first && statistic !== minimum && i > 5) expect(read).toBeGreaterThan(1e9)
      })
      expect(worst).toBeLessThan(1e-12)
    })

    it(`is gone from a count window of ${statistic.name}`, () => {
      const window = countWindow({ statistic, length: 50 }).build()
      window.ensure(1)
      const all: number[] = []
      let worst = 0
      values.forEach((value, i) => {
        for (const one of i % 90 === 5 ? [1e12, value] : [value]) {
          window.update(0, i * STEP, one)
          all.push(one)
        }
        const inside = all.slice(-50)
        if (inside.length < 2 || inside.includes(1e12)) return
        worst = Math.max(worst, Math.abs(window.read(0, i * STEP) / of(inside) - 1))
      })
      expect(worst).toBeLessThan(1e-12)
    })

    it(`is gone from a session of ${statistic.name}`, () => {
      const window = sessionWindow({ statistic, gapMs: STEP }).build()
      window.ensure(1)
      window.update(0, 0, 1e12)
      for (let i = 0; i < 20; i++) window.update(0, (i + 2) * STEP, values[i])
      expect(Math.abs(window.read(0, 21 * STEP) / of(values.slice(0, 20)) - 1)).toBeLessThan(1e-12)
    })
  }

  it('is gone from a window of quantiles', () => {
    const window = paneWindow({ statistic: quantile(), lengthMs: LENGTH, everyMs: 10 * STEP }).build()
    window.ensure(1)
    window.update(0, 0, 1e12)
    for (let i = 0; i < 100; i++) window.update(0, i * STEP, values[i])
    const inside = values.slice(40, 100).toSorted((a, b) => a - b)
    expect(Math.abs(window.read(0, 99 * STEP) / inside[29] - 1)).toBeLessThan(0.01)
  })
})
