import { gammaQ } from '../../stats/math/gamma-q.ts'
import { checkParameter } from '../check-parameter.ts'
import { type BinShares, binShares } from './bin-shares.ts'
import type { BinnedOptions } from './binned-options.ts'
import type { DistributionTest } from './distribution-test.ts'
import { judgeShift } from './judge-shift.ts'

/**
 * A test over two lists of counts: `measure` gives the statistic of the shares, and what of it follows chi-square over
 * the inverse effective sizes if nothing has changed. Throws MILLRACE_DRIFT_PARAMETER.
 */
export function binnedTest(
  name: string,
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  options: BinnedOptions,
  prior: number,
  measure: (shares: BinShares, referenceSize: number, currentSize: number) => readonly [statistic: number, chi: number],
): DistributionTest {
  const time = options.correlationTime ?? 1
  checkParameter(name, 'correlationTime', time, 1, Number.MAX_VALUE, 'closed')
  const shares = binShares(name, reference, current, prior)
  if (shares === undefined || shares.freedom < 1) return judgeShift(name, 0, 1, 0, options, 0.05)
  const [statistic, chi] = measure(shares, sum(reference) / time, sum(current) / time)
  const pValue = gammaQ(shares.freedom / 2, Math.max(0, chi) / 2)
  return judgeShift(name, statistic, pValue, shares.totalVariation, options, 0.05)
}

function sum(counts: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < counts.length; i++) total += counts[i]
  return total
}
