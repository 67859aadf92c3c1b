import type { Metric } from '../metric.ts'
import { predictedClass } from '../predicted-class.ts'

/** The share of outcomes whose likeliest class was the label, in [0, 1]. State: weight, weight of the hits. */
export function accuracy(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'accuracy',
  parameters: Object.freeze({}),
  problems: Object.freeze(['binary', 'multiclass'] as const),
  better: 'higher',
  width: () => 2,
  update: updateAccuracy,
  read: (state: Float64Array, from: number) => state[from + 1] / state[from],
  standardError(state: Float64Array, from: number) {
    const share = state[from + 1] / state[from]
    return Math.sqrt((share * (1 - share)) / state[from])
  },
} satisfies Metric)

function updateAccuracy(
  state: Float64Array,
  from: number,
  classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  state[from] += weight
  if (predictedClass(out, at, classes) === label) state[from + 1] += weight
}
