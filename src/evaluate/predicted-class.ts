/** The class of a prediction `out[at...]` of class probabilities: the likeliest, the first of equals. */
export function predictedClass(out: Float64Array, at: number, classes: number): number {
  if (classes === 2) return out[at + 1] > out[at] ? 1 : 0
  let best = 0
  for (let k = 1; k < classes; k++) if (out[at + k] > out[at + best]) best = k
  return best
}
