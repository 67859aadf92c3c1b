import type { Metric } from '../metric.ts'

const WIDTH = 6

/**
 * The coefficient of determination: 1 less the squared errors in parts of those of the labels' mean; 1 = always right,
 * below 0 = worse than the mean of the labels judged (Wright, Journal of Agricultural Research 20, 1921). State:
 * weight, sum of squared errors, and the sums of labels and of their squares in two doubles each, for the labels'
 * spread is a small difference of the two where their mean is large: its relative error is about 1e-15 (1 + mean² /
 * variance).
 */
export function r2(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'r2',
  parameters: Object.freeze({}),
  problems: Object.freeze(['regression'] as const),
  better: 'higher',
  width: () => WIDTH,
  update: updateR2,
  read: readR2,
} satisfies Metric)

function updateR2(
  state: Float64Array,
  from: number,
  _classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  const error = out[at] - label
  state[from] += weight
  state[from + 1] += weight * error * error
  add(state, from + 2, weight * label)
  add(state, from + 4, weight * label * label)
}

function readR2(state: Float64Array, from: number): number {
  const mean = (state[from + 2] + state[from + 3]) / state[from]
  const spread = state[from + 4] - mean * state[from + 2] + (state[from + 5] - mean * state[from + 3])
  return spread > 0 ? 1 - state[from + 1] / spread : Number.NaN
}

/** Adds to a sum of two doubles, the second of which holds what the first rounded away (Knuth's two-sum). */
function add(state: Float64Array, at: number, value: number): void {
  const sum = state[at] + value
  const taken = sum - state[at]
  state[at + 1] += state[at] - (sum - taken) + (value - taken)
  state[at] = sum
}
