const SPAN = 1_000_000 // predictions in which the whole budget grows back
const MOST = 0.25 // the loosest level a gate takes

/** A budget as plain data. */
export interface LevelBudgetState {
  left: number
  /** Predictions when `left` was true. */
  at: number
}

/**
 * The level that gates may spend, `alpha` at the most: each trial takes a share of what is left, and it grows back by
 * alpha in a million predictions, and at once with a promotion. The levels spent bound the false promotions to expect,
 * however trials depend on each other: at most alpha, and as much again for each million predictions and each promotion.
 * A level that only ever shrank (e-LOND) would close the gate for good after some dozens of trials.
 */
export class LevelBudget {
  state: LevelBudgetState
  private readonly alpha: number

  constructor(alpha: number) {
    this.alpha = alpha
    this.state = { left: alpha, at: 0 }
  }

  /** Takes a share, below 1, of what is left after so many predictions; that is the level of a trial. */
  take(share: number, predicted: number): number {
    const { state, alpha } = this
    state.left = Math.min(alpha, state.left + (alpha * (predicted - state.at)) / SPAN)
    state.at = predicted
    const level = state.left * share
    state.left -= level
    return Math.min(MOST, level)
  }

  /** A promotion gives the whole back. */
  refill(predicted: number): void {
    this.state = { left: this.alpha, at: predicted }
  }
}
