import { exp } from '../stats/math/exp.ts'
import { log } from '../stats/math/log.ts'

/**
 * A lower bound on a mean that holds at all sample sizes at once with probability 1 - alpha: one may look after every value
 * and stop when one likes. From `count` values that are nearly normal and independent (means of long blocks), their mean
 * and their sample variance (divisor count - 1); tightest at about `tightest` values. -Infinity while there are too few.
 *
 * The normal mixture of the t statistic (Lai, Annals of Statistics 4, 1976; Wang & Ramdas, arXiv 2310.03722) at the
 * one-sided level; with many values the asymptotic confidence sequence of Waudby-Smith et al. (arXiv 2103.06476, one-sided
 * form), which by itself is too narrow for the ten or twenty blocks that a promotion may have.
 */
export function lowerConfidenceBound(
  count: number,
  mean: number,
  variance: number,
  alpha: number,
  tightest: number,
): number {
  if (!(count >= 3 && variance > 0)) return -Infinity // equal values say nothing of their spread
  const twice = -2 * log(2 * alpha)
  const spread = 1 + (count * (twice + log(twice + 1))) / tightest
  const crossing = log(1 + Math.sqrt(spread) / (2 * alpha))
  const ratio = exp((2 * crossing) / count)
  if (ratio >= spread) return -Infinity
  const square = (ratio - 1) / (1 - ratio / spread)
  return mean - Math.sqrt((variance / count) * (count - 1) * square)
}
