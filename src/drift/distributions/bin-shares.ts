import { MillraceError } from '../../errors.ts'

/** Two histograms over the same bins, as shares of all. */
export interface BinShares {
  readonly reference: Float64Array
  readonly current: Float64Array
  /** Bins that either has values in, less one. */
  readonly freedom: number
  /** Half the sum of the absolute differences: the share of events that would have to move. */
  readonly totalVariation: number
}

/**
 * Shares of two lists of counts, or undefined where either is empty. `prior` is added to each bin that has a count in
 * either. Throws MILLRACE_DRIFT_PARAMETER on lists of different lengths and on counts that aren't finite or below 0.
 */
export function binShares(
  name: string,
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  prior: number,
): BinShares | undefined {
  if (reference.length !== current.length) {
    const found = `${reference.length} bins of the reference, ${current.length} of the current counts`
    throw new MillraceError('MILLRACE_DRIFT_PARAMETER', name, found, 'Count both into the same bins')
  }
  const used: number[] = []
  for (let i = 0; i < reference.length; i++) {
    if (!(reference[i] >= 0 && current[i] >= 0 && reference[i] + current[i] < Infinity)) {
      const found = `counts ${reference[i]} and ${current[i]} in bin ${i}`
      throw new MillraceError('MILLRACE_DRIFT_PARAMETER', name, found, 'Give finite counts of 0 and more')
    }
    if (reference[i] + current[i] > 0) used.push(i)
  }
  const a = sharesOf(reference, used, prior)
  const b = sharesOf(current, used, prior)
  if (a === undefined || b === undefined) return undefined
  let variation = 0
  for (let i = 0; i < used.length; i++) variation += Math.abs(reference[used[i]] / a.total - current[used[i]] / b.total)
  return { reference: a.shares, current: b.shares, freedom: used.length - 1, totalVariation: variation / 2 }
}

function sharesOf(
  counts: ArrayLike<number>,
  used: readonly number[],
  prior: number,
): { shares: Float64Array; total: number } | undefined {
  let total = 0
  for (const i of used) total += counts[i]
  if (total === 0) return undefined
  const all = total + prior * used.length
  return { shares: Float64Array.from(used, (i) => (counts[i] + prior) / all), total }
}
