import { MillraceError } from '../../errors.ts'
import { rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { loadSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import { checkNoCategories, checkTarget } from '../check-target.ts'
import type { Learner, RunningLearner, Target } from '../learner.ts'
import { carriedLinearState } from './carried-linear-state.ts'
import { LinearModel } from './linear-model.ts'
import { type LinearOptions, type LinearParameters, linearParameters, linearStateLength } from './linear-options.ts'
import { checkRegressionLoss, RegressionLink, type RegressionLoss } from './regression-loss.ts'

/** Options of linear regression and its relatives. */
export interface LinearRegressionOptions extends LinearOptions {
  /** Default 'squared'. */
  readonly loss?: RegressionLoss
}

type Parameters = LinearParameters & { readonly loss?: RegressionLoss }

/**
 * Linear regression trained row by row on squared loss: the value is a weighted sum.
 *
 * Takes numbers (to be scaled before) and indicators; a missing number adds nothing and teaches nothing. SGD at 0.01 by
 * default, as River's LinearRegression, for AdaGrad's bounded steps reach a far intercept slowly. A row's weight
 * multiplies its gradient. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Widrow & Hoff, Adaptive switching circuits, 1960; Duchi, Hazan & Singer, Adaptive subgradient methods, 2011.
 */
export function linearRegression(options: LinearRegressionOptions = {}): Learner<'regression', 'number'> {
  const loss = checkRegressionLoss('linear-regression', options.loss ?? 'squared')
  const linear = linearParameters('linear-regression', options, 'sgd')
  const parameters: Parameters = loss === 'squared' ? linear : Object.freeze({ ...linear, loss })
  return Object.freeze({
    algorithm: 'linear-regression',
    problems: Object.freeze(['regression'] as const),
    parameters: parameters as Parameters & Record<string, unknown>,
    weights: 'linear',
    missing: 'ignored',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget('linear-regression', ['regression'], target)
      checkNoCategories('linear-regression', schema)
      const state = new Float64Array(linearStateLength(schema, parameters))
      if (snapshot !== undefined) loadSnapshot(snapshot, 'linear-regression', parameters, schema, { state }, target)
      return new RunningLinearRegression(schema, target, parameters, state)
    },
    carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema, target: Target) => {
      const before = new Float64Array(linearStateLength(from, parameters))
      loadSnapshot(snapshot, 'linear-regression', parameters, from, { state: before }, target)
      const state = carriedLinearState(before, from, to, parameters)
      return saveSnapshot('linear-regression', parameters, to, { state }, target)
    },
  })
}

class RunningLinearRegression implements RunningLearner {
  readonly outputs = 1
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly parameters: Parameters
  private readonly link: RegressionLink
  readonly renewSteps?: RunningLearner['renewSteps']
  private readonly model: LinearModel

  constructor(schema: RowSchema, target: Target, parameters: Parameters, state: Float64Array) {
    this.schema = schema
    this.target = target
    this.parameters = parameters
    this.link = new RegressionLink(parameters.loss ?? 'squared')
    this.model = new LinearModel(rowLayout(schema), parameters, state)
    if (parameters.optimizer === 'adagrad') this.renewSteps = (share) => this.model.renewSteps(share)
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    out[at] = this.link.predict(this.model.margin(row, offset))
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (!this.check(label, weight)) return
    this.step(row, offset, this.model.margin(row, offset), label, weight)
  }

  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    const learns = this.check(label, weight)
    const margin = this.model.margin(row, offset)
    out[at] = this.link.predict(margin)
    if (learns) this.step(row, offset, margin, label, weight)
  }

  private check(label: number, weight: number): boolean {
    const learns = checkLabel(this.target, label, weight)
    if (label < 0 && this.link.counts) {
      throw new MillraceError(
        'MILLRACE_LEARNER_LABEL',
        'label',
        `${label} is no count`,
        'Give a number from 0 on, or take another loss',
      )
    }
    return learns
  }

  private step(row: Float64Array, offset: number, margin: number, label: number, weight: number): void {
    const from = this.model.marginToLearn(row, offset, margin)
    this.model.step(row, offset, this.link.gradient(from, label) * weight)
  }

  explain(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    this.model.explain(row, offset, out, at)
  }

  save(): Uint8Array {
    return saveSnapshot('linear-regression', this.parameters, this.schema, { state: this.model.state }, this.target)
  }

  clone(): RunningLearner {
    return new RunningLinearRegression(this.schema, this.target, this.parameters, this.model.state.slice())
  }

  byteSize(): number {
    return this.model.state.byteLength
  }
}
