import type { Metric } from '../metric.ts'
import { predictedClass } from '../predicted-class.ts'

/**
 * Kappa temporal: accuracy beyond that of the no-change rule, which predicts the last label known when the prediction was
 * made; 1 = always right, below 0 = worse than no change (Zliobaite et al., Machine Learning 98, 2015). Outcomes without
 * an earlier label are left out. State: weight, weight of the hits, weight of the no-change rule's hits.
 */
export function kappaT(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'kappa-t',
  parameters: Object.freeze({}),
  problems: Object.freeze(['binary', 'multiclass'] as const),
  better: 'higher',
  width: () => 3,
  update: updateKappaT,
  read: (state: Float64Array, from: number) => (state[from + 1] - state[from + 2]) / (state[from] - state[from + 2]),
} satisfies Metric)

function updateKappaT(
  state: Float64Array,
  from: number,
  classes: number,
  label: number,
  out: Float64Array,
  at: number,
  last: number,
  weight: number,
): void {
  if (last !== last) return
  state[from] += weight
  if (predictedClass(out, at, classes) === label) state[from + 1] += weight
  if (last === label) state[from + 2] += weight
}
