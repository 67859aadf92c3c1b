/** The finite values of a sample, in its order: what is missing is a matter of its own. */
export function finiteValues(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).filter(Number.isFinite)
}
