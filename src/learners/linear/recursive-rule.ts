import type { ActiveRow } from './active-row.ts'
import { dot } from './dot.ts'
import type { MarginRule } from './margin-rule.ts'

const FARTHEST = 1e100 // of an error or a variance, so that products stay finite
const WIDEST = 1e12 // of a variance over that at the start: forgetting stops there

/**
 * Least squares over all rows so far, exactly, one row at a time: the weights and their covariance (over that of the
 * noise), kept as a square after the weights. With `forgetting` below 1 a row counts less with each that follows.
 */
export class RecursiveRule implements MarginRule {
  private readonly state: Float64Array
  private readonly slots: number
  private readonly spread: number
  private readonly forgetting: number
  private readonly first: number
  private readonly reach: Float64Array // covariance times row

  /** `state` holds a weight for each slot, then the square; `spread` is the diagonal at the start. */
  constructor(state: Float64Array, slots: number, spread: number, forgetting: number, intercept: boolean) {
    this.state = state
    this.slots = slots
    this.spread = spread
    this.forgetting = forgetting
    this.first = intercept ? 0 : 1
    this.reach = new Float64Array(this.slots)
  }

  margin(row: ActiveRow): number {
    return dot(this.state, row, 0, 1)
  }

  learn(row: ActiveRow, margin: number, label: number, weight: number): void {
    const { state, slots, reach, forgetting } = this
    let variance = this.readReach(row)
    if (!(variance >= 0 && variance < FARTHEST)) {
      if (variance >= FARTHEST) return // numbers too huge to square
      this.beginAnew() // rounding has spoiled the covariance
      variance = this.readReach(row)
    }
    const share = weight / (forgetting + weight * variance)
    const error = Math.max(-FARTHEST, Math.min(FARTHEST, label - margin))
    for (let i = 0; i < slots; i++) state[i] += share * reach[i] * error
    const grow = forgetting < 1 && this.widest() < WIDEST * this.spread ? 1 / forgetting : 1
    for (let i = 0, at = slots; i < slots; i++) {
      const shrink = share * reach[i]
      for (let j = 0; j < slots; j++, at++) state[at] = (state[at] - shrink * reach[j]) * grow
    }
  }

  weight(slot: number): number {
    return this.state[slot]
  }

  /** Fills `reach` and gives the variance of the row's margin. */
  private readReach(row: ActiveRow): number {
    const { state, slots, reach, first } = this
    reach.fill(0)
    for (let k = first; k < row.count; k++) {
      const from = slots + row.slots[k] * slots
      for (let i = first; i < slots; i++) reach[i] += state[from + i] * row.values[k]
    }
    let variance = 0
    for (let k = first; k < row.count; k++) variance += reach[row.slots[k]] * row.values[k]
    return variance
  }

  private widest(): number {
    let most = 0
    for (let at = this.slots; at < this.state.length; at += this.slots + 1) most = Math.max(most, this.state[at])
    return most
  }

  private beginAnew(): void {
    this.state.fill(0, this.slots)
    for (let at = this.slots; at < this.state.length; at += this.slots + 1) this.state[at] = this.spread
  }
}
