import type { RowSchema } from '../../transforms/row-schema.ts'
import { loadSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, RunningLearner, Target } from '../learner.ts'

const problems: readonly Problem[] = Object.freeze(['binary', 'multiclass'] as const)

/**
 * The majority baseline: the share of each class among the labels so far, whatever the row.
 *
 * Before the first label all classes are equally likely. Rows are not read, so nothing is missing. Weights are repetitions.
 * Source: the ZeroR rule, as in Holte, Very simple classification rules perform well on most commonly used datasets, 1993.
 */
export function priorClass(): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  return Object.freeze({
    algorithm: 'prior-class',
    problems: problems as readonly ('binary' | 'multiclass')[],
    parameters: Object.freeze({}),
    weights: 'repetitions',
    missing: 'ignored',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget('prior-class', problems, target)
      const counts = new Float64Array(target.classes)
      if (snapshot !== undefined) loadSnapshot(snapshot, 'prior-class', {}, schema, { counts }, target)
      return new RunningPriorClass(schema, target, counts)
    },
    carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema, target: Target) => {
      const counts = new Float64Array(target.classes)
      loadSnapshot(snapshot, 'prior-class', {}, from, { counts }, target)
      return saveSnapshot('prior-class', {}, to, { counts }, target)
    },
  })
}

class RunningPriorClass implements RunningLearner {
  readonly outputs: number
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly counts: Float64Array

  constructor(schema: RowSchema, target: Target, counts: Float64Array) {
    this.schema = schema
    this.target = target
    this.outputs = target.classes
    this.counts = counts
  }

  predict(_row: Float64Array, _offset: number, out: Float64Array, at: number): void {
    const counts = this.counts
    let sum = 0
    for (let c = 0; c < counts.length; c++) sum += counts[c]
    for (let c = 0; c < counts.length; c++) out[at + c] = sum > 0 ? counts[c] / sum : 1 / counts.length
  }

  learn(_row: Float64Array, _offset: number, label: number, weight: number): void {
    if (checkLabel(this.target, label, weight)) this.counts[label] += weight
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
    return saveSnapshot('prior-class', {}, this.schema, { counts: this.counts }, this.target)
  }

  clone(): RunningLearner {
    return new RunningPriorClass(this.schema, this.target, this.counts.slice())
  }

  byteSize(): number {
    return this.counts.byteLength
  }
}
