import type { Metric } from '../metric.ts'

/**
 * The share of labels inside their interval, its ends included. The prediction is that of a learner of intervals:
 * value, low end, high end. State: weight, weight of the labels inside.
 */
export function intervalCoverage(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'interval-coverage',
  parameters: Object.freeze({}),
  problems: Object.freeze(['regression'] as const),
  better: 'higher',
  width: () => 2,
  update: updateIntervalCoverage,
  read: (state: Float64Array, from: number) => state[from + 1] / state[from],
  standardError(state: Float64Array, from: number) {
    const share = state[from + 1] / state[from]
    return Math.sqrt((share * (1 - share)) / state[from])
  },
} satisfies Metric)

function updateIntervalCoverage(
  state: Float64Array,
  from: number,
  _classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  state[from] += weight
  if (out[at + 1] <= label && label <= out[at + 2]) state[from + 1] += weight
}
