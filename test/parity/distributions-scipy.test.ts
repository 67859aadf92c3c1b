import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  chiSquare,
  countBins,
  type DistributionTest,
  jensenShannon,
  kolmogorovSmirnov,
  maximumMeanDiscrepancy,
  populationStabilityIndex,
  wasserstein,
} from '../../src/drift/index.ts'
import { gammaQ } from '../../src/stats/math/gamma-q.ts'
import { kolmogorovQ } from '../../src/stats/math/kolmogorov-q.ts'

type Sample = [seed: number, length: number, shift: number, scale: number, grid: number]
type Pair = Pick<DistributionTest, 'statistic' | 'pValue'>
interface Case {
  samples: [Sample, Sample]
  ks: { statistic: number; exact: number; stephens: number }
  wasserstein: { statistic: number; effect: number }
  counts: [number[], number[]]
  chiSquare: Pair
  jensenShannon: Pair
  psi: Pair
  totalVariation: number
  mmd: number
}
const golden = JSON.parse(readFileSync(new URL('./golden/scipy-distributions.json', import.meta.url), 'utf8')) as {
  cases: Case[]
  gammaQ: [number, number, number][]
  kolmogorovQ: [number, number][]
}
const EDGES = Float64Array.of(-1, -0.5, -0.25, 0, 0.25, 0.5, 1)
const independent = { reference: 0, current: 0, correlationTime: 1 }

describe.each(golden.cases.map((one, i) => [`samples ${i + 1}`, one] as const))('%s', (_, expected) => {
  const [a, b] = expected.samples.map(sampleOf)
  const sizes = { ...independent, reference: a.length, current: b.length }

  test('Kolmogorov-Smirnov, Wasserstein and MMD as SciPy and NumPy have them', () => {
    const ks = kolmogorovSmirnov(a, b, { sizes })
    close(ks.statistic, expected.ks.statistic)
    close(ks.pValue, expected.ks.stephens)
    expect(Math.abs(ks.pValue - expected.ks.exact)).toBeLessThan(isTied(a) ? 0.1 : 0.02)
    const distance = wasserstein(a, b, { sizes, permutations: 19 })
    close(distance.statistic, expected.wasserstein.statistic)
    close(distance.effect, expected.wasserstein.effect)
    const rows = (sample: Float64Array): Float64Array => sample.subarray(0, sample.length & ~1)
    if (a.length + b.length > 1000) return
    const mmd = maximumMeanDiscrepancy(rows(a), rows(b), 2, { sizes, bandwidth: 0.75, permutations: 19 })
    expect(Math.abs(mmd.statistic - expected.mmd)).toBeLessThan(1e-13)
    close(mmd.effect, Math.sqrt(mmd.statistic))
  })

  test('chi-square, Jensen-Shannon and PSI as SciPy and NumPy have them', () => {
    const counts = [countBins(EDGES, a), countBins(EDGES, b)]
    expect(counts.map((one) => [...one])).toEqual(expected.counts.map((one) => [...one, 0]))
    for (const [test, want] of [
      [chiSquare, expected.chiSquare],
      [jensenShannon, expected.jensenShannon],
      [populationStabilityIndex, expected.psi],
    ] as const) {
      const found = test(counts[0], counts[1])
      close(found.statistic, want.statistic)
      close(found.pValue, want.pValue)
      close(found.effect, expected.totalVariation)
    }
  })
})

test('the upper tail of the gamma distribution, within 1e-12 of mpmath', () => {
  for (const [a, x, q] of golden.gammaQ) expect(Math.abs(gammaQ(a, x) / q - 1), `${a}, ${x}`).toBeLessThan(1e-12)
  expect([gammaQ(1, 0), gammaQ(3, Infinity), gammaQ(0, 1), gammaQ(1, -1), gammaQ(NaN, 1)]).toEqual([
    1,
    0,
    NaN,
    NaN,
    NaN,
  ])
})

test("the upper tail of Kolmogorov's distribution, within 1e-14 of mpmath, and 1e-12 of its size", () => {
  for (const [x, q] of golden.kolmogorovQ) {
    expect(Math.abs(kolmogorovQ(x) - q), String(x)).toBeLessThan(1e-14)
    if (x > 0.5) expect(Math.abs(kolmogorovQ(x) / q - 1), String(x)).toBeLessThan(1e-12)
  }
  expect([kolmogorovQ(0), kolmogorovQ(-1), kolmogorovQ(Infinity), kolmogorovQ(NaN)]).toEqual([1, 1, 0, NaN])
})

/** Relative to the value, for p-values down to where both have but rounding errors. */
function close(found: number, expected: number): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-10 * Math.abs(expected) + 1e-300)
}

function sampleOf([seed, length, shift, scale, grid]: Sample): Float64Array {
  let state = seed
  return Float64Array.from({ length }, () => {
    let total = 0
    for (let i = 0; i < 4; i++) {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0
      total += state / 2 ** 32
    }
    const value = shift + scale * (total - 2)
    return grid === 0 ? value : Math.floor(value / grid) * grid
  })
}

function isTied(values: Float64Array): boolean {
  return new Set(values).size < values.length / 2
}
