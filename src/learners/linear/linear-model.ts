import { LARGEST_NUMBER, type RowLayout } from '../../transforms/row-layout.ts'
import { ActiveRow } from './active-row.ts'
import { type LinearParameters, linearState } from './linear-options.ts'
import { SlopeStep } from './slope-step.ts'

const largest = LARGEST_NUMBER
const EPSILON = 1e-8 // River's AdaGrad: keeps the first step finite

/**
 * A weighted sum of a row and its gradient step: what the linear learners share.
 *
 * One flat array: the intercept, a weight for each number column, a weight for each code of each indicator column; with
 * AdaGrad every weight is followed by its sum of squared gradients, so that both lie in one cache line. A row costs its
 * columns, however many codes there are. A missing number adds nothing and its weight is not stepped.
 */
export class LinearModel {
  readonly state: Float64Array
  private readonly layout: RowLayout
  private readonly codeSlot: Int32Array
  private readonly stride: number
  private readonly adagrad: boolean
  private readonly rate: number
  private readonly interceptRate: number
  private readonly l2: number
  private readonly clip: number
  private readonly active: ActiveRow
  private readonly slopes: SlopeStep | undefined

  constructor(layout: RowLayout, parameters: LinearParameters, state: Float64Array) {
    const { optimizer, learningRate } = parameters
    this.layout = layout
    this.state = state
    this.adagrad = optimizer === 'adagrad'
    this.stride = linearState(parameters).stride
    this.active = new ActiveRow(layout)
    if (optimizer !== 'adagrad' && optimizer !== 'sgd') this.slopes = new SlopeStep(state, optimizer, learningRate)
    this.codeSlot = layout.codeBase.map((base) => (1 + layout.numberAt.length + base) * this.stride)
    this.rate = learningRate
    this.interceptRate = parameters.interceptLearningRate ?? -1
    this.l2 = parameters.l2
    this.clip = parameters.clip
  }

  /** The intercept plus the weighted sum of the row. */
  margin(row: Float64Array, offset: number): number {
    if (this.slopes !== undefined) {
      this.active.fill(row, offset)
      return this.slopes.margin(this.active)
    }
    const { numberAt, codeAt, codeSize } = this.layout
    const { state, stride, codeSlot } = this
    let sum = state[0]
    for (let j = 0, slot = stride; j < numberAt.length; j++, slot += stride) {
      const value = row[offset + numberAt[j]]
      if (Math.abs(value) <= largest) sum += state[slot] * value
    }
    for (let j = 0; j < codeAt.length; j++) {
      const code = row[offset + codeAt[j]] | 0
      sum += state[codeSlot[j] + (code >>> 0 < codeSize[j] ? code : 0) * stride]
    }
    return sum
  }

  /** The margin at which the gradient of the next step is taken: `margin`, but for optimizers that predict by other weights than they step from. */
  marginToLearn(row: Float64Array, offset: number, margin: number): number {
    if (this.slopes === undefined || !this.slopes.stepsFromElsewhere) return margin
    this.active.fill(row, offset)
    return this.slopes.marginToLearn(this.active)
  }

  /** One step against `gradient`, the derivative of the loss by the margin, times the weight of the row. */
  step(row: Float64Array, offset: number, gradient: number): void {
    const clipped = gradient > this.clip ? this.clip : gradient < -this.clip ? -this.clip : gradient
    if (this.slopes !== undefined) {
      this.active.fill(row, offset)
      this.slopes.step(this.active, clipped, this.l2, this.interceptRate)
    } else if (this.adagrad) this.stepAdaGrad(row, offset, clipped)
    else this.stepSgd(row, offset, clipped)
  }

  private stepSgd(row: Float64Array, offset: number, gradient: number): void {
    const { numberAt, codeAt, codeSize } = this.layout
    const { state, codeSlot, rate, l2 } = this
    state[0] -= this.interceptRate * gradient
    for (let j = 0; j < numberAt.length; j++) {
      const value = row[offset + numberAt[j]]
      if (Math.abs(value) <= largest) state[1 + j] -= rate * (value * gradient + l2 * state[1 + j])
    }
    for (let j = 0; j < codeAt.length; j++) {
      const code = row[offset + codeAt[j]] | 0
      const slot = codeSlot[j] + (code >>> 0 < codeSize[j] ? code : 0)
      state[slot] -= rate * (gradient + l2 * state[slot])
    }
  }

  private stepAdaGrad(row: Float64Array, offset: number, gradient: number): void {
    const { numberAt, codeAt, codeSize } = this.layout
    const { state, codeSlot, rate, l2 } = this
    if (this.interceptRate >= 0) state[0] -= this.interceptRate * gradient
    else {
      const squares = state[1] + gradient * gradient
      state[1] = squares
      state[0] -= (rate / Math.sqrt(squares + EPSILON)) * gradient
    }
    for (let j = 0, slot = 2; j < numberAt.length; j++, slot += 2) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      const slope = value * gradient + l2 * state[slot]
      const squares = state[slot + 1] + slope * slope
      state[slot + 1] = squares
      state[slot] -= (rate / Math.sqrt(squares + EPSILON)) * slope
    }
    for (let j = 0; j < codeAt.length; j++) {
      const code = row[offset + codeAt[j]] | 0
      const slot = codeSlot[j] + (code >>> 0 < codeSize[j] ? code : 0) * 2
      const slope = gradient + l2 * state[slot]
      const squares = state[slot + 1] + slope * slope
      state[slot + 1] = squares
      state[slot] -= (rate / Math.sqrt(squares + EPSILON)) * slope
    }
  }

  /**
   * Multiplies AdaGrad's sums of squared gradients by `share`: of the codes' weights, or of all where there are no codes.
   * Every row teaches the weights of numbers and the intercept, so those soon follow by themselves, and larger steps there
   * are noise in all predictions; a code's weight has few rows to follow with.
   */
  renewSteps(share: number): void {
    const { state, layout } = this
    const first = layout.codeSlots > 0 ? 1 + layout.numberAt.length : 0
    for (let i = 2 * first + 1; i < state.length; i += 2) state[i] *= share
  }

  /** Writes what each column of the row adds to the margin. */
  explain(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    if (this.slopes !== undefined) {
      this.explainSlopes(this.slopes, row, offset, out, at)
      return
    }
    const { numberAt, codeAt, codeSize } = this.layout
    const { state, stride, codeSlot } = this
    for (let j = 0; j < numberAt.length; j++) {
      const value = row[offset + numberAt[j]]
      out[at + numberAt[j]] = Math.abs(value) <= largest ? state[(1 + j) * stride] * value : 0
    }
    for (let j = 0; j < codeAt.length; j++) {
      const code = row[offset + codeAt[j]] | 0
      out[at + codeAt[j]] = state[codeSlot[j] + (code >>> 0 < codeSize[j] ? code : 0) * stride]
    }
  }

  private explainSlopes(slopes: SlopeStep, row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { active, layout } = this
    out.fill(0, at, at + layout.width)
    active.fill(row, offset)
    for (let i = 1; i < active.count; i++) {
      out[at + active.columns[i]] = slopes.weight(active.slots[i]) * active.values[i]
    }
  }
}
