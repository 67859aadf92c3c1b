import { describe, expect, test } from 'vitest'
import {
  chiSquare,
  countBins,
  type DistributionTest,
  effectiveSampleSize,
  jensenShannon,
  kolmogorovSmirnov,
  maximumMeanDiscrepancy,
  populationStabilityIndex,
  quantileBins,
  sampleSizes,
  wasserstein,
} from '../../src/drift/index.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'

/** A stationary series of standard normal values, each of which keeps `memory` of the one before. */
function series(random: SeededRandom, length: number, memory: number, mean = 0): Float64Array {
  const values = new Float64Array(length)
  let last = random.normal()
  for (let i = 0; i < length; i++) {
    last = memory * last + Math.sqrt(1 - memory * memory) * random.normal()
    values[i] = mean + last
  }
  return values
}

function binned(test: typeof chiSquare): (a: Float64Array, b: Float64Array) => DistributionTest {
  return (a, b) => {
    const edges = quantileBins(a)
    const { correlationTime } = sampleSizes(a, b)
    return test(countBins(edges, a), countBins(edges, b), { correlationTime, level: 0.05, minEffect: 0 })
  }
}

const judged = { level: 0.05, minEffect: 0, permutations: 39 }
const tests: Record<string, (a: Float64Array, b: Float64Array) => DistributionTest> = {
  kolmogorovSmirnov: (a, b) => kolmogorovSmirnov(a, b, judged),
  wasserstein: (a, b) => wasserstein(a, b, judged),
  chiSquare: binned(chiSquare),
  jensenShannon: binned(jensenShannon),
  populationStabilityIndex: binned(populationStabilityIndex),
  maximumMeanDiscrepancy: (a, b) => maximumMeanDiscrepancy(a.subarray(0, 150), b.subarray(0, 150), 1, judged),
}

describe.each(Object.entries(tests))('%s', (name, run) => {
  const rounds = name === 'maximumMeanDiscrepancy' ? 12 : name === 'wasserstein' ? 40 : 100

  test.each([0, 0.5, 0.9])('finds little where nothing changes, when each value keeps %d of the last', (memory) => {
    const random = new SeededRandom(31 + memory)
    let found = 0
    for (let i = 0; i < rounds; i++) {
      if (run(series(random, 500, memory), series(random, 500, memory)).shifted) found++
    }
    // 0.05 is promised; at most five standard errors above
    expect(found / rounds).toBeLessThan(0.05 + 5 * Math.sqrt((0.05 * 0.95) / rounds))
  })

  test('finds a change of one standard deviation', () => {
    const random = new SeededRandom(32)
    for (let i = 0; i < 5; i++) expect(run(series(random, 300, 0.3), series(random, 300, 0.3, 1)).shifted).toBe(true)
  })
})

describe('the effective sample size', () => {
  test('of a series is what theory says', () => {
    const random = new SeededRandom(41)
    for (const memory of [0, 0.5, 0.9]) {
      const [n, rounds] = [4000, 10]
      let sum = 0
      for (let i = 0; i < rounds; i++) sum += effectiveSampleSize(series(random, n, memory))
      const expected = (n * (1 - memory)) / (1 + memory)
      expect(Math.abs(sum / rounds / expected - 1)).toBeLessThan(0.12)
    }
  })

  test('is the count where there is nothing to tell, and never more', () => {
    expect(effectiveSampleSize([])).toBe(0)
    expect(effectiveSampleSize([3])).toBe(1)
    expect(effectiveSampleSize([2, 2, 2, 2, 2])).toBe(5)
    expect(effectiveSampleSize([1, -1, 1, -1, 1, -1, 1, -1])).toBe(8)
    expect(effectiveSampleSize([NaN, Infinity, 1, 2])).toBeLessThanOrEqual(4)
  })

  test('without it a series that hangs together would nearly always have drifted', () => {
    const random = new SeededRandom(42)
    let naive = 0
    for (let i = 0; i < 50; i++) {
      const [a, b] = [series(random, 500, 0.9), series(random, 500, 0.9)]
      const sizes = { reference: 500, current: 500, correlationTime: 1 }
      if (kolmogorovSmirnov(a, b, { ...judged, sizes }).shifted) naive++
    }
    expect(naive).toBeGreaterThan(25)
  })

  test('of two samples goes by the one that hangs together longer', () => {
    const random = new SeededRandom(43)
    const sizes = sampleSizes(series(random, 2000, 0), series(random, 1000, 0.9))
    expect(sizes.correlationTime).toBeGreaterThan(12)
    expect(sizes.reference).toBe(2000 / sizes.correlationTime)
    expect(sizes.current).toBe(1000 / sizes.correlationTime)
  })
})

