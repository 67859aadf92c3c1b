import { checkParameter } from '../../transforms/check-parameter.ts'
import { meanOf, standardErrorOf } from '../mean-of.ts'
import type { Metric } from '../metric.ts'

/**
 * The mean pinball loss of predictions of a quantile (0.5 unless told otherwise), in the label's unit: a label above
 * the prediction costs `quantile` times the distance, one below 1 - `quantile` times it (Koenker & Bassett,
 * Econometrica 46, 1978). State: weight, sum, sum of squares. Throws MILLRACE_LEARNER_PARAMETER.
 */
export function pinball(options: { readonly quantile?: number } = {}): Metric {
  const quantile = checkParameter('pinball', 'quantile', options.quantile ?? 0.5, { min: 0, max: 1 })
  return Object.freeze({
    name: 'pinball',
    parameters: Object.freeze({ quantile }),
    problems: Object.freeze(['regression'] as const),
    better: 'lower',
    width: () => 3,
    update: updatePinball,
    read: meanOf,
    standardError: standardErrorOf,
  } satisfies Metric)
}

function updatePinball(
  this: Metric,
  state: Float64Array,
  from: number,
  _classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  const above = label - out[at]
  const loss = above * (above > 0 ? this.parameters.quantile : this.parameters.quantile - 1)
  state[from] += weight
  state[from + 1] += weight * loss
  state[from + 2] += weight * loss * loss
}
