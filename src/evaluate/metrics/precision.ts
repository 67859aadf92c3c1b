import { type Average, averagedMetric } from '../averaged-metric.ts'
import type { Metric } from '../metric.ts'
import { weightOfPrediction } from '../weight-of.ts'

/**
 * Precision: of what was predicted to be of a class, the share that was (van Rijsbergen, Information Retrieval, 1979).
 * Of true, or `average`d over the classes under the name `<average>-precision`; then a class never predicted counts as
 * 0. State: the confusion matrix, shared. Throws MILLRACE_LEARNER_PARAMETER.
 */
export function precision(options: { readonly average?: Average } = {}): Metric {
  return averagedMetric('precision', options.average ?? 'binary', (hits, predicted) => hits / predicted, {
    standardError,
  })
}

function standardError(state: Float64Array, from: number): number {
  const predicted = weightOfPrediction(state, from, 2, 1)
  const share = state[from + 3] / predicted
  return Math.sqrt((share * (1 - share)) / predicted)
}
