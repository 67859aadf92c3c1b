import type { RowSchema } from '../transforms/row-schema.ts'

declare const learns: unique symbol

/** What is to be learned: the kind of problem. */
export type Problem = 'binary' | 'multiclass' | 'regression' | 'anomaly' | 'clustering'

/** The target of a learner. `classes` is 2 for binary, the largest number of classes (a bound) for multiclass, 1 otherwise. */
export interface Target {
  readonly problem: Problem
  readonly classes: number
}

/**
 * A learner: a description, plain and frozen; `build` makes the stateful thing.
 * `P` is the problems it solves, `C` the column kinds it takes ('number', 'category'), held by the compiler; a plain
 * `Learner` is any learner.
 */
export interface Learner<P extends Problem = never, C extends string = never> {
  /** Name in kebab-case, the file's name. */
  readonly algorithm: string
  readonly problems: readonly Problem[]
  /** JSON-like; together with `algorithm` all that makes this learner what it is. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** What a weight of 2 means: the same as learning the row twice ('repetitions'), an importance-invariant step, or a step twice as long ('linear'). */
  readonly weights: 'repetitions' | 'importance-invariant' | 'linear'
  /** What a missing number (NaN) does: its column adds nothing ('ignored'), or another rule in words. */
  readonly missing: string
  /** The stateful learner over rows of `schema`, new or as it was when `snapshot` was saved. Throws MILLRACE_LEARNER_SCHEMA, _PARAMETER or _SNAPSHOT. */
  build(schema: RowSchema, target: Target, snapshot?: Uint8Array): RunningLearner
  /**
   * A state saved over rows of `from`, rewritten for rows of `to`: what was learned of a column goes with it (the same
   * name, kind and size), columns that are gone are dropped, new ones start neutral. So until a new column has been
   * learned from, and while its numbers are missing, predictions are those of before, bit for bit where the other columns
   * stand in the same order. Throws MILLRACE_LEARNER_SNAPSHOT as `build` does. Absent where a model must begin anew when
   * the columns of its stream change.
   */
  carry?(snapshot: Uint8Array, from: RowSchema, to: RowSchema, target: Target): Uint8Array
  readonly [learns]?: (problem: P, column: C) => void
}

/** A learner at work on rows of one schema. No method allocates per row, save `save`, `clone` and `explain`. */
export interface RunningLearner {
  /** Doubles that `predict` writes: the class probabilities (2 for binary: of false, of true; `classes` for multiclass, summing to 1), or 1 value. */
  readonly outputs: number
  /** Writes the prediction for a row into `out` from `at` on. Changes no state that a later prediction or `learn` could show. */
  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void
  /**
   * Learns one row. `label` is a class index (0 or 1 for binary) or a value; weight >= 0, and 0 changes nothing.
   * Throws MILLRACE_LEARNER_LABEL on a label that is not finite or no class, with the state unchanged.
   */
  learn(row: Float64Array, offset: number, label: number, weight: number): void
  /** `predict`, then `learn`: bit for bit the same as the two calls, in one walk. */
  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void
  /** A row arrived and is about to be predicted on; its label is not known. Only pipelines with transformers that learn on arrival have it. */
  arrive?(row: Float64Array, offset: number): void
  /**
   * Lets it learn fast again what seldom comes: the step sizes of its weights of categories (of all weights where it has no
   * others) become those of a model that has learned a `share`, in (0, 1], of what this one has. No prediction changes.
   * Only learners whose steps shrink as they learn have it.
   */
  renewSteps?(share: number): void
  /** Regression: writes the low and the high end of where the label should lie; they may be infinite. Only learners of intervals have it. */
  predictInterval?(row: Float64Array, offset: number, out: Float64Array, at: number): void
  /** Classes: writes 1 for each class that the label should be among, 0 for the others; one double a class. Only learners of sets have it. */
  predictSet?(row: Float64Array, offset: number, out: Float64Array, at: number): void
  /** The whole state in the binary format of `stats/binary-format.ts`. */
  save(): Uint8Array
  /** A copy that shares nothing. */
  clone(): RunningLearner
  /** Bytes of state held in memory. */
  byteSize(): number
  /** Writes what each column of the row added to the prediction (linear: the contribution to the margin of the last class or the value), one double a column. */
  explain?(row: Float64Array, offset: number, out: Float64Array, at: number): void
}
