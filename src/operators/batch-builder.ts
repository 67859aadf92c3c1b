import type { Batch } from '../stream/batch.ts'
import type { Graph } from '../stream/graph.ts'
import { InputColumns } from '../stream/input-columns.ts'

/** Fills a micro-batch row by row in task order; the same batch is used again and again. */
export class BatchBuilder {
  readonly batch: Batch

  constructor(graph: Graph, capacity = 1024) {
    this.batch = {
      inputs: graph.inputs.map((input) => new InputColumns(input.fields, capacity)),
      count: 0,
      input: new Uint8Array(capacity),
      row: new Int32Array(capacity),
    }
  }

  clear(): void {
    this.batch.count = 0
    for (const columns of this.batch.inputs) columns.clear()
  }

  /** The next row in order is the newest of this input. */
  push(input: number): void {
    this.place(input, this.batch.inputs[input].count - 1)
  }

  /** The next row in order is this one. */
  place(input: number, row: number): void {
    const { batch } = this
    if (batch.count === batch.input.length) this.grow()
    batch.input[batch.count] = input
    batch.row[batch.count] = row
    batch.count++
  }

  private grow(): void {
    const { batch } = this
    const input = new Uint8Array(batch.input.length * 2)
    input.set(batch.input)
    batch.input = input
    const row = new Int32Array(batch.row.length * 2)
    row.set(batch.row)
    batch.row = row
  }
}
