import { confusionMetric } from '../confusion-metric.ts'
import type { Metric } from '../metric.ts'
import { weightOfAll, weightOfLabel, weightOfPrediction } from '../weight-of.ts'

/**
 * Cohen's kappa: accuracy beyond that of guessing with the same frequencies; 1 = always right, 0 = as good as guessing
 * (Cohen, Educational and Psychological Measurement 20, 1960). State: the confusion matrix, a row a label, shared.
 */
export function kappa(): Metric {
  return metric
}

const metric = confusionMetric('kappa', readKappa)

function readKappa(state: Float64Array, from: number, classes: number): number {
  const total = weightOfAll(state, from, classes)
  let agreed = 0
  let expected = 0
  for (let k = 0; k < classes; k++) {
    const row = weightOfLabel(state, from, classes, k)
    const column = weightOfPrediction(state, from, classes, k)
    agreed += state[from + k * classes + k]
    expected += (row / total) * (column / total)
  }
  return (agreed / total - expected) / (1 - expected)
}
