import { basename } from 'node:path'
import type { HistoryRecord } from '../backtest/record-writer.ts'
import type { EventField } from '../codec/event-schema.ts'
import { MillraceError } from '../errors.ts'
import type { LoadedStream } from '../service/load-stream.ts'
import type { GraphInput } from '../stream/graph.ts'
import { readRows, rowFormat } from './read-rows.ts'
import { typedRecord } from './typed-record.ts'

/** A file that is the history of an input, and the row of it that comes next. */
interface Source {
  readonly file: string
  readonly input: GraphInput
  readonly fields: readonly EventField[]
  readonly arrivalField: string
  readonly rows: AsyncGenerator<Readonly<Record<string, unknown>>>
  next: HistoryRecord | undefined
  arrival: number
  row: number
}

/**
 * The rows of files as the history of a stream, merged by arrival: the input's arrival field, else its time field. Each
 * of `named` is `<input>=<file>`, or just the file where the stream has one input. Rows are typed by the input's schema,
 * and a file must be in order of arrival; rows of the same time come in the order in which the files are named.
 * Throws MILLRACE_CLI_USAGE, MILLRACE_CLI_FILE; while it is read MILLRACE_CLI_DATA.
 */
export function fileHistory(loaded: LoadedStream, named: readonly string[]): AsyncGenerator<HistoryRecord> {
  return merged(named.map((text) => sourceOf(loaded, text)))
}

function sourceOf({ name, graph, schemas }: LoadedStream, named: string): Source {
  const [before] = named.split('=', 1)
  const isNamed = graph.inputs.some((one) => one.name === before) && named.includes('=')
  if (!isNamed && graph.inputs.length > 1) {
    const names = graph.inputs.map((one) => `${one.name}=<file>`).join(' --from ')
    throw new MillraceError(
      'MILLRACE_CLI_USAGE',
      `--from ${named}`,
      `stream '${name}' has ${graph.inputs.length} inputs, and it does not say whose rows these are`,
      `Give --from ${names}`,
    )
  }
  const input = isNamed ? (graph.inputs.find((one) => one.name === before) as GraphInput) : graph.inputs[0]
  const file = isNamed ? named.slice(before.length + 1) : named
  rowFormat(file)
  const fields = schemas.get(input.schema)?.fields ?? []
  const arrivalField = input.fields[input.arrival < 0 ? input.time : input.arrival].name
  const rows = readRows(file)
  return { file, input, fields, arrivalField, rows, next: undefined, arrival: Number.NEGATIVE_INFINITY, row: 0 }
}

async function* merged(sources: readonly Source[]): AsyncGenerator<HistoryRecord> {
  try {
    for (const source of sources) await advance(source)
    for (;;) {
      let first: Source | undefined
      for (const source of sources)
        if (source.next !== undefined && (first === undefined || source.arrival < first.arrival)) first = source
      if (first?.next === undefined) return
      yield first.next
      await advance(first)
    }
  } finally {
    for (const { rows } of sources) await rows.return(undefined)
  }
}

/** Reads the next row; one without a time comes with the row before it, and becomes a dead letter. */
async function advance(source: Source): Promise<void> {
  const { done, value } = await source.rows.next()
  source.next = undefined
  if (done) return
  source.row++
  const record = typedRecord(source.fields, value, source.row - 1)
  const arrival = record[source.arrivalField]
  source.next = { input: source.input.name, record }
  if (typeof arrival !== 'number' || !(arrival === arrival)) return
  if (arrival < source.arrival) {
    throw new MillraceError(
      'MILLRACE_CLI_DATA',
      `${basename(source.file)}, row ${source.row}`,
      `its '${source.arrivalField}' is before that of the row before`,
      `Sort the file by '${source.arrivalField}'`,
    )
  }
  source.arrival = arrival
}
