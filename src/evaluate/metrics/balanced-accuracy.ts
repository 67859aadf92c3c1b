import { confusionMetric } from '../confusion-metric.ts'
import type { Metric } from '../metric.ts'
import { weightOfLabel } from '../weight-of.ts'

/**
 * The mean over the classes that came of the share of each that was found: accuracy where every class counts the same,
 * however rare (Brodersen et al., ICPR 2010). State: the confusion matrix, shared.
 */
export function balancedAccuracy(): Metric {
  return metric
}

const metric = confusionMetric('balanced-accuracy', readBalancedAccuracy, { standardError: standardErrorOfMean })

function readBalancedAccuracy(state: Float64Array, from: number, classes: number): number {
  let sum = 0
  let present = 0
  for (let k = 0; k < classes; k++) {
    const weight = weightOfLabel(state, from, classes, k)
    if (weight === 0) continue
    sum += state[from + k * classes + k] / weight
    present++
  }
  return sum / present
}

function standardErrorOfMean(state: Float64Array, from: number, classes: number): number {
  let variance = 0
  let present = 0
  for (let k = 0; k < classes; k++) {
    const weight = weightOfLabel(state, from, classes, k)
    if (weight === 0) continue
    const found = state[from + k * classes + k] / weight
    variance += (found * (1 - found)) / weight
    present++
  }
  return Math.sqrt(variance) / present
}
