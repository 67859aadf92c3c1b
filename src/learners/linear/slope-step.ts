import type { ActiveRow } from './active-row.ts'

/** Optimizers that step each weight of a row by its slope and what they remember of it, and the doubles kept for each weight: the weight first. */
export const slopeOptimizers = {
  momentum: 2,
  nesterov: 2,
  rmsprop: 2,
  adadelta: 3,
  adam: 3,
  amsgrad: 4,
  'averaged-sgd': 2,
} as const
export type SlopeOptimizer = keyof typeof slopeOptimizers

/** Doubles of the model as a whole: what is left of Adam's first moments and of its second, and the steps made. */
export const SLOPE_HEAD = 3
const MOMENTUM = 0.9 // the share of the last step that stays
const FADING = { rmsprop: 0.9, adadelta: 0.95 } as const // of the mean squares
const FIRST = 0.9 // Adam's decay of the mean
const SECOND = 0.999 // Adam's decay of the mean square
const EPSILON = 1e-8

/** The steps of a linear model by one of `slopeOptimizers`, over its state: three doubles, then some for each weight. */
export class SlopeStep {
  /** Whether the gradient is to be taken at other weights than those that predict. */
  readonly stepsFromElsewhere: boolean
  private readonly state: Float64Array
  private readonly optimizer: SlopeOptimizer
  private readonly rate: number
  private readonly stride: number

  constructor(state: Float64Array, optimizer: SlopeOptimizer, rate: number) {
    this.state = state
    this.optimizer = optimizer
    this.rate = rate
    this.stride = slopeOptimizers[optimizer]
    this.stepsFromElsewhere = optimizer === 'nesterov' || optimizer === 'averaged-sgd'
  }

  /** The weight that predicts. Averaged: w - u / t is the mean of w over t steps, u the sum of (step number - 1) x step. */
  weight(slot: number): number {
    const { state, optimizer, stride } = this
    const at = SLOPE_HEAD + slot * stride
    return optimizer === 'averaged-sgd' && state[2] > 0 ? state[at] - state[at + 1] / state[2] : state[at]
  }

  margin(row: ActiveRow): number {
    let sum = 0
    for (let i = 0; i < row.count; i++) sum += this.weight(row.slots[i]) * row.values[i]
    return sum
  }

  /** Nesterov's looks ahead to where the momentum leads; averaged steps go on from the last weights. */
  marginToLearn(row: ActiveRow): number {
    const { state, stride } = this
    const ahead = this.optimizer === 'nesterov' ? MOMENTUM : 0
    let sum = 0
    for (let i = 0; i < row.count; i++) {
      const at = SLOPE_HEAD + row.slots[i] * stride
      sum += (state[at] - ahead * state[at + 1]) * row.values[i]
    }
    return sum
  }

  /** Steps the weights of a row. `interceptRate` below 0 steps the intercept as a weight, else plainly. */
  step(row: ActiveRow, gradient: number, l2: number, interceptRate: number): void {
    const { state, stride } = this
    if (state[2] === 0) state.fill(1, 0, 2)
    state[0] *= FIRST
    state[1] *= SECOND
    state[2]++
    if (interceptRate >= 0) this.plain(SLOPE_HEAD, interceptRate * gradient)
    else this.move(SLOPE_HEAD, gradient)
    for (let i = 1; i < row.count; i++) {
      const at = SLOPE_HEAD + row.slots[i] * stride
      this.move(at, row.values[i] * gradient + l2 * state[at])
    }
  }

  private plain(at: number, step: number): void {
    this.state[at] -= step
    if (this.optimizer === 'averaged-sgd') this.state[at + 1] -= (this.state[2] - 1) * step
  }

  private move(at: number, slope: number): void {
    const { state, rate } = this
    switch (this.optimizer) {
      case 'momentum':
      case 'nesterov':
        state[at + 1] = MOMENTUM * state[at + 1] + rate * slope
        state[at] -= state[at + 1]
        break
      case 'rmsprop':
        state[at + 1] = FADING.rmsprop * state[at + 1] + (1 - FADING.rmsprop) * slope * slope
        state[at] -= (rate / Math.sqrt(state[at + 1] + EPSILON)) * slope
        break
      case 'adadelta':
        this.adadelta(at, slope)
        break
      case 'averaged-sgd':
        this.plain(at, rate * slope)
        break
      default:
        this.adam(at, slope)
    }
  }

  private adadelta(at: number, slope: number): void {
    const { state } = this
    const keep = FADING.adadelta
    state[at + 1] = keep * state[at + 1] + (1 - keep) * slope * slope
    const step = (Math.sqrt(state[at + 2] + EPSILON) / Math.sqrt(state[at + 1] + EPSILON)) * slope
    state[at + 2] = keep * state[at + 2] + (1 - keep) * step * step
    state[at] -= this.rate * step
  }

  /** Moments fade with each row that touches the weight; their bias is corrected by all rows, as in River. */
  private adam(at: number, slope: number): void {
    const { state } = this
    state[at + 1] = FIRST * state[at + 1] + (1 - FIRST) * slope
    state[at + 2] = SECOND * state[at + 2] + (1 - SECOND) * slope * slope
    let square = state[at + 2]
    if (this.optimizer === 'amsgrad') square = state[at + 3] = Math.max(state[at + 3], square)
    const corrected = (this.rate * Math.sqrt(1 - state[1])) / (1 - state[0])
    state[at] -= (corrected * state[at + 1]) / (Math.sqrt(square) + EPSILON)
  }
}
