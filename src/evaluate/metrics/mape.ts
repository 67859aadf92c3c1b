import { meanOf, standardErrorOf } from '../mean-of.ts'
import type { Metric } from '../metric.ts'

/**
 * The mean absolute percentage error, as a share (0.1 = 10 %): the mean of the errors in parts of their labels.
 * Outcomes whose label is 0 are left out. State: weight, sum, sum of squares.
 */
export function mape(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'mape',
  parameters: Object.freeze({}),
  problems: Object.freeze(['regression'] as const),
  better: 'lower',
  width: () => 3,
  update: updateMape,
  read: meanOf,
  standardError: standardErrorOf,
} satisfies Metric)

function updateMape(
  state: Float64Array,
  from: number,
  _classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  if (label === 0) return
  const error = Math.abs((out[at] - label) / label)
  state[from] += weight
  state[from + 1] += weight * error
  state[from + 2] += weight * error * error
}
