import { log } from '../../stats/math/log.ts'
import type { BinnedOptions } from './binned-options.ts'
import { binnedTest } from './binned-test.ts'
import type { DistributionTest } from './distribution-test.ts'

/**
 * The population stability index of two lists of counts over the same bins or categories, each with half a count more so
 * that none is empty. The effect is the total variation (`minEffect` 0.05). The p-value is by chi-square over the inverse
 * effective sizes. Throws MILLRACE_DRIFT_PARAMETER.
 * Source: Yurdakul & Naranjo, Statistical Properties of the Population Stability Index, Journal of Risk Model Validation 14(4), 2020.
 */
export function populationStabilityIndex(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  options: BinnedOptions = {},
): DistributionTest {
  return binnedTest('populationStabilityIndex', reference, current, options, 0.5, (shares, n, m) => {
    let index = 0
    for (let i = 0; i < shares.reference.length; i++) {
      index += (shares.current[i] - shares.reference[i]) * log(shares.current[i] / shares.reference[i])
    }
    return [index, index / (1 / n + 1 / m)]
  })
}
