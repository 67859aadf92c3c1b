import type { Metric } from '../metric.ts'
import { predictedClass } from '../predicted-class.ts'

/**
 * Cohen's kappa: accuracy beyond that of guessing with the same frequencies; 1 = always right, 0 = as good as guessing
 * (Cohen, Educational and Psychological Measurement 20, 1960). State: the confusion matrix, a row a label.
 */
export function kappa(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'kappa',
  parameters: Object.freeze({}),
  problems: Object.freeze(['binary', 'multiclass'] as const),
  better: 'higher',
  width: (classes: number) => classes * classes,
  update: updateKappa,
  read: readKappa,
} satisfies Metric)

function updateKappa(
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

function readKappa(state: Float64Array, from: number, classes: number): number {
  let total = 0
  let agreed = 0
  let expected = 0
  for (let i = 0; i < classes * classes; i++) total += state[from + i]
  for (let k = 0; k < classes; k++) {
    let row = 0
    let column = 0
    for (let j = 0; j < classes; j++) {
      row += state[from + k * classes + j]
      column += state[from + j * classes + k]
    }
    agreed += state[from + k * classes + k]
    expected += (row / total) * (column / total)
  }
  return (agreed / total - expected) / (1 - expected)
}
