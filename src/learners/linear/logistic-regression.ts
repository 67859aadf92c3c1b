import { exp } from '../../stats/math/exp.ts'
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
 * Logistic regression trained row by row: the probability of true is 1 / (1 + e^-margin) of a weighted sum.
 *
 * Takes numbers (to be scaled before) and indicators; a missing number adds nothing and teaches nothing. AdaGrad at 0.05
 * by default; `{ optimizer: 'sgd' }` is River's LogisticRegression. A row's weight multiplies its gradient.
 * Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Cox, The regression analysis of binary sequences, 1958; Robbins & Monro, A stochastic approximation method, 1951;
 * Duchi, Hazan & Singer, Adaptive subgradient methods for online learning, 2011.
 */
export function logisticRegression(options: LinearOptions = {}): Learner<'binary', 'number'> {
  const parameters = linearParameters('logistic-regression', options, 'adagrad')
  return Object.freeze({
    algorithm: 'logistic-regression',
    problems: Object.freeze(['binary'] as const),
    parameters: parameters as LinearParameters & Record<string, unknown>,
    weights: 'linear',
    missing: 'ignored',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget('logistic-regression', ['binary'], target)
      checkNoCategories('logistic-regression', schema)
      const state = new Float64Array(linearStateLength(schema, parameters))
      if (snapshot !== undefined) loadSnapshot(snapshot, 'logistic-regression', parameters, schema, { state }, target)
      return new RunningLogisticRegression(schema, target, parameters, state)
    },
  })
}

class RunningLogisticRegression implements RunningLearner {
  readonly outputs = 2
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly parameters: LinearParameters
  private readonly model: LinearModel
  private readonly probabilities = new Float64Array(2) // what `learn` predicts, for nobody to see

  constructor(schema: RowSchema, target: Target, parameters: LinearParameters, state: Float64Array) {
    this.schema = schema
    this.target = target
    this.parameters = parameters
    this.model = new LinearModel(rowLayout(schema), parameters, state)
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const margin = this.model.margin(row, offset)
    const small = exp(margin > 0 ? -margin : margin)
    const near = 1 / (1 + small)
    const far = small * near // 1 - near without cancellation
    out[at] = margin > 0 ? far : near
    out[at + 1] = margin > 0 ? near : far
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
    this.predict(row, offset, out, at)
    if (!checkLabel(this.target, label, weight)) return
    this.model.step(row, offset, (label === 1 ? -out[at] : out[at + 1]) * weight)
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
