import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import type { ActiveRow } from './active-row.ts'
import { dot } from './dot.ts'
import type { MarginRule } from './margin-rule.ts'

const FARTHEST = 1e100 // of an error or a square, so that products stay finite
const FAINTEST = 1e-9 // of the prior's precision that stays, so that the square can always be solved

/**
 * Bayesian linear regression whose knowledge fades: each row leaves `smoothing` of the precision before it. The square
 * after the weights is that precision; the weights solve it anew at every row.
 */
export class SmoothedRule implements MarginRule {
  private readonly state: Float64Array
  private readonly slots: number
  private readonly beta: number
  private readonly smoothing: number
  private readonly first: number

  private readonly faintest: number

  constructor(state: Float64Array, slots: number, alpha: number, beta: number, smoothing: number, intercept: boolean) {
    this.state = state
    this.faintest = FAINTEST * alpha
    this.slots = slots
    this.beta = beta
    this.smoothing = smoothing
    this.first = intercept ? 0 : 1
  }

  margin(row: ActiveRow): number {
    return dot(this.state, row, 0, 1)
  }

  learn(row: ActiveRow, margin: number, label: number, weight: number): void {
    const { state, slots, smoothing, first } = this
    const share = (1 - smoothing) * this.beta * weight
    const precision = new Matrix(slots, slots)
    for (let i = 0, at = slots; i < slots; i++) {
      for (let j = 0; j < slots; j++, at++) precision.set(i, j, smoothing * state[at])
      precision.set(i, i, Math.max(precision.get(i, i), this.faintest))
    }
    for (let k = first; k < row.count; k++) {
      for (let l = first; l < row.count; l++) {
        const [i, j] = [row.slots[k], row.slots[l]]
        precision.set(i, j, precision.get(i, j) + share * (row.values[k] * row.values[l]))
      }
    }
    // The change of the weights solves precision x change = row x error, which keeps what the row says nothing of.
    const error = Math.max(-FARTHEST, Math.min(FARTHEST, label - margin))
    const pull = new Matrix(slots, 1)
    for (let k = first; k < row.count; k++) pull.set(row.slots[k], 0, share * row.values[k] * error)
    const factor = new CholeskyDecomposition(precision)
    if (!factor.isPositiveDefinite()) return // numbers too huge to square
    const change = factor.solve(pull)
    if (!finite(change, precision)) return
    for (let i = 0; i < slots; i++) state[i] += change.get(i, 0)
    for (let i = 0, at = slots; i < slots; i++) {
      for (let j = 0; j < slots; j++, at++) state[at] = precision.get(i, j)
    }
  }

  weight(slot: number): number {
    return this.state[slot]
  }
}

function finite(change: Matrix, precision: Matrix): boolean {
  for (let i = 0; i < change.rows; i++) {
    if (!(Math.abs(change.get(i, 0)) < FARTHEST && precision.get(i, i) < FARTHEST)) return false
  }
  return true
}
