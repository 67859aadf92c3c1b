import { LARGEST_NUMBER, type RowLayout, rowLayout } from '../../transforms/row-layout.ts'
import { checkChoice, checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'

const largest = LARGEST_NUMBER
const EPSILON = 1e-8 // River's AdaGrad: keeps the first step finite

/** Options of a linear model trained by gradient steps. */
export interface LinearOptions {
  /** AdaGrad (Duchi, Hazan, Singer 2011): each weight has its own, shrinking step; or plain stochastic gradient descent. */
  readonly optimizer?: 'adagrad' | 'sgd'
  /** Size of a step, above 0 and at most 100. Default: 0.05 for AdaGrad, 0.01 for SGD. */
  readonly learningRate?: number
  /** Size of the intercept's plain gradient step, 0 to 100; 0 keeps it at 0. Default: 0.01 with SGD; with AdaGrad the intercept is stepped as a weight is. */
  readonly interceptLearningRate?: number
  /** Strength of the L2 penalty on the weights a row touches, 0 to 1. Default 0. The intercept has none. */
  readonly l2?: number
  /** The gradient of the loss, times the weight of the row, is cut to this magnitude; above 0, at most 1e12, the default. */
  readonly clip?: number
}

/** The options with their defaults filled in; `interceptLearningRate` undefined means stepped as a weight. */
export interface LinearParameters {
  readonly optimizer: 'adagrad' | 'sgd'
  readonly learningRate: number
  readonly interceptLearningRate?: number
  readonly l2: number
  readonly clip: number
}

/** Checks the options and fills in the defaults. Throws MILLRACE_LEARNER_PARAMETER. */
export function linearParameters(
  algorithm: string,
  options: LinearOptions,
  optimizer: 'adagrad' | 'sgd',
): LinearParameters {
  checkOptions(algorithm, options, ['optimizer', 'learningRate', 'interceptLearningRate', 'l2', 'clip'])
  const chosen = checkChoice(algorithm, 'optimizer', options.optimizer ?? optimizer, ['adagrad', 'sgd'])
  const rate = options.learningRate ?? (chosen === 'adagrad' ? 0.05 : 0.01)
  const intercept = options.interceptLearningRate ?? (chosen === 'sgd' ? 0.01 : undefined)
  return Object.freeze({
    optimizer: chosen,
    learningRate: checkParameter(algorithm, 'learningRate', rate, { min: 0, max: 100, above: true }),
    ...(intercept === undefined
      ? {}
      : {
          interceptLearningRate: checkParameter(algorithm, 'interceptLearningRate', intercept, { min: 0, max: 100 }),
        }),
    l2: checkParameter(algorithm, 'l2', options.l2 ?? 0, { min: 0, max: 1 }),
    clip: checkParameter(algorithm, 'clip', options.clip ?? 1e12, { min: 0, max: 1e12, above: true }),
  })
}

/** Doubles of state of a linear model over rows of `schema`. */
export function linearStateLength(schema: RowSchema, parameters: LinearParameters): number {
  const layout = rowLayout(schema)
  return (1 + layout.numberAt.length + layout.codeSlots) * (parameters.optimizer === 'adagrad' ? 2 : 1)
}

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

  constructor(layout: RowLayout, parameters: LinearParameters, state: Float64Array) {
    this.layout = layout
    this.state = state
    this.adagrad = parameters.optimizer === 'adagrad'
    this.stride = this.adagrad ? 2 : 1
    this.codeSlot = layout.codeBase.map((base) => (1 + layout.numberAt.length + base) * this.stride)
    this.rate = parameters.learningRate
    this.interceptRate = parameters.interceptLearningRate ?? -1
    this.l2 = parameters.l2
    this.clip = parameters.clip
  }

  /** The intercept plus the weighted sum of the row. */
  margin(row: Float64Array, offset: number): number {
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

  /** One step against `gradient`, the derivative of the loss by the margin, times the weight of the row. */
  step(row: Float64Array, offset: number, gradient: number): void {
    const clipped = gradient > this.clip ? this.clip : gradient < -this.clip ? -this.clip : gradient
    if (this.adagrad) this.stepAdaGrad(row, offset, clipped)
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

  /** Writes what each column of the row adds to the margin. */
  explain(row: Float64Array, offset: number, out: Float64Array, at: number): void {
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
}
