import { ewMean } from '../../src/stats/ew-mean.ts'
import { ewVariance } from '../../src/stats/ew-variance.ts'
import type { TimedStatistic } from '../../src/stats/timed-statistic.ts'
import { exactMean, exactVariance } from './exact-moments.ts'

export interface TimedStatisticCase {
  readonly statistic: TimedStatistic
  /** What it must read of values with the weights that their ages leave them. */
  exact(values: readonly number[], weights: readonly number[]): number
  /** By how much it may miss. */
  bound(values: readonly number[], weights: readonly number[]): number
  readonly largest: number
}

const largestOf = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0)

/**
 * For each file of src/stats that holds a timed statistic: what it must read. A file without an entry fails the build.
 */
export const timedStatisticCases: Readonly<Record<string, TimedStatisticCase[]>> = {
  'ew-mean.ts': [
    {
      statistic: ewMean,
      exact: exactMean,
      bound: (values) => (values.length + 4) * 2 ** -51 * largestOf(values) + 1e-300,
      largest: 1e300,
    },
  ],
  'ew-variance.ts': [
    {
      statistic: ewVariance,
      exact: exactVariance,
      bound: (values, weights) => {
        const n = values.length + 4
        const size = largestOf(values)
        const deviation = Math.sqrt(exactVariance(values, weights))
        return n * 2 ** -50 * deviation * (deviation + size) + (n * 2 ** -51 * size) ** 2 + 1e-280
      },
      largest: 1e140,
    },
  ],
}
