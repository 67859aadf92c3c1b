import { exp } from '../../stats/math/exp.ts'
import { checkChoice, checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import { rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { loadSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import { checkNoCategories, checkTarget } from '../check-target.ts'
import type { Learner, RunningLearner, Target } from '../learner.ts'
import { ActiveRow } from './active-row.ts'
import { carriedSlots } from './carried-linear-state.ts'

const EPSILON = 1e-8
const LONGEST = 1e12 // of a gradient

/** Options of softmax regression. */
export interface SoftmaxRegressionOptions {
  /** AdaGrad (Duchi, Hazan, Singer 2011), the default, or plain stochastic gradient descent. */
  readonly optimizer?: 'adagrad' | 'sgd'
  /** Size of a step, above 0 and at most 100. Default: 0.05 for AdaGrad, 0.01 for SGD. */
  readonly learningRate?: number
  /** Strength of the L2 penalty on the weights a row touches, 0 to 1. Default 0. The intercepts have none. */
  readonly l2?: number
  /** Whether each class has an intercept. Default true. */
  readonly intercept?: boolean
}

type Parameters = Readonly<Required<SoftmaxRegressionOptions>>

/**
 * Softmax regression, also called multinomial logistic regression: a weighted sum for each class, and the probabilities in
 * proportion to e to those sums. A class that was never seen has weights too, all 0 at first.
 *
 * Takes numbers (to be scaled before) and indicators; a missing number adds nothing and teaches nothing. A row costs its
 * columns times the classes, and its weight multiplies its gradient. Throws MILLRACE_LEARNER_PARAMETER on an option out of
 * range. `explain` tells of the last class.
 * Source: Cox, Some procedures connected with the logistic qualitative response curve, 1966.
 */
export function softmaxRegression(options: SoftmaxRegressionOptions = {}): Learner<'binary' | 'multiclass', 'number'> {
  const parameters = softmaxParameters(options)
  const carry: NonNullable<Learner['carry']> = (snapshot, from, to, target) => {
    const before = new Float64Array(stateLength(from, target, parameters))
    loadSnapshot(snapshot, 'softmax-regression', parameters, from, { state: before }, target)
    const state = new Float64Array(stateLength(to, target, parameters))
    carriedSlots(before, from, state, to, target.classes * stride(parameters), 0)
    return saveSnapshot('softmax-regression', parameters, to, { state }, target)
  }
  return Object.freeze({
    algorithm: 'softmax-regression',
    problems: Object.freeze(['binary', 'multiclass'] as const),
    parameters: parameters as Parameters & Record<string, unknown>,
    weights: 'linear',
    missing: 'ignored',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget('softmax-regression', ['binary', 'multiclass'], target)
      checkNoCategories('softmax-regression', schema)
      const state = new Float64Array(stateLength(schema, target, parameters))
      if (snapshot !== undefined) loadSnapshot(snapshot, 'softmax-regression', parameters, schema, { state }, target)
      return new RunningSoftmax(schema, target, parameters, state)
    },
    carry,
  })
}

function softmaxParameters(options: SoftmaxRegressionOptions): Parameters {
  const algorithm = 'softmax-regression'
  checkOptions(algorithm, options, ['optimizer', 'learningRate', 'l2', 'intercept'])
  const optimizer = checkChoice(algorithm, 'optimizer', options.optimizer ?? 'adagrad', ['adagrad', 'sgd'])
  const rate = options.learningRate ?? (optimizer === 'adagrad' ? 0.05 : 0.01)
  return Object.freeze({
    optimizer,
    learningRate: checkParameter(algorithm, 'learningRate', rate, { min: 0, max: 100, above: true }),
    l2: checkParameter(algorithm, 'l2', options.l2 ?? 0, { min: 0, max: 1 }),
    intercept: checkChoice<boolean>(algorithm, 'intercept', options.intercept ?? true, [true, false]),
  })
}

/** Doubles for each slot and class: a weight and, with AdaGrad, its sum of squared gradients. */
function stride({ optimizer }: Parameters): number {
  return optimizer === 'adagrad' ? 2 : 1
}

function stateLength(schema: RowSchema, { classes }: Target, parameters: Parameters): number {
  const { numberAt, codeSlots } = rowLayout(schema)
  return (1 + numberAt.length + codeSlots) * classes * stride(parameters)
}

class RunningSoftmax implements RunningLearner {
  readonly outputs: number
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly parameters: Parameters
  /** For each slot, for each class: the weight (and its sum of squares). */
  private readonly state: Float64Array
  private readonly row: ActiveRow
  private readonly stride: number
  private readonly first: number
  private readonly probabilities: Float64Array // what `learn` predicts, for nobody to see

  constructor(schema: RowSchema, target: Target, parameters: Parameters, state: Float64Array) {
    this.outputs = target.classes
    this.schema = schema
    this.target = target
    this.parameters = parameters
    this.state = state
    this.row = new ActiveRow(rowLayout(schema))
    this.stride = stride(parameters)
    this.first = parameters.intercept ? 0 : 1
    this.probabilities = new Float64Array(target.classes)
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    this.row.fill(row, offset)
    const { state, outputs: classes, stride, first } = this
    const { slots, values, count } = this.row
    for (let c = 0; c < classes; c++) out[at + c] = 0
    for (let i = first; i < count; i++) {
      let from = slots[i] * classes * stride
      for (let c = 0; c < classes; c++, from += stride) out[at + c] += state[from] * values[i]
    }
    toProbabilities(out, at, classes)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    this.predictThenLearn(row, offset, label, weight, this.probabilities, 0)
  }

  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    const learns = checkLabel(this.target, label, weight)
    this.predict(row, offset, out, at)
    if (!learns) return
    for (let i = this.first; i < this.row.count; i++) this.step(i, label, weight, out, at)
  }

  /** Steps the weights of every class at the i-th slot of the row. */
  private step(i: number, label: number, weight: number, out: Float64Array, at: number): void {
    const { state, outputs: classes, stride } = this
    const { learningRate, l2 } = this.parameters
    const value = this.row.values[i]
    const penalty = this.row.slots[i] === 0 ? 0 : l2
    let from = this.row.slots[i] * classes * stride
    for (let c = 0; c < classes; c++, from += stride) {
      const gradient = (out[at + c] - (c === label ? 1 : 0)) * weight
      const slope =
        value * (gradient > LONGEST ? LONGEST : gradient < -LONGEST ? -LONGEST : gradient) + penalty * state[from]
      if (stride === 1) state[from] -= learningRate * slope
      else {
        const squares = state[from + 1] + slope * slope
        state[from + 1] = squares
        state[from] -= (learningRate / Math.sqrt(squares + EPSILON)) * slope
      }
    }
  }

  explain(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { state, outputs: classes, stride } = this
    out.fill(0, at, at + this.schema.columns.length)
    this.row.fill(row, offset)
    const { slots, values, columns, count } = this.row
    for (let i = 1; i < count; i++) out[at + columns[i]] = state[((slots[i] + 1) * classes - 1) * stride] * values[i]
  }

  save(): Uint8Array {
    return saveSnapshot('softmax-regression', this.parameters, this.schema, { state: this.state }, this.target)
  }

  clone(): RunningLearner {
    return new RunningSoftmax(this.schema, this.target, this.parameters, this.state.slice())
  }

  byteSize(): number {
    return this.state.byteLength
  }
}

/** Sums to probabilities in proportion to e to them, without overflow. */
function toProbabilities(out: Float64Array, at: number, classes: number): void {
  let most = -Infinity
  for (let c = 0; c < classes; c++) if (out[at + c] > most) most = out[at + c]
  let total = 0
  for (let c = 0; c < classes; c++) total += out[at + c] = exp(out[at + c] - most)
  for (let c = 0; c < classes; c++) out[at + c] /= total
}
