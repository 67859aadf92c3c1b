import type { InputColumns } from './input-columns.ts'

/**
 * A micro-batch: the rows of every input in columns, and the order in which the task takes them. Row `i` of the batch is
 * row `row[i]` of input `input[i]`; `count` rows in all.
 */
export interface Batch {
  readonly inputs: readonly InputColumns[]
  count: number
  input: Uint8Array
  row: Int32Array
}
