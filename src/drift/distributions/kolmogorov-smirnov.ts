import { kolmogorovQ } from '../../stats/math/kolmogorov-q.ts'
import type { DistributionTest, ShiftOptions } from './distribution-test.ts'
import { finiteValues } from './finite-values.ts'
import { judgeShift } from './judge-shift.ts'
import { type SampleSizes, sampleSizes } from './sample-sizes.ts'

const NAME = 'kolmogorovSmirnov'

/**
 * The two-sample Kolmogorov-Smirnov test: the greatest difference of the empirical distributions, which is the effect too
 * (`minEffect` 0.05). Samples are in the order of time; the p-value holds at their effective sizes (Stephens' correction,
 * within 0.02 of the exact one from 20 values on). Values that aren't finite are left out; with less than two on a side
 * nothing is found. Throws MILLRACE_DRIFT_PARAMETER.
 * Source: Smirnov, Bulletin of Moscow University 2(2), 1939; Stephens, Journal of the Royal Statistical Society B 32, 1970.
 */
export function kolmogorovSmirnov(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  options: ShiftOptions & { readonly sizes?: SampleSizes } = {},
): DistributionTest {
  const a = finiteValues(reference)
  const b = finiteValues(current)
  if (a.length < 2 || b.length < 2) return judgeShift(NAME, 0, 1, 0, options, 0.05)
  const sizes = options.sizes ?? sampleSizes(a, b)
  const statistic = distance(a.sort(), b.sort())
  const root = Math.sqrt(1 / (1 / sizes.reference + 1 / sizes.current))
  return judgeShift(NAME, statistic, kolmogorovQ((root + 0.12 + 0.11 / root) * statistic), statistic, options, 0.05)
}

function distance(a: Float64Array, b: Float64Array): number {
  let most = 0
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j])
    while (i < a.length && a[i] === value) i++
    while (j < b.length && b[j] === value) j++
    most = Math.max(most, Math.abs(i / a.length - j / b.length))
  }
  return most
}
