import type { RowSchema } from './row-schema.ts'

declare const maps: unique symbol

/**
 * A learned row-to-row transform: a description, plain and frozen; `build` makes the stateful thing.
 * `In` and `Out` are the column kinds it takes and gives ('number', 'category'), held by the compiler only; an indicator
 * counts as 'number' there, since everything that takes numbers takes indicators. A plain `Transformer` is any transformer.
 */
export interface Transformer<In extends string = never, Out extends string = string> {
  /** Name in kebab-case, the file's name. */
  readonly algorithm: string
  /** JSON-like; together with `algorithm` all that makes this transformer what it is. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** What becomes of missing numbers, in words, where they do not stay missing. */
  readonly missing?: string
  /** The stateful transformer over rows of `schema`, new or as it was when `snapshot` was saved. Throws MILLRACE_LEARNER_SCHEMA or MILLRACE_LEARNER_SNAPSHOT. */
  build(schema: RowSchema, snapshot?: Uint8Array): RunningTransformer
  /** A state saved over rows of `from`, rewritten for rows of `to`, as `carry` of a learner does. Absent where it must begin anew when the columns change. */
  carry?(snapshot: Uint8Array, from: RowSchema, to: RowSchema): Uint8Array
  readonly [maps]?: (column: In) => Out
}

/** A transformer at work on rows of one schema. */
export interface RunningTransformer {
  /** The rows it writes. */
  readonly schema: RowSchema
  /** True when it learns as rows arrive, before their labels: the pipeline calls `learn` at prediction time, with label NaN, and never again for that row. */
  readonly learnsOnArrival: boolean
  /** True when it learns nothing and its rows are the given ones with other kinds of columns: a pipeline hands them on uncopied. */
  readonly keepsRows?: boolean
  /**
   * True when it learns from labels: a pipeline transforms a row before it learns that, so that no row carries its own
   * label.
   */
  readonly usesLabels?: boolean
  /** Writes the transformed row into `out` from `at` on: `schema.columns.length` doubles. Changes no state. */
  transform(row: Float64Array, offset: number, out: Float64Array, at: number): void
  /** Learns from one row; `label` as in a learner, for supervised transforms; weight >= 0. */
  learn(row: Float64Array, offset: number, label: number, weight: number): void
  /** The whole state in the binary format of `stats/binary-format.ts`. */
  save(): Uint8Array
  /** A copy that shares nothing. */
  clone(): RunningTransformer
  /** Bytes of state held in memory. */
  byteSize(): number
}
