import { meanOf, standardErrorOf } from '../mean-of.ts'
import type { Metric } from '../metric.ts'

/**
 * The root of the mean squared error, in the label's unit. State: weight, sum of squared errors, sum of their squares.
 * Standard error by the delta method.
 */
export function rmse(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'rmse',
  parameters: Object.freeze({}),
  problems: Object.freeze(['regression'] as const),
  better: 'lower',
  width: () => 3,
  update: updateRmse,
  read: (state: Float64Array, from: number) => Math.sqrt(meanOf(state, from)),
  standardError: (state: Float64Array, from: number) =>
    standardErrorOf(state, from) / (2 * Math.sqrt(meanOf(state, from))),
} satisfies Metric)

function updateRmse(
  state: Float64Array,
  from: number,
  _classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  const error = out[at] - label
  const square = error * error
  state[from] += weight
  state[from + 1] += weight * square
  state[from + 2] += weight * square * square
}
