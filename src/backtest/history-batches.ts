import { MillraceError } from '../errors.ts'
import { BatchBuilder } from '../operators/batch-builder.ts'
import type { Batch } from '../stream/batch.ts'
import type { Graph } from '../stream/graph.ts'
import type { NumberColumn } from '../stream/input-columns.ts'
import { nearest } from '../stream/nearest.ts'
import { type HistoryRecord, RecordWriter } from './record-writer.ts'

/** Records of history, by arrival: one by one, or in arrays, which spares millions of records the wait for each. */
export type History =
  | AsyncIterable<HistoryRecord | readonly HistoryRecord[]>
  | Iterable<HistoryRecord | readonly HistoryRecord[]>

/**
 * Cuts history into micro-batches of `rows` rows; the batch is reused, so take it before asking for the next. Arrival is
 * the record's own, else the input's arrival field, else its time field, and never runs backwards.
 * Throws MILLRACE_BACKTEST_INPUT for an input that the graph does not have.
 */
export async function* historyBatches(graph: Graph, history: History, rows: number): AsyncGenerator<Batch> {
  const writer = new HistoryWriter(graph, rows)
  const one: HistoryRecord[] = []
  for await (const told of history) {
    let records = one
    if (Array.isArray(told)) records = told
    else one[0] = told as HistoryRecord
    for (let i = 0; i < records.length; i++) {
      writer.write(records[i])
      if (writer.batch.count < rows) continue
      yield writer.batch
      writer.clear()
    }
  }
  if (writer.batch.count > 0) yield writer.batch
}

/** Writes records of history into a micro-batch, in order. */
class HistoryWriter {
  private readonly graph: Graph
  private readonly builder: BatchBuilder
  private readonly writers: readonly RecordWriter[]
  private readonly arrivals: readonly number[]
  private readonly index: ReadonlyMap<string, number>
  private readonly offsets: Float64Array
  private latest = Number.NEGATIVE_INFINITY

  constructor(graph: Graph, rows: number) {
    this.graph = graph
    this.builder = new BatchBuilder(graph, rows)
    this.writers = graph.inputs.map((input) => new RecordWriter(input.fields))
    this.arrivals = graph.inputs.map((input) => (input.arrival >= 0 ? input.arrival : input.time))
    this.index = new Map(graph.inputs.map((input, i) => [input.name, i]))
    this.offsets = new Float64Array(graph.inputs.length)
  }

  get batch(): Batch {
    return this.builder.batch
  }

  clear(): void {
    this.builder.clear()
  }

  write({ input: name, record, arrival }: HistoryRecord): void {
    const input = this.index.get(name)
    if (input === undefined) throw unknownInput(this.graph, name)
    const columns = this.batch.inputs[input]
    const row = columns.add(0, 0, this.offsets[input]++)
    this.writers[input].write(columns, row, record)
    const time = arrival ?? (columns.fields[this.arrivals[input]] as NumberColumn).values[row]
    if (time > this.latest) this.latest = time
    columns.arrival[row] = this.latest
    this.builder.push(input)
  }
}

function unknownInput(graph: Graph, name: string): MillraceError {
  const names = graph.inputs.map((input) => input.name)
  return new MillraceError(
    'MILLRACE_BACKTEST_INPUT',
    `history of stream '${graph.name}'`,
    `a record is for the input '${name}', which the stream does not have`,
    nearest(name, names),
  )
}
