import type { RowSchema } from '../../transforms/row-schema.ts'
import { loadSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, RunningLearner, Target } from '../learner.ts'

/**
 * The mean baseline: the mean of the labels so far, whatever the row; 0 before the first.
 *
 * Rows are not read, so nothing is missing. Weights are repetitions.
 * Source: Welford, Note on a method for calculating corrected sums of squares and products, 1962; weighted as in West, 1979.
 */
export function priorMean(): Learner<'regression', 'number' | 'category'> {
  return Object.freeze({
    algorithm: 'prior-mean',
    problems: Object.freeze(['regression'] as const),
    parameters: Object.freeze({}),
    weights: 'repetitions',
    missing: 'ignored',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget('prior-mean', ['regression'], target)
      const state = new Float64Array(2)
      if (snapshot !== undefined) loadSnapshot(snapshot, 'prior-mean', {}, schema, { state }, target)
      return new RunningPriorMean(schema, target, state)
    },
    carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema, target: Target) => {
      const state = new Float64Array(2)
      loadSnapshot(snapshot, 'prior-mean', {}, from, { state }, target)
      return saveSnapshot('prior-mean', {}, to, { state }, target)
    },
  })
}

class RunningPriorMean implements RunningLearner {
  readonly outputs = 1
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly state: Float64Array // sum of weights, mean

  constructor(schema: RowSchema, target: Target, state: Float64Array) {
    this.schema = schema
    this.target = target
    this.state = state
  }

  predict(_row: Float64Array, _offset: number, out: Float64Array, at: number): void {
    out[at] = this.state[1]
  }

  learn(_row: Float64Array, _offset: number, label: number, weight: number): void {
    if (!checkLabel(this.target, label, weight)) return
    const state = this.state
    state[0] += weight
    const share = weight / state[0]
    state[1] += share * label - share * state[1] // not share * (label - mean): that difference can overflow
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
    return saveSnapshot('prior-mean', {}, this.schema, { state: this.state }, this.target)
  }

  clone(): RunningLearner {
    return new RunningPriorMean(this.schema, this.target, this.state.slice())
  }

  byteSize(): number {
    return this.state.byteLength
  }
}
