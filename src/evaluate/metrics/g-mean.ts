import { exp } from '../../stats/math/exp.ts'
import { log } from '../../stats/math/log.ts'
import { confusionMetric } from '../confusion-metric.ts'
import type { Metric } from '../metric.ts'
import { weightOfLabel } from '../weight-of.ts'

/**
 * The geometric mean over the classes that came of the share of each that was found: 0 as soon as one is never found
 * (Kubat & Matwin, ICML 1997). State: the confusion matrix, shared.
 */
export function gMean(): Metric {
  return metric
}

const metric = confusionMetric('g-mean', readGMean)

function readGMean(state: Float64Array, from: number, classes: number): number {
  let sum = 0
  let present = 0
  for (let k = 0; k < classes; k++) {
    const weight = weightOfLabel(state, from, classes, k)
    if (weight === 0) continue
    sum += log(state[from + k * classes + k] / weight)
    present++
  }
  return exp(sum / present)
}
