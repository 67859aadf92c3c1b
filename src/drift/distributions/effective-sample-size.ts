const MOST_LAGS = 1_000

/**
 * How many independent values a sample in the order of time is worth, for its mean: n over the integrated autocorrelation
 * time, at most n. Values that aren't finite are taken for the mean. Costs n times the lags that matter.
 * Source: Geyer, Practical Markov Chain Monte Carlo (initial monotone positive sequence), Statistical Science 7, 1992.
 */
export function effectiveSampleSize(values: ArrayLike<number>): number {
  const centred = centre(values)
  const n = centred.length
  const variance = autocovariance(centred, 0)
  if (!(variance > 0)) return n
  let time = -1
  let least = Infinity
  const lags = Math.min(MOST_LAGS, n >> 1)
  for (let lag = 0; lag + 1 < lags; lag += 2) {
    const pair = (autocovariance(centred, lag) + autocovariance(centred, lag + 1)) / variance
    if (!(pair > 0)) break
    if (pair < least) least = pair
    time += 2 * least
  }
  return time > 1 ? n / time : n
}

function centre(values: ArrayLike<number>): Float64Array {
  const centred = Float64Array.from(values)
  let sum = 0
  let count = 0
  for (const value of centred) {
    if (!Number.isFinite(value)) continue
    sum += value
    count++
  }
  for (let i = 0; i < centred.length; i++) centred[i] = Number.isFinite(centred[i]) ? centred[i] - sum / count : 0
  return centred
}

/** Divided by n - lag: over n, and with the mean of the sample taken off, long correlations would look shorter still. */
function autocovariance(centred: Float64Array, lag: number): number {
  let sum = 0
  for (let i = lag; i < centred.length; i++) sum += centred[i] * centred[i - lag]
  return sum / (centred.length - lag)
}
