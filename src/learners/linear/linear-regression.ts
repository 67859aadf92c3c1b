import { rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { loadSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import { checkNoCategories, checkTarget } from '../check-target.ts'
import type { Learner, RunningLearner, Target } from '../learner.ts'
import {
  LinearModel,
  type LinearOptions,
  type LinearParameters,
  linearParameters,
  linearStateLength,
} from './linear-model.ts'

/**
 * Linear regression trained row by row on squared loss: the value is a weighted sum.
 *
 * Takes numbers (to be scaled before) and indicators; a missing number adds nothing and teaches nothing. SGD at 0.01 by
 * default, as River's LinearRegression, for AdaGrad's bounded steps reach a far intercept slowly. A row's weight
 * multiplies its gradient. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Widrow & Hoff, Adaptive switching circuits, 1960; Duchi, Hazan & Singer, Adaptive subgradient methods, 2011.
 */
export function linearRegression(options: LinearOptions = {}): Learner<'regression', 'number'> {
  const parameters = linearParameters('linear-regression', options, 'sgd')
  return Object.freeze({
    algorithm: 'linear-regression',
    problems: Object.freeze(['regression'] as const),
    parameters: parameters as LinearParameters & Record<string, unknown>,
    weights: 'linear',
    missing: 'ignored',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget('linear-regression', ['regression'], target)
      checkNoCategories('linear-regression', schema)
      const state = new Float64Array(linearStateLength(schema, parameters))
      if (snapshot !== undefined) loadSnapshot(snapshot, 'linear-regression', parameters, schema, { state }, target)
      return new RunningLinearRegression(schema, target, parameters, state)
    },
  })
}

class RunningLinearRegression implements RunningLearner {
  readonly outputs = 1
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly parameters: LinearParameters
  private readonly model: LinearModel

  constructor(schema: RowSchema, target: Target, parameters: LinearParameters, state: Float64Array) {
    this.schema = schema
    this.target = target
    this.parameters = parameters
    this.model = new LinearModel(rowLayout(schema), parameters, state)
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    out[at] = this.model.margin(row, offset)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (!checkLabel(this.target, label, weight)) return
    this.model.step(row, offset, 2 * (this.model.margin(row, offset) - label) * weight)
  }

  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    const value = this.model.margin(row, offset)
    out[at] = value
    if (checkLabel(this.target, label, weight)) this.model.step(row, offset, 2 * (value - label) * weight)
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
