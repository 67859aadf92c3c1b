import { checkChoice } from '../transforms/check-parameter.ts'
import { confusionMetric } from './confusion-metric.ts'
import type { Metric } from './metric.ts'
import { weightOfAll, weightOfLabel, weightOfPrediction } from './weight-of.ts'

/**
 * How a figure of one class becomes one of all: 'binary', that of true; 'macro', the mean over the classes that came as
 * label or prediction; 'weighted', the same by how often each came as label; 'micro', of all classes counted together.
 */
export type Average = 'binary' | 'macro' | 'micro' | 'weighted'

/** A figure of one class of its hits, the weight for which it was predicted, and the weight of its labels. */
type OfClass = (hits: number, predicted: number, labelled: number) => number

/**
 * A metric of the confusion matrix, class by class, and then averaged; its name has the average in front, but for
 * 'binary'.
 */
export function averagedMetric(
  name: string,
  average: Average,
  ofClass: OfClass,
  besides: Partial<Pick<Metric, 'parameters' | 'standardError'>> = {},
): Metric {
  checkChoice(name, 'average', average, ['binary', 'macro', 'micro', 'weighted'])
  const { parameters = Object.freeze({}) } = besides
  if (average === 'binary') {
    const read = (state: Float64Array, from: number) => ofOne(ofClass, state, from, 2, 1)
    return confusionMetric(name, read, { ...besides, problems: Object.freeze(['binary'] as const) })
  }
  return confusionMetric(`${average}-${name}`, readers[average](ofClass), {
    parameters,
    ...(average === 'micro' ? { standardError: standardErrorOfHits } : {}),
  })
}

const readers: Record<Exclude<Average, 'binary'>, (ofClass: OfClass) => Metric['read']> = {
  macro: (ofClass) => (state, from, classes) => {
    let sum = 0
    let present = 0
    for (let k = 0; k < classes; k++) {
      const weight = weightOfLabel(state, from, classes, k) + weightOfPrediction(state, from, classes, k)
      if (weight === 0) continue
      sum += ofOne(ofClass, state, from, classes, k) || 0 // a class that never came so has no hits either
      present++
    }
    return sum / present
  },
  weighted: (ofClass) => (state, from, classes) => {
    let sum = 0
    for (let k = 0; k < classes; k++) {
      sum += weightOfLabel(state, from, classes, k) * (ofOne(ofClass, state, from, classes, k) || 0)
    }
    return sum / weightOfAll(state, from, classes)
  },
  micro: (ofClass) => (state, from, classes) => {
    const total = weightOfAll(state, from, classes)
    return ofClass(hitsOf(state, from, classes), total, total)
  },
}

function ofOne(ofClass: OfClass, state: Float64Array, from: number, classes: number, k: number): number {
  const hits = state[from + k * classes + k]
  return ofClass(hits, weightOfPrediction(state, from, classes, k), weightOfLabel(state, from, classes, k))
}

function hitsOf(state: Float64Array, from: number, classes: number): number {
  let hits = 0
  for (let k = 0; k < classes; k++) hits += state[from + k * classes + k]
  return hits
}

function standardErrorOfHits(state: Float64Array, from: number, classes: number): number {
  const total = weightOfAll(state, from, classes)
  const share = hitsOf(state, from, classes) / total
  return Math.sqrt((share * (1 - share)) / total)
}
