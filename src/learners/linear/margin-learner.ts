import { MillraceError } from '../../errors.ts'
import { type RowLayout, rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { loadSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import { checkNoCategories, checkTarget } from '../check-target.ts'
import type { Learner, Problem, RunningLearner, Target } from '../learner.ts'
import { ActiveRow } from './active-row.ts'
import { carriedSlots } from './carried-linear-state.ts'
import type { MarginRule } from './margin-rule.ts'
import { sigmoidInto } from './sigmoid-into.ts'

const MOST_COVARIED = 512 // weights whose covariance a model keeps: two megabytes

/** What a linear algorithm is, besides its rule. */
export interface MarginAlgorithm<P extends Problem> {
  readonly algorithm: string
  readonly problems: readonly P[]
  readonly parameters: Readonly<Record<string, unknown>>
  readonly weights: Learner['weights']
  /** What each slot keeps at the start: its doubles, one for each slot in turn. */
  readonly slot: readonly number[]
  /** What the model keeps besides, at the start; laid before the slots. */
  readonly model: readonly number[]
  /** The variance of a weight at the start, where the model keeps the covariance of all weights: a square, laid after the slots. */
  readonly covariance?: number
  /** Over the state of a model with so many slots. */
  rule(state: Float64Array, target: Target, slots: number): MarginRule
}

/**
 * Makes a learner of a linear algorithm: a weighted sum of numbers and indicators, for two classes squashed to the
 * probability 1 / (1 + e^-sum).
 *
 * The state is one flat array: what the model keeps as a whole, then a few doubles for each slot (the intercept, a number,
 * a code). A row costs its columns, however many codes there are.
 */
export function marginLearner<P extends Problem>(of: MarginAlgorithm<P>): Learner<P, 'number'> {
  return Object.freeze({
    algorithm: of.algorithm,
    problems: Object.freeze([...of.problems]),
    parameters: Object.freeze(of.parameters),
    weights: of.weights,
    missing: 'ignored',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget(of.algorithm, of.problems, target)
      checkNoCategories(of.algorithm, schema)
      const state = newState(of, schema)
      if (snapshot !== undefined) loadSnapshot(snapshot, of.algorithm, of.parameters, schema, { state }, target)
      return new RunningMargin(of, schema, target, state)
    },
    ...(of.covariance === undefined ? { carry: carrying(of) } : {}),
  })
}

function carrying(of: MarginAlgorithm<Problem>): NonNullable<Learner['carry']> {
  return (snapshot, from, to, target) => {
    const before = newState(of, from)
    loadSnapshot(snapshot, of.algorithm, of.parameters, from, { state: before }, target)
    const state = newState(of, to)
    carriedSlots(before, from, state, to, of.slot.length, of.model.length)
    return saveSnapshot(of.algorithm, of.parameters, to, { state }, target)
  }
}

function newState(of: MarginAlgorithm<Problem>, schema: RowSchema): Float64Array {
  const slots = slotsOf(rowLayout(schema))
  const stride = of.slot.length
  const weights = of.model.length + slots * stride
  if (of.covariance !== undefined && slots > MOST_COVARIED) throw tooManySlots(of.algorithm, slots)
  const state = new Float64Array(weights + (of.covariance === undefined ? 0 : slots * slots))
  state.set(of.model)
  if (of.slot.some((value) => value !== 0)) {
    for (let at = of.model.length; at < weights; at += stride) state.set(of.slot, at)
  }
  for (let at = weights; at < state.length; at += slots + 1) state[at] = of.covariance!
  return state
}

/** The intercept, the numbers, the codes. */
function slotsOf({ numberAt, codeSlots }: RowLayout): number {
  return 1 + numberAt.length + codeSlots
}

function tooManySlots(algorithm: string, slots: number): MillraceError {
  return new MillraceError(
    'MILLRACE_LEARNER_SCHEMA',
    algorithm,
    `it keeps the covariance of all weights, and these rows ask for ${slots} weights`,
    `Give it numbers and codes for at most ${MOST_COVARIED - 1} weights, or take linearRegression()`,
  )
}

class RunningMargin implements RunningLearner {
  readonly outputs: number
  private readonly of: MarginAlgorithm<Problem>
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly state: Float64Array
  private readonly row: ActiveRow
  private readonly rule: MarginRule

  constructor(of: MarginAlgorithm<Problem>, schema: RowSchema, target: Target, state: Float64Array) {
    this.outputs = target.problem === 'regression' ? 1 : 2
    this.of = of
    this.schema = schema
    this.target = target
    this.state = state
    const layout = rowLayout(schema)
    this.row = new ActiveRow(layout)
    this.rule = of.rule(state, target, slotsOf(layout))
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    this.row.fill(row, offset)
    this.write(this.rule.margin(this.row), out, at)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (!checkLabel(this.target, label, weight)) return
    this.row.fill(row, offset)
    this.rule.learn(this.row, this.rule.margin(this.row), label, weight)
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
    this.row.fill(row, offset)
    const margin = this.rule.margin(this.row)
    this.write(margin, out, at)
    if (learns) this.rule.learn(this.row, margin, label, weight)
  }

  explain(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { row: active, rule } = this
    out.fill(0, at, at + this.schema.columns.length)
    active.fill(row, offset)
    for (let i = 1; i < active.count; i++) {
      out[at + active.columns[i]] = rule.weight(active.slots[i]) * active.values[i]
    }
  }

  save(): Uint8Array {
    return saveSnapshot(this.of.algorithm, this.of.parameters, this.schema, { state: this.state }, this.target)
  }

  clone(): RunningLearner {
    return new RunningMargin(this.of, this.schema, this.target, this.state.slice())
  }

  byteSize(): number {
    return this.state.byteLength
  }

  private write(margin: number, out: Float64Array, at: number): void {
    if (this.outputs === 1) out[at] = margin
    else sigmoidInto(margin, out, at)
  }
}
