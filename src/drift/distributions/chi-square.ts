import type { BinnedOptions } from './binned-options.ts'
import { binnedTest } from './binned-test.ts'
import type { DistributionTest } from './distribution-test.ts'

/**
 * Pearson's chi-square test of homogeneity of two lists of counts over the same bins or categories, at their effective
 * sizes. The effect is the total variation (`minEffect` 0.05). Bins with less than some five expected events make the
 * p-value rough. Throws MILLRACE_DRIFT_PARAMETER.
 * Source: Pearson, On the Criterion that a Given System of Deviations, Philosophical Magazine 50, 1900.
 */
export function chiSquare(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  options: BinnedOptions = {},
): DistributionTest {
  return binnedTest('chiSquare', reference, current, options, 0, (shares, n, m) => {
    let statistic = 0
    for (let i = 0; i < shares.reference.length; i++) {
      const difference = shares.reference[i] - shares.current[i]
      const pooled = (n * shares.reference[i] + m * shares.current[i]) / (n + m)
      statistic += (difference * difference) / pooled
    }
    const scaled = (statistic * n * m) / (n + m)
    return [scaled, scaled]
  })
}
