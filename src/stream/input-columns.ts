import type { FieldType } from './field-type.ts'
import { StringColumn } from './string-column.ts'

/** A column of numbers, timestamps (ms) or booleans (0/1); NaN = null. */
export class NumberColumn {
  /** Tells it from a `StringColumn`, faster than `instanceof`. */
  readonly isText = false
  values: Float64Array

  constructor(capacity: number) {
    this.values = new Float64Array(capacity)
  }

  grow(capacity: number): void {
    const values = new Float64Array(capacity)
    values.set(this.values)
    this.values = values
  }
}

/** How a row fared so far: only `ok` rows reach the graph, the others become dead letters. */
export const RowStatus = { ok: 0, rejected: 1 } as const

/** What turned a row down, as `dead-letter.avsc` names it: decoding, where nothing else is said. */
export type RejectStage = 'decode' | 'key' | 'time' | 'validate' | 'arrow' | 'label' | 'poison'

/**
 * The rows of one input in a micro-batch, column by column: reused from batch to batch, grown as needed.
 * `fields[i]` belongs to `types[i]`.
 */
export class InputColumns {
  count = 0
  readonly types: readonly FieldType[]
  readonly fields: readonly (NumberColumn | StringColumn)[]
  /** Columns that arrows computed, and for each events node of the graph on this input which rows belong to it: filled by the operators. */
  readonly derived: (NumberColumn | StringColumn)[] = []
  readonly members: Uint8Array[] = []
  /** When the record could first be known, ms, made monotone per partition. */
  arrival: Float64Array
  partition: Int32Array
  offset: Float64Array
  /** `RowStatus`. */
  status: Uint8Array
  /** Why a row was rejected, by row; empty for `ok` rows. */
  readonly causes = new Map<number, string>()
  private readonly stages = new Map<number, RejectStage>()
  /** What was found wrong with a row that passes all the same. */
  readonly warnings = new Map<number, string>()
  private capacity: number

  constructor(types: readonly FieldType[], capacity = 1024) {
    this.types = types
    this.capacity = capacity
    this.fields = types.map((field) =>
      field.type === 'string' ? new StringColumn(capacity) : new NumberColumn(capacity),
    )
    this.arrival = new Float64Array(capacity)
    this.partition = new Int32Array(capacity)
    this.offset = new Float64Array(capacity)
    this.status = new Uint8Array(capacity)
  }

  /** Forgets all rows. */
  clear(): void {
    this.count = 0
    this.causes.clear()
    this.stages.clear()
    this.warnings.clear()
    for (const field of this.fields) if (field.isText) field.clear()
  }

  /** A new row's index; the caller sets each of its fields, or rejects it. */
  add(arrival: number, partition: number, offset: number): number {
    if (this.count === this.capacity) this.grow()
    const row = this.count++
    this.arrival[row] = arrival
    this.partition[row] = partition
    this.offset[row] = offset
    this.status[row] = RowStatus.ok
    return row
  }

  /** Keeps a row out of the graph, for a reason that its dead letter will carry: the first one found. */
  reject(row: number, cause: string, stage: RejectStage = 'decode'): void {
    if (this.status[row] === RowStatus.rejected) return
    this.status[row] = RowStatus.rejected
    this.causes.set(row, cause)
    if (stage !== 'decode') this.stages.set(row, stage)
  }

  /** What turned a rejected row down. */
  stageOf(row: number): RejectStage {
    return this.stages.get(row) ?? 'decode'
  }

  warn(row: number, cause: string): void {
    this.warnings.set(row, cause)
  }

  private grow(): void {
    this.capacity *= 2
    for (const field of this.fields) field.grow(this.capacity)
    this.arrival = grown(this.arrival, new Float64Array(this.capacity))
    this.partition = grown(this.partition, new Int32Array(this.capacity))
    this.offset = grown(this.offset, new Float64Array(this.capacity))
    this.status = grown(this.status, new Uint8Array(this.capacity))
  }
}

function grown<A extends Float64Array | Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from as never)
  return to
}
