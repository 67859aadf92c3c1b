import { describe, expect, it } from 'vitest'
import { erf } from '../../../src/stats/math/erf.ts'
import { erfc } from '../../../src/stats/math/erfc.ts'
import { lgamma } from '../../../src/stats/math/lgamma.ts'
import { log } from '../../../src/stats/math/log.ts'
import { normalCdf } from '../../../src/stats/math/normal-cdf.ts'
import { normalQuantile } from '../../../src/stats/math/normal-quantile.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'
import { exactErf, exactLog, exactly, squareRoot, ulpsFrom } from './oracle.ts'

const ONE = exactly(1)
const ROOT_TWO = squareRoot(2n * ONE)

describe('the error function and the normal distribution', () => {
  const cases: [string, (x: number) => number, (x: bigint) => bigint, number, number, number][] = [
    ['erf', erf, exactErf, 1.5, -6, 6],
    ['erf within 1', erf, exactErf, 1.5, -1, 1],
    ['erfc', erfc, (x) => ONE - exactErf(x), 8, -3, 3],
    ['erfc in its tail', erfc, (x) => ONE - exactErf(x), 8, 3, 9],
    ['normalCdf', normalCdf, (x) => (ONE + exactErf((x * ONE) / ROOT_TWO)) / 2n, 8, -3, 3],
    ['normalCdf in its tail', normalCdf, (x) => (ONE + exactErf((x * ONE) / ROOT_TWO)) / 2n, 8, -12, -3],
  ]
  it.each(cases)('%s keeps its bound', (_, of, exact, bound, low, high) => {
    const random = new SeededRandom(21)
    for (let i = 0; i < 800; i += 1) {
      const x = low + (high - low) * random.next()
      expect(ulpsFrom(exact(exactly(x)), of(x)), String(x)).toBeLessThanOrEqual(bound)
    }
  })

  it('has its limits', () => {
    expect([erf(0), erf(Infinity), erf(-Infinity), erfc(-Infinity), erfc(0), erfc(Infinity)]).toEqual([
      0, 1, -1, 2, 1, 0,
    ])
    expect([normalCdf(-Infinity), normalCdf(-40), normalCdf(0), normalCdf(40), normalCdf(Infinity)]).toEqual([
      0, 0, 0.5, 1, 1,
    ])
    expect([erf(NaN), erfc(NaN), normalCdf(NaN), normalQuantile(NaN), normalQuantile(1.1)]).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
      NaN,
    ])
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity])
    expect(Object.is(erf(-0), -0)).toBe(true)
    expect(normalCdf(-37.5) / 4.605353009581e-308).toBeCloseTo(1, 10)
  })

  it('the quantile undoes the distribution function, tails and middle', () => {
    const random = new SeededRandom(22)
    for (let i = 0; i < 5000; i += 1) {
      const x = -37 * random.next()
      const p = normalCdf(x)
      // An error of one unit in the last place of p moves x by this much.
      const slope = Math.abs(x) > 1 ? 1 / Math.abs(x) : 3
      expect(Math.abs(normalQuantile(p) - x), String(x)).toBeLessThanOrEqual(8 * 2.3e-16 * (slope + Math.abs(x)))
    }
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 15)
    expect(normalQuantile(1e-300)).toBeCloseTo(-37.0471, 4)
    expect(normalQuantile(0.5 + 1e-12)).toBeCloseTo(2.5066e-12, 16)
  })
})

describe('lgamma', () => {
  it('is the logarithm of factorials', () => {
    let factorial = ONE
    for (let n = 1; n <= 30; n += 1) {
      if (n > 2) expect(ulpsFrom(exactLog(factorial), lgamma(n)), `n = ${n}`).toBeLessThanOrEqual(6)
      factorial *= BigInt(n)
    }
    expect([lgamma(1), lgamma(2)]).toEqual([0, 0])
  })

  it('at halves is known from the square root of pi', () => {
    expect(lgamma(0.5)).toBeCloseTo(0.5723649429247001, 15)
    expect(lgamma(1.5)).toBeCloseTo(-0.12078223763524522, 15)
    expect(lgamma(-0.5)).toBeCloseTo(1.2655121234846454, 14)
    expect(lgamma(100.5)).toBeCloseTo(361.4355404678, 9)
  })

  it('obeys its recurrence on every branch', () => {
    const random = new SeededRandom(23)
    for (let i = 0; i < 20_000; i += 1) {
      const x = 12 * random.next()
      const size = Math.abs(lgamma(x)) + Math.abs(log(x)) + 1
      expect(Math.abs(lgamma(x + 1) - lgamma(x) - log(x)) / size, String(x)).toBeLessThan(1e-15)
    }
  })

  it('has its poles and limits', () => {
    expect([lgamma(0), lgamma(-1), lgamma(-7), lgamma(Infinity)]).toEqual([Infinity, Infinity, Infinity, Infinity])
    expect(lgamma(NaN)).toBeNaN()
    expect(lgamma(1e300)).toBeCloseTo(6.897755278982137e302, -290)
  })
})
