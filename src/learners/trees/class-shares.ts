/** Writes the shares of the classes in `counts` to `out`, all equal where there is no weight; gives the heaviest class. */
export function classShares(
  counts: Float64Array,
  countsAt: number,
  classes: number,
  out: Float64Array,
  to: number,
): number {
  let sum = 0
  let best = 0
  for (let c = 0; c < classes; c++) {
    const weight = counts[countsAt + c]
    sum += weight
    if (weight > counts[countsAt + best]) best = c
  }
  if (!(sum > 0)) {
    out.fill(1 / classes, to, to + classes)
    return 0
  }
  for (let c = 0; c < classes; c++) out[to + c] = counts[countsAt + c] / sum
  return best
}
