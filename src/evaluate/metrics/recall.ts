import { type Average, averagedMetric } from '../averaged-metric.ts'
import type { Metric } from '../metric.ts'
import { weightOfLabel } from '../weight-of.ts'

/**
 * Recall: of what was of a class, the share that was predicted to be (van Rijsbergen, Information Retrieval, 1979). Of
 * true, or `average`d over the classes under the name `<average>-recall`; then a class that never came counts as 0.
 * State: the confusion matrix, shared. Throws MILLRACE_LEARNER_PARAMETER.
 */
export function recall(options: { readonly average?: Average } = {}): Metric {
  return averagedMetric('recall', options.average ?? 'binary', (hits, _predicted, labelled) => hits / labelled, {
    standardError,
  })
}

function standardError(state: Float64Array, from: number): number {
  const labelled = weightOfLabel(state, from, 2, 1)
  const share = state[from + 3] / labelled
  return Math.sqrt((share * (1 - share)) / labelled)
}
