import { SCORE_BINS, scoreBin } from './score-bin.ts'

/** Doubles of a histogram of scores: for each bin, the weight of the negatives and that of the positives. */
export const SCORE_HISTOGRAM_WIDTH = 2 * SCORE_BINS

/** Takes one outcome into a histogram of scores; exported so that the metric set knows the state that it can fuse. */
export function updateScoreHistogram(
  state: Float64Array,
  from: number,
  _classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  state[from + 2 * scoreBin(out[at + 1]) + label] += weight
}
