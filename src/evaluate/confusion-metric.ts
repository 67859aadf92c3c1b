import type { Metric } from './metric.ts'
import { predictedClass } from './predicted-class.ts'

/** What is read of a confusion matrix, whose rows are labels and whose columns are predictions. */
type Read = (state: Float64Array, from: number, classes: number) => number

/** Metrics of the confusion matrix, which a set of metrics keeps once for all of them; the higher the better. */
export function confusionMetric(
  name: string,
  read: Read,
  besides: Partial<Pick<Metric, 'parameters' | 'problems' | 'standardError'>> = {},
): Metric {
  return Object.freeze({
    name,
    parameters: Object.freeze({}),
    problems: Object.freeze(['binary', 'multiclass'] as const),
    better: 'higher',
    shares: 'confusion',
    width: (classes: number) => classes * classes,
    update: updateConfusion,
    read,
    ...besides,
  } satisfies Metric)
}

/**
 * The confusion matrix in the state of a metric that shares it: a row for each label, in it the weight of each
 * prediction.
 */
export function confusionMatrix(state: Float64Array, from: number, classes: number): number[][] {
  return Array.from({ length: classes }, (_, label) => {
    const row = from + label * classes
    return Array.from(state.subarray(row, row + classes))
  })
}

/** Exported so that the metric set knows the state that it can fuse. */
export function updateConfusion(
  state: Float64Array,
  from: number,
  classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  state[from + label * classes + predictedClass(out, at, classes)] += weight
}
