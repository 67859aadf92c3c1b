import { confusionMetric } from '../confusion-metric.ts'
import type { Metric } from '../metric.ts'
import { weightOfAll, weightOfLabel } from '../weight-of.ts'

/**
 * Kappa M: accuracy beyond that of always predicting the commonest class; 1 = always right, below 0 = worse than that
 * (Bifet et al., KDD 2015). The commonest class is that of the outcomes judged. State: the confusion matrix, shared.
 */
export function kappaM(): Metric {
  return metric
}

const metric = confusionMetric('kappa-m', readKappaM)

function readKappaM(state: Float64Array, from: number, classes: number): number {
  const total = weightOfAll(state, from, classes)
  let hits = 0
  let most = 0
  for (let k = 0; k < classes; k++) {
    hits += state[from + k * classes + k]
    const weight = weightOfLabel(state, from, classes, k)
    if (weight > most) most = weight
  }
  return (hits - most) / (total - most)
}
