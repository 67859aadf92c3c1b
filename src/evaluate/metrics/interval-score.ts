import { checkParameter } from '../../transforms/check-parameter.ts'
import { meanOf, standardErrorOf } from '../mean-of.ts'
import type { Metric } from '../metric.ts'

/**
 * The mean score of intervals that leave out a share `alpha` of the labels (0.1 unless told otherwise), in the label's
 * unit: the interval's width, and 2 / alpha times the distance of a label outside; it is least for the true quantiles,
 * so that neither wide intervals nor narrow ones that miss look good (Winkler, JASA 67, 1972; Gneiting & Raftery, JASA
 * 102, 2007). The prediction is value, low end, high end. State: weight, sum, sum of squares. Throws
 * MILLRACE_LEARNER_PARAMETER.
 */
export function intervalScore(options: { readonly alpha?: number } = {}): Metric {
  const alpha = checkParameter('interval-score', 'alpha', options.alpha ?? 0.1, { min: 1e-6, max: 0.999 })
  return Object.freeze({
    name: 'interval-score',
    parameters: Object.freeze({ alpha }),
    problems: Object.freeze(['regression'] as const),
    better: 'lower',
    width: () => 3,
    update: updateIntervalScore,
    read: meanOf,
    standardError: standardErrorOf,
  } satisfies Metric)
}

function updateIntervalScore(
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
  const low = out[at + 1]
  const high = out[at + 2]
  const outside = label < low ? low - label : label > high ? label - high : 0
  const score = high - low + (2 / this.parameters.alpha) * outside
  state[from] += weight
  state[from + 1] += weight * score
  state[from + 2] += weight * score * score
}
