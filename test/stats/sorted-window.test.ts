import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SortedWindow } from '../../src/stats/sorted-window.ts'

it('a window gives the ranks of the latest values', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ min: 0, max: 1e9, noNaN: true })), {
        maxLength: 120,
      }),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(0, 0.25, 0.5, 0.9, 1),
      (values, length, probability) => {
        const state = { ring: new Float64Array(length), head: new Float64Array(2) }
        let window = new SortedWindow(state)
        values.forEach((value, n) => {
          window.add(value)
          const latest = values.slice(Math.max(0, n + 1 - length), n + 1).sort((a, b) => a - b)
          expect(Array.from(latest, (_, i) => window.smallest(i + 1))).toEqual(latest)
          expect(window.length).toBe(latest.length)
          expect(window.below(value)).toBe(latest.indexOf(value))
          const at = (latest.length - 1) * probability
          const [a, b] = [latest[Math.floor(at)], latest[Math.ceil(at)]]
          expect(Math.abs(window.quantile(probability) - (a + (at % 1) * (b - a)))).toBeLessThanOrEqual(1e-9 * b)
          if (n % 7 === 0) window = new SortedWindow(state)
        })
      },
    ),
  )
})
