import { meanOf, standardErrorOf } from '../mean-of.ts'
import type { Metric } from '../metric.ts'

/** The mean absolute error, in the label's unit. State: weight, sum, sum of squares. */
export function mae(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'mae',
  parameters: Object.freeze({}),
  problems: Object.freeze(['regression'] as const),
  better: 'lower',
  width: () => 3,
  update: updateMae,
  read: meanOf,
  standardError: standardErrorOf,
} satisfies Metric)

function updateMae(
  state: Float64Array,
  from: number,
  _classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  const error = Math.abs(out[at] - label)
  state[from] += weight
  state[from + 1] += weight * error
  state[from + 2] += weight * error * error
}
