import { log } from '../../stats/math/log.ts'
import type { BinnedOptions } from './binned-options.ts'
import { binnedTest } from './binned-test.ts'
import type { DistributionTest } from './distribution-test.ts'

/**
 * The Jensen-Shannon distance of two lists of counts over the same bins or categories: the square root of the divergence
 * to base 2, from 0 to 1. The effect is the total variation (`minEffect` 0.05). The p-value is by chi-square over the
 * inverse effective sizes: near equality eight times the divergence is Pearson's. Throws MILLRACE_DRIFT_PARAMETER.
 * Source: Lin, Divergence Measures Based on the Shannon Entropy, IEEE Transactions on Information Theory 37(1), 1991.
 */
export function jensenShannon(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  options: BinnedOptions = {},
): DistributionTest {
  return binnedTest('jensenShannon', reference, current, options, 0, (shares, n, m) => {
    let divergence = 0
    for (let i = 0; i < shares.reference.length; i++) {
      const p = shares.reference[i]
      const q = shares.current[i]
      const middle = (p + q) / 2
      if (p > 0) divergence += 0.5 * p * log(p / middle)
      if (q > 0) divergence += 0.5 * q * log(q / middle)
    }
    const nats = divergence > 0 ? divergence : 0
    return [Math.sqrt(nats / Math.LN2), (8 * nats) / (1 / n + 1 / m)]
  })
}
