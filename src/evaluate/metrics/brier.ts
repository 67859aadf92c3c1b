import { meanOf, standardErrorOf } from '../mean-of.ts'
import type { Metric } from '../metric.ts'

/**
 * The Brier score (Brier, Monthly Weather Review 78, 1950): the mean squared error of the probabilities; for a binary
 * problem of the probability of true, in [0, 1], for more classes summed over them, in [0, 2]. State: weight, sum, sum of
 * squares.
 */
export function brier(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'brier',
  parameters: Object.freeze({}),
  problems: Object.freeze(['binary', 'multiclass'] as const),
  better: 'lower',
  width: () => 3,
  update: updateBrier,
  read: meanOf,
  standardError: standardErrorOf,
} satisfies Metric)

function updateBrier(
  state: Float64Array,
  from: number,
  classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  let loss = 0
  if (classes === 2) {
    const error = out[at + 1] - label
    loss = error * error
  } else {
    for (let k = 0; k < classes; k++) {
      const error = out[at + k] - (k === label ? 1 : 0)
      loss += error * error
    }
  }
  state[from] += weight
  state[from + 1] += weight * loss
  state[from + 2] += weight * loss * loss
}
