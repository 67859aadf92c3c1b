import { confusionMetric } from '../confusion-metric.ts'
import type { Metric } from '../metric.ts'
import { weightOfAll, weightOfLabel, weightOfPrediction } from '../weight-of.ts'

/**
 * The Matthews correlation coefficient: the correlation of labels and predictions, in [-1, 1]; 0 = as good as guessing
 * (Matthews, Biochimica et Biophysica Acta 405, 1975; for more classes Gorodkin, Computational Biology and Chemistry
 * 28, 2004). Undefined while one class alone came or was predicted. State: the confusion matrix, shared.
 */
export function matthewsCorrelation(): Metric {
  return metric
}

const metric = confusionMetric('matthews-correlation', readMatthewsCorrelation)

function readMatthewsCorrelation(state: Float64Array, from: number, classes: number): number {
  const total = weightOfAll(state, from, classes)
  let hits = 0
  let both = 0
  let labels = 0
  let predictions = 0
  for (let k = 0; k < classes; k++) {
    const labelled = weightOfLabel(state, from, classes, k) / total
    const predicted = weightOfPrediction(state, from, classes, k) / total
    hits += state[from + k * classes + k] / total
    both += labelled * predicted
    labels += labelled * labelled
    predictions += predicted * predicted
  }
  return (hits - both) / Math.sqrt((1 - labels) * (1 - predictions))
}