describe('a shift', () => {
  test('needs an effect that a person can read, however many values show it', () => {
    const random = new SeededRandom(44)
    const [a, b] = [series(random, 100_000, 0), series(random, 100_000, 0, 0.03)]
    const found = kolmogorovSmirnov(a, b)
    expect(found.pValue).toBeLessThan(1e-4)
    expect(found.shifted).toBe(false)
    expect(kolmogorovSmirnov(a, b, { minEffect: 0.005 }).shifted).toBe(true)
  })

  test('is not found where there is nothing to compare', () => {
    const nothing = { statistic: 0, pValue: 1, effect: 0, shifted: false }
    expect(kolmogorovSmirnov([1], [NaN, 2])).toEqual(nothing)
    expect(wasserstein([], [1, 2])).toEqual(nothing)
    expect(chiSquare([0, 0], [1, 2])).toEqual(nothing)
    expect(jensenShannon([5], [7])).toEqual(nothing)
    expect(populationStabilityIndex([], [])).toEqual(nothing)
    expect(maximumMeanDiscrepancy(Float64Array.of(1, 2), Float64Array.of(3, 4), 2)).toEqual(nothing)
  })

  test('of counts that moved from an empty bin is found', () => {
    for (const run of [chiSquare, jensenShannon, populationStabilityIndex]) {
      const found = run([500, 500, 0], [500, 300, 200])
      expect(found.shifted).toBe(true)
      expect(found.effect).toBeCloseTo(0.2, 12)
    }
  })

  test('says the same with the same seed', () => {
    const random = new SeededRandom(45)
    const [a, b] = [series(random, 60, 0), series(random, 60, 0, 0.3)]
    expect(wasserstein(a, b, { seed: 3 })).toEqual(wasserstein(a, b, { seed: 3 }))
    const seeds = new Set([1, 2, 3, 4, 5].map((seed) => wasserstein(a, b, { seed }).pValue))
    expect(seeds.size).toBeGreaterThan(1)
  })
})

test('bins are of equal counts, stay as they are, and count what is missing apart', () => {
  const edges = quantileBins(Array.from({ length: 1000 }, (_, i) => (i * 7) % 1000))
  expect([...edges]).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900])
  expect([...countBins(edges, [-5, 99, 100, 899.5, 900, 1e9, NaN, Infinity])]).toEqual([
    2, 1, 0, 0, 0, 0, 0, 0, 1, 2, 2,
  ])
  expect([...quantileBins([1, 1, 1, 1, 2])]).toEqual([2])
  expect([...quantileBins([4, 4, 4])]).toEqual([])
  expect([...quantileBins([])]).toEqual([])
})

test('options out of range and counts of other bins are refused', () => {
  const rows = Float64Array.of(1, 2, 3, 4)
  for (const wrong of [
    () => quantileBins([1, 2], 1),
    () => kolmogorovSmirnov([1, 2], [3, 4], { level: 0 }),
    () => kolmogorovSmirnov([1, 2], [3, 4], { minEffect: -1 }),
    () => wasserstein([1, 2], [3, 4], { permutations: 5 }),
    () => wasserstein([1, 2], [3, 4], { seed: NaN }),
    () => chiSquare([1, 2], [3, 4], { correlationTime: 0.5 }),
    () => chiSquare([1, 2], [3]),
    () => jensenShannon([1, -2], [3, 4]),
    () => populationStabilityIndex([1, NaN], [3, 4]),
    () => maximumMeanDiscrepancy(rows, rows, 3),
    () => maximumMeanDiscrepancy(rows, rows, 0.5),
    () => maximumMeanDiscrepancy(rows, Float64Array.of(1, NaN), 1),
    () => maximumMeanDiscrepancy(rows, rows, 1, { bandwidth: 0 }),
    () => maximumMeanDiscrepancy(new Float64Array(5000), rows, 1),
  ]) {
    expect(wrong).toThrow(expect.objectContaining({ code: 'MILLRACE_DRIFT_PARAMETER' }))
  }
})
