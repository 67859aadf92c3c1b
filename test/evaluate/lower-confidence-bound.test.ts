import { expect, test } from 'vitest'
import { lowerConfidenceBound } from '../../src/evaluate/lower-confidence-bound.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'

test('covers the mean at all sample sizes at once, from the first values on', () => {
  const random = new SeededRandom(1)
  for (const [alpha, allowed] of [
    [0.05, 0.062],
    [0.2, 0.222],
  ]) {
    let missed = 0
    for (let stream = 0; stream < 2000; stream++) {
      let mean = 0
      let squares = 0
      for (let n = 1; n <= 300; n++) {
        const value = 5 + 3 * random.normal()
        const step = value - mean
        mean += step / n
        squares += step * (value - mean)
        if (lowerConfidenceBound(n, mean, squares / (n - 1), alpha, 12) > 5) {
          missed++
          break
        }
      }
    }
    expect(missed / 2000).toBeLessThan(allowed)
    expect(missed).toBeGreaterThan(2000 * alpha * 0.2) // and it is no idle bound
  }
})

test('with many values it is the asymptotic confidence sequence', () => {
  const [alpha, tightest, mean, variance] = [0.05, 500, 0.4, 2.5]
  const twice = -2 * Math.log(2 * alpha)
  const r2 = (twice + Math.log(twice + 1)) / tightest
  for (const n of [5_000, 50_000, 500_000]) {
    const width = Math.sqrt(
      variance * ((2 * (n * r2 + 1)) / (n * n * r2)) * Math.log(1 + Math.sqrt(n * r2 + 1) / (2 * alpha)),
    )
    const ours = mean - lowerConfidenceBound(n, mean, variance, alpha, tightest)
    expect(ours / width).toBeGreaterThan(0.99)
    expect(ours / width).toBeLessThan(1.01)
  }
})

test('says nothing of too few values or of equal ones', () => {
  expect(lowerConfidenceBound(0, NaN, NaN, 0.05, 12)).toBe(-Infinity)
  expect(lowerConfidenceBound(2, 1, 0.1, 0.05, 12)).toBe(-Infinity)
  expect(lowerConfidenceBound(4, 1, 1e-9, 0.05, 12)).toBe(-Infinity)
  expect(lowerConfidenceBound(1000, 1, 0, 0.05, 12)).toBe(-Infinity)
  expect(lowerConfidenceBound(20, 1, 0.01, 0.05, 12)).toBeGreaterThan(0.8)
})

test('is wider the surer it must be', () => {
  let before = -Infinity
  for (const alpha of [1e-6, 1e-4, 0.01, 0.05, 0.2]) {
    const bound = lowerConfidenceBound(40, 1, 0.5, alpha, 12)
    expect(bound).toBeGreaterThan(before)
    before = bound
  }
})
