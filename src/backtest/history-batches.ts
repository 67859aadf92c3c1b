import { MillraceError } from '../errors.ts'
import { BatchBuilder } from '../operators/batch-builder.ts'
import type { Batch } from '../stream/batch.ts'
import type { Graph } from '../stream/graph.ts'
import type { NumberColumn } from '../stream/input-columns.ts'
import { nearest } from '../stream/nearest.ts'
import type { HistoryColumns } from './history-columns.ts'
import { type HistoryRecord, RecordWriter } from './record-writer.ts'

/** What a history tells at once: a record, or many in an array or in columns. */
export type Told = HistoryRecord | readonly HistoryRecord[] | HistoryColumns

/** Records of history, by arrival: one by one, or many at once, which spares millions of records the wait for each. */
export type History = AsyncIterable<Told> | Iterable<Told>

/**
 * Cuts history into micro-batches of `rows` rows; the batch is reused, so take it before asking for the next. Arrival is
 * the record's own, else the input's arrival field, else its time field, and never runs backwards.
 * Throws MILLRACE_BACKTEST_INPUT for an input that the graph does not have.
 */
export async function* historyBatches(graph: Graph, history: History, rows: number): AsyncGenerator<Batch> {
  const writer = new HistoryWriter(graph, rows)
  const { batch } = writer
  for await (const told of history) {
    const records = writer.open(told)
    for (let from = 0; from < records; ) {
      const to = Math.min(records, from + rows - batch.count)
      writer.write(from, to)
      from = to
      if (batch.count < rows) continue
      yield batch
      writer.clear()
    }
  }
  if (batch.count > 0) yield batch
}

/** Writes records of history into a micro-batch, in order. */
class HistoryWriter {
  readonly batch: Batch
  private readonly graph: Graph
  private readonly builder: BatchBuilder
  private readonly writers: readonly RecordWriter[]
  private readonly arrivals: readonly number[]
  private readonly index: ReadonlyMap<string, number>
  private readonly offsets: Float64Array
  private latest = Number.NEGATIVE_INFINITY
  private records: readonly HistoryRecord[] = []
  private columns: HistoryColumns | undefined
  /** Of the inputs of those columns: which they are in the graph, and how many of their rows are written. */
  private inputs: readonly number[] = []
  private written: number[] = []

  constructor(graph: Graph, rows: number) {
    this.graph = graph
    this.builder = new BatchBuilder(graph, rows)
    this.batch = this.builder.batch
    this.writers = graph.inputs.map((input) => new RecordWriter(input.fields))
    this.arrivals = graph.inputs.map((input) => (input.arrival >= 0 ? input.arrival : input.time))
    this.index = new Map(graph.inputs.map((input, i) => [input.name, i]))
    this.offsets = new Float64Array(graph.inputs.length)
  }

  clear(): void {
    this.builder.clear()
  }

  /** Takes what was told, to be written piece by piece; the number of its records. */
  open(told: Told): number {
    this.columns = 'order' in told ? told : undefined
    if (this.columns !== undefined) {
      this.inputs = Object.keys(this.columns.columns).map((name) => this.inputOf(name))
      this.written = this.inputs.map(() => 0)
      return this.columns.order.length
    }
    this.records = Array.isArray(told) ? told : [told as HistoryRecord]
    return this.records.length
  }

  /** Writes the records from number `from` to `to` - 1 of what was opened. */
  write(from: number, to: number): void {
    if (this.columns !== undefined) this.writeColumns(this.columns, from, to)
    else for (let i = from; i < to; i++) this.writeRecord(this.records[i])
  }

  private writeRecord({ input: name, record, arrival }: HistoryRecord): void {
    const input = this.inputOf(name)
    const columns = this.batch.inputs[input]
    const row = columns.add(0, 0, this.offsets[input]++)
    this.writers[input].write(columns, row, record)
    this.arrive(input, row, arrival)
  }

  private writeColumns({ columns, order, arrivals }: HistoryColumns, from: number, to: number): void {
    const { batch, inputs, written } = this
    const rows = batch.inputs.map(({ count }) => count)
    for (let i = from; i < to; i++) {
      const input = inputs[order[i]]
      batch.inputs[input].add(0, 0, this.offsets[input]++)
    }
    Object.values(columns).forEach((fields, i) => {
      const of = batch.inputs[inputs[i]]
      this.writers[inputs[i]].writeColumns(of, rows[inputs[i]], fields, written[i])
      written[i] += of.count - rows[inputs[i]]
    })
    for (let i = from; i < to; i++) {
      const input = inputs[order[i]]
      this.arrive(input, rows[input]++, arrivals?.[i])
    }
  }

  /** Puts a row into the batch, at its own arrival or by its fields. */
  private arrive(input: number, row: number, arrival: number | undefined): void {
    const columns = this.batch.inputs[input]
    const time = arrival ?? (columns.fields[this.arrivals[input]] as NumberColumn).values[row]
    if (time > this.latest) this.latest = time
    columns.arrival[row] = this.latest
    this.builder.place(input, row)
  }

  private inputOf(name: string): number {
    const input = this.index.get(name)
    if (input === undefined) throw unknownInput(this.graph, name)
    return input
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
