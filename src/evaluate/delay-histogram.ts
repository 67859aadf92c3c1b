const OCTAVES = 29 // up to 2^31 rows
const PER_OCTAVE = 16
const FORGET = 100_000 // counts are halved when there are that many

/** Doubles of state of a histogram of label delays. */
export const DELAY_BINS = OCTAVES * PER_OCTAVE

/** Counts a delay of `rows` >= 0 into the histogram at `state[from...]`: 16 bins an octave, so 6 % wide. Gives the index that changed. */
export function countDelay(state: Float64Array, from: number, rows: number): number {
  const at = from + binOf(rows)
  state[at]++
  return at
}

/** The quantile of the delays, in rows, at the upper edge of its bin; 0 when there are none. Halves the counts when they are many. */
export function delayQuantile(state: Float64Array, from: number, share: number): number {
  let total = 0
  for (let i = 0; i < DELAY_BINS; i++) total += state[from + i]
  let left = total * share
  let bin = 0
  while (bin < DELAY_BINS - 1 && left > state[from + bin]) left -= state[from + bin++]
  if (total > FORGET) for (let i = 0; i < DELAY_BINS; i++) state[from + i] /= 2
  return total === 0 ? 0 : upperEdge(bin)
}

function binOf(rows: number): number {
  const n = Math.min(rows, 2_147_483_647) | 0
  const octave = 27 - Math.clz32(n | PER_OCTAVE)
  return (octave << 4) + (n >> octave)
}

function upperEdge(bin: number): number {
  if (bin < 2 * PER_OCTAVE) return bin
  const octave = Math.floor(bin / PER_OCTAVE) - 1
  return ((bin % PER_OCTAVE) + PER_OCTAVE + 1) * 2 ** octave - 1
}
