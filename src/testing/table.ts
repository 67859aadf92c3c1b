import { historyBatches } from '../backtest/history-batches.ts'
import { ColumnStage } from '../operators/column-stage.ts'
import { LearningState } from '../operators/learning-state.ts'
import { type InputColumns, NumberColumn } from '../stream/input-columns.ts'
import type { Stream } from '../stream/define-stream.ts'
import { type Arrivals, type SchemaSource, type Simulated, StreamHarness, type TimedRecord } from './stream-harness.ts'

/** A row as the model sees it, with what it is about. */
export interface TableRow {
  /** The event's key. */
  readonly id: string
  /** The event's own time, ms since 1970. */
  readonly eventTime: number
  /** One value a column of `featurize`, by name: a number or a category; null where it is missing or unknown. */
  readonly features: Readonly<Record<string, number | string | null>>
  /** What the event turned out to be: 1 or 0 for true or false, a value, or a class; null where no label came in time. */
  readonly label: number | string | null
}

export interface TableOptions<N = unknown> {
  /** As in `simulate`. */
  readonly schemas?: SchemaSource
  readonly arrivals?: Arrivals<N>
}

/**
 * The rows a stream's model would see, one for each event it would predict, in the order of arrival: to look at and plot
 * before anything is served. Every feature is as of the row's own moment. Throws as `simulate` does.
 */
export async function table<N>(
  stream: Stream<N>,
  records: Simulated<N>,
  options: TableOptions<N> = {},
): Promise<TableRow[]> {
  const harness = await StreamHarness.of(stream, options.schemas)
  return tableOf(harness, harness.timed(records, options.arrivals))
}

/**
 * `table` for a stream that is already built, and records in the order of arrival. `midway` is called when half of them
 * were taken.
 */
export async function tableOf(
  harness: StreamHarness,
  timed: readonly TimedRecord[],
  midway?: () => Promise<unknown>,
): Promise<TableRow[]> {
  const { graph } = harness
  const state = new LearningState(graph)
  const rows: { id: string; eventTime: number; features: TableRow['features']; label: TableRow['label'] }[] = []
  const latest = watchRows(state)
  state.observer = (values, at, layout, label) => {
    rows[values[at + layout.sequence]].label = state.classes?.text(label + 1) ?? label
  }
  const stage = new ColumnStage(graph)
  const input = graph.events[graph.label.events].input
  const { key } = graph.inputs[input]
  const plain = timed.filter(({ record }) => record !== null && !(record instanceof Uint8Array))
  const history = plain.map((one) => ({
    input: graph.inputs[one.input].name,
    record: one.record as object,
    arrival: one.arrivalMs,
  }))
  let taken = 0
  for await (const batch of historyBatches(graph, history, 1)) {
    if (taken++ === history.length >> 1) await midway?.()
    stage.apply(batch)
    const output = state.step(batch)
    if (output.count === 0) continue
    const columns = batch.inputs[input]
    rows.push({
      id: textOf(columns, key, output.row[0]),
      eventTime: output.eventTime[0],
      features: featuresOf(state, latest),
      label: null,
    })
  }
  return rows
}

/** The doubles of the row that was put together last: the state shows rows to nobody else before their labels have come. */
function watchRows(state: LearningState): Float64Array {
  const latest = new Float64Array(state.rows.schema.columns.length)
  const assemble = state.rows.assemble.bind(state.rows)
  state.rows.assemble = (columns, row, eventMs, nowMs, out, at) => {
    assemble(columns, row, eventMs, nowMs, out, at)
    latest.set(out.subarray(at, at + latest.length))
  }
  return latest
}

function featuresOf(state: LearningState, row: Float64Array): TableRow['features'] {
  const { columns } = state.rows.schema
  const values = columns.map(({ name, kind }, i) => {
    const value = kind === 'category' ? (state.rows.category(i, row[i]) ?? null) : row[i]
    return [name, Number.isNaN(value) ? null : value]
  })
  return Object.fromEntries(values)
}

function textOf(columns: InputColumns, field: number, row: number): string {
  const column = columns.fields[field]
  return column instanceof NumberColumn ? String(column.values[row]) : (column.text(row) as string)
}
