import { meanOf, standardErrorOf } from '../mean-of.ts'
import type { Metric } from '../metric.ts'
import { updateSquaredError } from '../update-squared-error.ts'

/**
 * The mean squared error, in the square of the label's unit. State: weight, sum of squared errors, sum of their
 * squares; shared.
 */
export function mse(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'mse',
  parameters: Object.freeze({}),
  problems: Object.freeze(['regression'] as const),
  better: 'lower',
  shares: 'squared-error',
  width: () => 3,
  update: updateSquaredError,
  read: meanOf,
  standardError: standardErrorOf,
} satisfies Metric)
