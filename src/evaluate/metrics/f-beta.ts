import { checkParameter } from '../../transforms/check-parameter.ts'
import { type Average, averagedMetric } from '../averaged-metric.ts'
import type { Metric } from '../metric.ts'

/**
 * The F-beta score: the harmonic mean of precision and recall, recall counting `beta` times as much (1 unless told
 * otherwise; van Rijsbergen, Information Retrieval, 1979). Of true, or `average`d over the classes under the name
 * `<average>-f-beta`. State: the confusion matrix, shared. Throws MILLRACE_LEARNER_PARAMETER.
 */
export function fBeta(options: { readonly beta?: number; readonly average?: Average } = {}): Metric {
  const beta = checkParameter('f-beta', 'beta', options.beta ?? 1, { min: 0, max: 1000, above: true })
  const square = beta * beta
  const ofClass = (hits: number, predicted: number, labelled: number) =>
    ((1 + square) * hits) / (square * labelled + predicted)
  return averagedMetric('f-beta', options.average ?? 'binary', ofClass, { parameters: Object.freeze({ beta }) })
}
