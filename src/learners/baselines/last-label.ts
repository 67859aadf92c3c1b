import type { RowSchema } from '../../transforms/row-schema.ts'
import { loadSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, RunningLearner, Target } from '../learner.ts'

const problems: readonly Problem[] = Object.freeze(['binary', 'multiclass', 'regression'] as const)

/**
 * The no-change baseline: the latest label known, whatever the row.
 *
 * Before the first label all classes are equally likely, and the value is 0. Rows are not read, so nothing is missing.
 * Any weight above 0 makes a label the latest, as repetitions would.
 * Source: the persistence rule, as in Zliobaite et al., Evaluation methods and decision theory for classification of
 * streaming data with temporal dependence, 2015.
 */
export function lastLabel(): Learner<'binary' | 'multiclass' | 'regression', 'number' | 'category'> {
  return Object.freeze({
    algorithm: 'last-label',
    problems: problems as readonly ('binary' | 'multiclass' | 'regression')[],
    parameters: Object.freeze({}),
    weights: 'repetitions',
    missing: 'ignored',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget('last-label', problems, target)
      const last = Float64Array.of(NaN)
      if (snapshot !== undefined) loadSnapshot(snapshot, 'last-label', {}, schema, { last }, target)
      return new RunningLastLabel(schema, target, last)
    },
    carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema, target: Target) => {
      const last = new Float64Array(1)
      loadSnapshot(snapshot, 'last-label', {}, from, { last }, target)
      return saveSnapshot('last-label', {}, to, { last }, target)
    },
  })
}

class RunningLastLabel implements RunningLearner {
  readonly outputs: number
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly last: Float64Array // NaN before the first label

  constructor(schema: RowSchema, target: Target, last: Float64Array) {
    this.schema = schema
    this.target = target
    this.outputs = target.problem === 'regression' ? 1 : target.classes
    this.last = last
  }

  predict(_row: Float64Array, _offset: number, out: Float64Array, at: number): void {
    const last = this.last[0]
    const known = last === last
    if (this.target.problem === 'regression') out[at] = known ? last : 0
    else for (let c = 0; c < this.outputs; c++) out[at + c] = known ? (c === last ? 1 : 0) : 1 / this.outputs
  }

  learn(_row: Float64Array, _offset: number, label: number, weight: number): void {
    if (checkLabel(this.target, label, weight)) this.last[0] = label
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

  save(): Uint8Array {
    return saveSnapshot('last-label', {}, this.schema, { last: this.last }, this.target)
  }

  clone(): RunningLearner {
    return new RunningLastLabel(this.schema, this.target, this.last.slice())
  }

  byteSize(): number {
    return this.last.byteLength
  }
}
