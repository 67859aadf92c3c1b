import { meanOf, standardErrorOf } from '../mean-of.ts'
import type { Metric } from '../metric.ts'

/**
 * The symmetric mean absolute percentage error, as a share in [0, 2]: the mean of the errors in parts of the mean size
 * of label and prediction; 0 where both are 0 (Makridakis, International Journal of Forecasting 9, 1993). State:
 * weight, sum, sum of squares.
 */
export function smape(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'smape',
  parameters: Object.freeze({}),
  problems: Object.freeze(['regression'] as const),
  better: 'lower',
  width: () => 3,
  update: updateSmape,
  read: meanOf,
  standardError: standardErrorOf,
} satisfies Metric)

function updateSmape(
  state: Float64Array,
  from: number,
  _classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  const size = (Math.abs(out[at]) + Math.abs(label)) / 2
  const error = size > 0 ? Math.abs(out[at] - label) / size : 0
  state[from] += weight
  state[from + 1] += weight * error
  state[from + 2] += weight * error * error
}
