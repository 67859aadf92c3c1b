import { basename } from 'node:path'
import type { HistoryRecord } from '../backtest/record-writer.ts'
import type { EventField } from '../codec/event-schema.ts'
import { MillraceError } from '../errors.ts'
import type { LoadedStream } from '../service/load-stream.ts'
import type { FieldType } from '../stream/field-type.ts'
import type { GraphInput } from '../stream/graph.ts'
import { timeRange } from '../stream/time-range.ts'
import { readRows, type Row, rowFormat } from './read-rows.ts'
import { typedRecord } from './typed-record.ts'

/** A file that is the history of an input, and the row of it that comes next. */
interface Source {
  readonly file: string
  readonly input: GraphInput
  readonly fields: readonly EventField[]
  readonly arrivalField: string
  readonly rows: AsyncGenerator<Row>
  next: HistoryRecord | undefined
  arrival: number
  row: number
  /** Rows that will be rejected, and what is wrong with the first. */
  useless: number
  wrong: string | undefined
}

export interface FileHistoryOptions {
  /** Told what is missing or left out, for people. */
  readonly note?: (text: string) => void
  /** Leaves out rows that the stream can't use, instead of letting them become dead letters. */
  readonly usableOnly?: boolean
}

/**
 * The rows of files as the history of a stream, merged by arrival: the input's arrival field, else its time field. Each
 * of `named` is `<input>=<file>`, or just the file where the stream has one input. Rows are typed by the input's schema,
 * and a file must be in order of arrival; rows of the same time come in the order in which the files are named.
 * Throws MILLRACE_CLI_USAGE, MILLRACE_CLI_FILE; while it is read MILLRACE_CLI_DATA, also in the end where no row of a file
 * is what the schema says.
 */
export function fileHistory(
  loaded: LoadedStream,
  named: readonly string[],
  options: FileHistoryOptions = {},
): AsyncGenerator<HistoryRecord> {
  const sources = named.map((text) => sourceOf(loaded, text))
  return merged(sources, options)
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
  const fresh = { next: undefined, arrival: Number.NEGATIVE_INFINITY, row: 0, useless: 0, wrong: undefined }
  return { file, input, fields, arrivalField, rows: readRows(file), ...fresh }
}

async function* merged(sources: readonly Source[], options: FileHistoryOptions): AsyncGenerator<HistoryRecord> {
  try {
    for (const source of sources) await advance(source, options)
    for (;;) {
      let first: Source | undefined
      for (const source of sources)
        if (source.next !== undefined && (first === undefined || source.arrival < first.arrival)) first = source
      if (first?.next === undefined) break
      yield first.next
      await advance(first, options)
    }
  } finally {
    for (const { rows, file, row, useless, wrong } of sources) {
      await rows.return(undefined)
      if (options.usableOnly && useless > 0 && useless < row)
        options.note?.(`${basename(file)}: ${useless} of ${row} rows can't be used and are left out (${wrong}).`)
    }
  }
  for (const source of sources) if (source.useless === source.row) throw ofNoUse(source)
}

/** Reads the next row, of those that are not left out. */
async function advance(source: Source, options: FileHistoryOptions): Promise<void> {
  for (;;) {
    source.next = undefined
    const { done, value } = await source.rows.next()
    if (done) return
    if (source.row++ === 0) checkColumns(source, value, options)
    if (take(source, value) || !options.usableOnly) return
  }
}

/** Makes a row the source's next record; one without a time comes with the row before it. Whether the stream can use it. */
function take(source: Source, value: Row): boolean {
  const { input, fields, file, row, arrivalField } = source
  const record = typedRecord(fields, value, row - 1)
  const arrival = record[arrivalField]
  source.next = { input: input.name, record, arrival: isTime(arrival) ? arrival : source.arrival }
  const wrong = wrongOf(input, record)
  if (wrong !== undefined) {
    source.useless++
    source.wrong ??= `row ${row}: ${wrong}`
  }
  if (isTime(arrival) && arrival < source.arrival) {
    throw new MillraceError(
      'MILLRACE_CLI_DATA',
      `${basename(file)}, row ${row}`,
      `its '${arrivalField}' is before that of the row before`,
      `Sort the file by '${arrivalField}'`,
    )
  }
  if (isTime(arrival)) source.arrival = arrival
  return wrong === undefined
}

/** That a file has a column for each field that must have a value; of JSON lines, which may leave out what is null, for any. */
function checkColumns({ file, input, fields }: Source, row: Row, { note }: FileHistoryOptions): void {
  const known = typedRecord(fields, row, 0)
  const absent = input.fields.filter(({ name }) => known[name] === undefined)
  const missing = absent.filter(({ nullable }) => !nullable)
  if (rowFormat(file) === 'jsonl' && absent.length < input.fields.length) return
  if (missing.length === 0) {
    const names = listed(absent.map(({ name }) => name))
    if (absent.length > 0) note?.(`${basename(file)} has no column for ${names}: there is none in any row.`)
    return
  }
  const found = Object.keys(row)
  throw new MillraceError(
    'MILLRACE_CLI_DATA',
    basename(file),
    `it has no column for ${listed(missing.map(({ name }) => name))}, which ${input.schema} says each row has; its columns are ${listed(found)}`,
    `Name the file with the rows of input '${input.name}', or give the fields in ${input.schema} the names of its columns with "column"`,
  )
}

/** What is wrong with a record for the stream: a value that is missing or of the wrong type, or a time that can't be. */
function wrongOf(input: GraphInput, record: Readonly<Record<string, unknown>>): string | undefined {
  for (const field of input.fields) {
    const value = record[field.name]
    if (value === undefined || value === null) {
      if (!field.nullable) return `'${field.name}' is missing`
    } else if (!fits(field, value)) return `'${field.name}' is ${JSON.stringify(value)}, no ${kinds[field.type]}`
  }
  return undefined
}

const kinds = { number: 'number', timestamp: 'time', boolean: 'boolean', string: 'text' } as const

function fits({ type }: FieldType, value: unknown): boolean {
  if (type === 'timestamp') return isTime(value)
  return typeof value === type && (type !== 'number' || Number.isFinite(value))
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= timeRange.earliestMs && value <= timeRange.latestMs
}

function ofNoUse({ file, input, wrong }: Source): MillraceError {
  const expected = input.fields.map(
    ({ name, type, nullable }) => `${name} (${kinds[type]}${nullable ? ' or none' : ''})`,
  )
  return new MillraceError(
    'MILLRACE_CLI_DATA',
    basename(file),
    wrong === undefined ? 'there are no rows in it' : `none of its rows can be used (${wrong})`,
    `Give rows of input '${input.name}' as ${input.schema} describes them: ${listed(expected)}; times as ISO 8601, or since 1970 in seconds or milliseconds`,
  )
}

const LISTED = 12

function listed(names: readonly string[]): string {
  return names.length <= LISTED
    ? names.join(', ')
    : `${names.slice(0, LISTED).join(', ')} and ${names.length - LISTED} more`
}
