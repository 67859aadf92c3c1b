/** Bins of `scoreBin`. */
export const SCORE_BINS = 4096

/**
 * The bin of a probability, log-linear towards both ends: 2^-23 wide below 2^-16, then 128 bins an octave, 1/512 wide at
 * a half; the upper half mirrors the lower. So scores of a rare class are told apart as well as those of a common one.
 * There is no branch on the score, which no processor could predict, and the constants are literals, which are faster than
 * a module's. Any number, NaN too, goes to some bin.
 */
export function scoreBin(p: number): number {
  const n = ((0.5 - Math.abs(p - 0.5)) * 8_388_607) | 0 // 2^23 - 1: a half stays below 2^22
  const shift = 24 - Math.clz32(n | 128)
  const low = (shift << 7) + (n >> shift)
  const upper = (p + 0.5) | 0 // 0 below a half, else 1
  return low ^ (-upper & 4095)
}
