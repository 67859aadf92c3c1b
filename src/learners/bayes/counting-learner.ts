import { exp } from '../../stats/math/exp.ts'
import { log } from '../../stats/math/log.ts'
import { checkParameter } from '../../transforms/check-parameter.ts'
import { type RowLayout, rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { loadSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, RunningLearner, Target } from '../learner.ts'
import { carriedCountState, countState, type CountState } from './count-state.ts'

const problems: readonly Problem[] = Object.freeze(['binary', 'multiclass'] as const)

/** How a naive Bayes learner that counts does it, over a state. */
export interface CountRule {
  /**
   * Adds to `out[at + c]` the logarithm of the likelihood of the row in class `c`, or what stands for it, of every
   * class that was seen.
   */
  addLogLikelihoods(row: Float64Array, offset: number, out: Float64Array, at: number): void
  /** Counts a row of class `label`, whose weight `classes` has got already. */
  learn(row: Float64Array, offset: number, label: number, weight: number): void
}

/** What makes a naive Bayes learner of the ways in which it counts. */
export interface CountingLearner {
  readonly algorithm: string
  readonly parameters: Readonly<Record<string, number>>
  readonly missing: string
  /** Begins with the logarithms of the classes' weights. */
  readonly usesPrior: boolean
  /** Refuses columns. */
  readonly check?: (algorithm: string, schema: RowSchema) => void
  readonly rule: (layout: RowLayout, state: CountState) => CountRule
}

/** The pseudo-count of every term: Laplace smoothing, 1e-6 to 1e6. Default 1. */
export function checkSmoothing(algorithm: string, smoothing = 1): number {
  return checkParameter(algorithm, 'smoothing', smoothing, { min: 1e-6, max: 1e6 })
}

/** The description of a naive Bayes learner that counts. */
export function countingLearner<C extends string>(of: CountingLearner): Learner<'binary' | 'multiclass', C> {
  const { algorithm, parameters } = of
  return Object.freeze({
    algorithm,
    problems: problems as readonly ('binary' | 'multiclass')[],
    parameters,
    weights: 'repetitions',
    missing: of.missing,
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget(algorithm, problems, target)
      of.check?.(algorithm, schema)
      const state = countState(rowLayout(schema), target.classes)
      if (snapshot !== undefined) loadSnapshot(snapshot, algorithm, parameters, schema, state, target)
      return new RunningCountingLearner(of, schema, target, state)
    },
    carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema, target: Target) => {
      const before = countState(rowLayout(from), target.classes)
      loadSnapshot(snapshot, algorithm, parameters, from, before, target)
      return saveSnapshot(algorithm, parameters, to, carriedCountState(before, from, to, target.classes), target)
    },
  })
}

class RunningCountingLearner implements RunningLearner {
  readonly outputs: number
  private readonly of: CountingLearner
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly state: CountState
  private readonly rule: CountRule
  private readonly priors: Float64Array // the logarithm of each class's weight, or 0; -Infinity of one not seen

  constructor(of: CountingLearner, schema: RowSchema, target: Target, state: CountState) {
    this.of = of
    this.schema = schema
    this.target = target
    this.outputs = target.classes
    this.state = state
    this.rule = of.rule(rowLayout(schema), state)
    this.priors = new Float64Array(target.classes)
    for (let c = 0; c < target.classes; c++) this.setPrior(c)
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { priors, outputs } = this
    for (let c = 0; c < outputs; c++) out[at + c] = priors[c]
    this.rule.addLogLikelihoods(row, offset, out, at)
    let top = -Infinity
    for (let c = 0; c < outputs; c++) if (out[at + c] > top) top = out[at + c]
    let sum = 0
    for (let c = 0; c < outputs; c++) sum += out[at + c] = out[at + c] > -Infinity ? exp(out[at + c] - top) : 0
    if (sum > 0) for (let c = 0; c < outputs; c++) out[at + c] /= sum
    else out.fill(1 / outputs, at, at + outputs)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (!checkLabel(this.target, label, weight)) return
    this.state.classes[label] += weight
    this.rule.learn(row, offset, label, weight)
    this.setPrior(label)
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
    this.learn(row, offset, label, weight)
  }

  private setPrior(c: number): void {
    const weight = this.state.classes[c]
    this.priors[c] = this.of.usesPrior || weight === 0 ? log(weight) : 0
  }

  save(): Uint8Array {
    return saveSnapshot(this.of.algorithm, this.of.parameters, this.schema, this.state, this.target)
  }

  clone(): RunningLearner {
    const state = countState(rowLayout(this.schema), this.target.classes)
    for (const name of Object.keys(state) as (keyof CountState)[]) state[name].set(this.state[name])
    return new RunningCountingLearner(this.of, this.schema, this.target, state)
  }

  byteSize(): number {
    let bytes = 0
    for (const array of Object.values(this.state)) bytes += array.byteLength
    return bytes
  }
}
