/** The mean of a state [weight, sum, sum of squares]; NaN when it is empty. */
export function meanOf(state: Float64Array, from: number): number {
  return state[from + 1] / state[from]
}

/** The standard error of the mean of a state [weight, sum, sum of squares], weights being repetitions. */
export function standardErrorOf(state: Float64Array, from: number): number {
  const weight = state[from]
  const mean = state[from + 1] / weight
  const variance = state[from + 2] / weight - mean * mean
  return Math.sqrt(Math.max(variance, 0) / weight)
}
