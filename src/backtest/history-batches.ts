import { MillraceError } from '../errors.ts'
import { BatchBuilder } from '../operators/batch-builder.ts'
import type { Batch } from '../stream/batch.ts'
import type { Graph } from '../stream/graph.ts'
import type { NumberColumn } from '../stream/input-columns.ts'
import { nearest } from '../stream/nearest.ts'
import { type HistoryRecord, RecordWriter } from './record-writer.ts'

/** Records of history, by arrival. */
export type History = AsyncIterable<HistoryRecord> | Iterable<HistoryRecord>

/**
 * Cuts history into micro-batches of `rows` rows; the batch is reused, so take it before asking for the next. Arrival is
 * the record's own, else the input's arrival field, else its time field, and never runs backwards.
 * Throws MILLRACE_BACKTEST_INPUT for an input that the graph does not have.
 */
export async function* historyBatches(graph: Graph, history: History, rows: number): AsyncGenerator<Batch> {
  const builder = new BatchBuilder(graph, rows)
  const { inputs } = builder.batch
  const writers = graph.inputs.map((input) => new RecordWriter(input.fields))
  const arrivals = graph.inputs.map((input) => (input.arrival >= 0 ? input.arrival : input.time))
  const index = new Map(graph.inputs.map((input, i) => [input.name, i]))
  const offsets = new Float64Array(inputs.length)
  let latest = Number.NEGATIVE_INFINITY
  for await (const { input: name, record, arrival } of history) {
    const input = index.get(name)
    if (input === undefined) throw unknownInput(graph, name)
    const columns = inputs[input]
    const row = columns.add(0, 0, offsets[input]++)
    writers[input].write(columns, row, record)
    const time = arrival ?? (columns.fields[arrivals[input]] as NumberColumn).values[row]
    if (time > latest) latest = time
    columns.arrival[row] = latest
    builder.push(input)
    if (builder.batch.count === rows) {
      yield builder.batch
      builder.clear()
    }
  }
  if (builder.batch.count > 0) yield builder.batch
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
