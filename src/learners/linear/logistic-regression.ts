import { sigmoid } from '../../stats/math/sigmoid.ts'
import { checkChoice } from '../../transforms/check-parameter.ts'
import { rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { loadSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import { checkNoCategories, checkTarget } from '../check-target.ts'
import type { Learner, RunningLearner, Target } from '../learner.ts'
import { type BinaryLoss, binaryGradient, binaryLosses } from './binary-loss.ts'
import { carriedLinearState } from './carried-linear-state.ts'
import { LinearModel } from './linear-model.ts'
import { type LinearOptions, type LinearParameters, linearParameters, linearStateLength } from './linear-options.ts'
import { sigmoidInto } from './sigmoid-into.ts'

/** Options of logistic regression and its relatives. */
export interface LogisticRegressionOptions extends LinearOptions {
  /** Default 'log'. The others make a linear classifier whose probabilities are a squashed margin and not calibrated. */
  readonly loss?: BinaryLoss
}

type Parameters = LinearParameters & { readonly loss?: BinaryLoss }

/**
 * Logistic regression trained row by row: the probability of true is 1 / (1 + e^-margin) of a weighted sum.
 *
 * Takes numbers (to be scaled before) and indicators; a missing number adds nothing and teaches nothing. AdaGrad at 0.05
 * by default; `{ optimizer: 'sgd' }` is River's LogisticRegression. A row's weight multiplies its gradient.
 * Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Cox, The regression analysis of binary sequences, 1958; Robbins & Monro, A stochastic approximation method, 1951;
 * Duchi, Hazan & Singer, Adaptive subgradient methods for online learning, 2011.
 */
export function logisticRegression(options: LogisticRegressionOptions = {}): Learner<'binary', 'number'> {
  const { loss = 'log' } = options
  checkChoice('logistic-regression', 'loss', loss, binaryLosses)
  const linear = linearParameters('logistic-regression', options, 'adagrad')
  const parameters: Parameters = loss === 'log' ? linear : Object.freeze({ ...linear, loss })
  return Object.freeze({
    algorithm: 'logistic-regression',
    problems: Object.freeze(['binary'] as const),
    parameters: parameters as Parameters & Record<string, unknown>,
    weights: 'linear',
    missing: 'ignored',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget('logistic-regression', ['binary'], target)
      checkNoCategories('logistic-regression', schema)
      const state = new Float64Array(linearStateLength(schema, parameters))
      if (snapshot !== undefined) loadSnapshot(snapshot, 'logistic-regression', parameters, schema, { state }, target)
      return new RunningLogisticRegression(schema, target, parameters, state)
    },
    carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema, target: Target) => {
      const before = new Float64Array(linearStateLength(from, parameters))
      loadSnapshot(snapshot, 'logistic-regression', parameters, from, { state: before }, target)
      const state = carriedLinearState(before, from, to, parameters)
      return saveSnapshot('logistic-regression', parameters, to, { state }, target)
    },
  })
}

class RunningLogisticRegression implements RunningLearner {
  readonly outputs = 2
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly parameters: Parameters
  private readonly loss: BinaryLoss
  readonly renewSteps?: RunningLearner['renewSteps']
  private readonly model: LinearModel
  private readonly probabilities = new Float64Array(2) // what `learn` predicts, for nobody to see

  constructor(schema: RowSchema, target: Target, parameters: Parameters, state: Float64Array) {
    this.schema = schema
    this.target = target
    this.parameters = parameters
    this.loss = parameters.loss ?? 'log'
    this.model = new LinearModel(rowLayout(schema), parameters, state)
    if (parameters.optimizer === 'adagrad') this.renewSteps = (share) => this.model.renewSteps(share)
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    sigmoidInto(this.model.margin(row, offset), out, at)
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
    const margin = this.model.margin(row, offset)
    sigmoidInto(margin, out, at)
    if (learns) this.model.step(row, offset, this.gradient(row, offset, margin, label, out, at) * weight)
  }

  /** The derivative of the loss by the margin; of log loss from the probabilities just written, where they are those to learn from. */
  private gradient(
    row: Float64Array,
    offset: number,
    margin: number,
    label: number,
    out: Float64Array,
    at: number,
  ): number {
    const from = this.model.marginToLearn(row, offset, margin)
    if (this.loss !== 'log') return binaryGradient(this.loss, from, label)
    if (from === margin) return label === 1 ? -out[at] : out[at + 1]
    return label === 1 ? -sigmoid(-from) : sigmoid(from)
  }

  explain(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    this.model.explain(row, offset, out, at)
  }

  save(): Uint8Array {
    return saveSnapshot('logistic-regression', this.parameters, this.schema, { state: this.model.state }, this.target)
  }

  clone(): RunningLearner {
    return new RunningLogisticRegression(this.schema, this.target, this.parameters, this.model.state.slice())
  }

  byteSize(): number {
    return this.model.state.byteLength
  }
}
