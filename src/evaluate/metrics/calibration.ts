import type { Metric } from '../metric.ts'
import { predictedClass } from '../predicted-class.ts'
import { SCORE_BINS, scoreBin } from '../score-bin.ts'

const FINE_BINS = SCORE_BINS / 4
const BINS = 15

/**
 * The expected calibration error over 15 bins of equal mass: the mean distance between what was predicted and what came
 * (Naeini et al., AAAI 2015; equal mass: Nguyen & O'Connor, EMNLP 2015). Binary: of the probability of true; more
 * classes: of the likeliest class's. The bins are cut from a histogram of 1,024; one that straddles a cut is divided in
 * proportion. State: per fine bin, weight, sum of probabilities, weight of those that came true.
 */
export function calibration(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'calibration',
  parameters: Object.freeze({}),
  problems: Object.freeze(['binary', 'multiclass'] as const),
  better: 'lower',
  width: () => 3 * FINE_BINS,
  update: updateCalibration,
  read: readCalibration,
} satisfies Metric)

/** One bin of a calibration curve: mean prediction, share that came true, weight. */
export interface CalibrationBin {
  predicted: number
  observed: number
  weight: number
}

/** The calibration curve of a `calibration` state: at most 15 bins of equal mass, in rising order; none when it is empty. */
export function calibrationCurve(state: Float64Array, from: number): CalibrationBin[] {
  let total = 0
  for (let i = from; i < from + 3 * FINE_BINS; i += 3) total += state[i]
  const curve: CalibrationBin[] = []
  if (!(total > 0)) return curve
  const mass = total / BINS
  let weight = 0
  let predicted = 0
  let came = 0
  for (let i = from; i < from + 3 * FINE_BINS; i += 3) {
    let left = state[i]
    while (left > 0) {
      const room = curve.length < BINS - 1 ? mass - weight : left
      const taken = left < room ? left : room
      weight += taken
      predicted += (state[i + 1] / state[i]) * taken
      came += (state[i + 2] / state[i]) * taken
      left -= taken
      if (weight >= mass && curve.length < BINS - 1) {
        curve.push({ predicted: predicted / weight, observed: came / weight, weight })
        weight = 0
        predicted = 0
        came = 0
      }
    }
  }
  if (weight > 0) curve.push({ predicted: predicted / weight, observed: came / weight, weight })
  return curve
}

function updateCalibration(
  state: Float64Array,
  from: number,
  classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  const k = classes === 2 ? 1 : predictedClass(out, at, classes)
  const p = out[at + k]
  const bin = from + 3 * (scoreBin(p) >> 2)
  state[bin] += weight
  state[bin + 1] += weight * p
  if (k === label) state[bin + 2] += weight
}

function readCalibration(state: Float64Array, from: number): number {
  let error = 0
  let total = 0
  for (const { predicted, observed, weight } of calibrationCurve(state, from)) {
    error += weight * Math.abs(predicted - observed)
    total += weight
  }
  return error / total
}
