import { meanOf, standardErrorOf } from '../mean-of.ts'
import type { Metric } from '../metric.ts'
import { updateSquaredError } from '../update-squared-error.ts'

/**
 * The root of the mean squared error, in the label's unit. State: weight, sum of squared errors, sum of their squares;
 * shared. Standard error by the delta method.
 */
export function rmse(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'rmse',
  parameters: Object.freeze({}),
  problems: Object.freeze(['regression'] as const),
  better: 'lower',
  shares: 'squared-error',
  width: () => 3,
  update: updateSquaredError,
  read: (state: Float64Array, from: number) => Math.sqrt(meanOf(state, from)),
  standardError: (state: Float64Array, from: number) =>
    standardErrorOf(state, from) / (2 * Math.sqrt(meanOf(state, from))),
} satisfies Metric)
