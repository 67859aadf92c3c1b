import { allowedValues } from '../codec/allowed-values.ts'
import { AvroEncoder } from '../codec/avro-encoder.ts'
import { encodeJson } from '../codec/encode-json.ts'
import type { EventSchema } from '../codec/event-schema.ts'
import { plainName, readField } from '../codec/read-field.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import { MillraceError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'
import { partitionOfKey } from '../log/partition-of-key.ts'
import type { GraphInput } from '../stream/graph.ts'
import { InputColumns, type NumberColumn } from '../stream/input-columns.ts'
import { nearest } from '../stream/nearest.ts'
import type { StringColumn } from '../stream/string-column.ts'
import { timeRange } from '../stream/time-range.ts'
import type { AppendOptions, AppendReport, RejectedInput } from './stream-view.ts'

const encoder = new TextEncoder()
const AHEAD_MS = 86_400_000 // clocks differ, and dates have zones
const SHOWN = 100 // characters of a text that is wrong

type Fault = Omit<RejectedInput, 'index'>
const none: readonly Fault[] = []

/** Appends plain records to the topic of an input: checked by its schema, with the key that joins, all in one batch. */
export class RecordAppender {
  private readonly input: GraphInput
  private readonly schema: EventSchema
  private readonly log: Log
  private readonly registry: SchemaRegistry
  private readonly key: number
  private readonly time: number
  private readonly names: ReadonlySet<string>
  private avro: AvroEncoder | undefined

  constructor(input: GraphInput, schema: EventSchema, log: Log, registry: SchemaRegistry) {
    this.input = input
    this.schema = schema
    this.log = log
    this.registry = registry
    const place = (field: number) => schema.fields.findIndex(({ name }) => name === input.fields[field].name)
    this.key = place(input.key)
    this.time = place(input.time)
    this.names = new Set(schema.fields.map(({ name }) => name))
  }

  /** `nowMs` is the timestamp of records when `options` says now. Throws MILLRACE_API_RECORDS with the list of what is wrong as its cause. */
  async append(records: readonly unknown[], options: AppendOptions, nowMs: number): Promise<AppendReport> {
    const columns = new InputColumns(this.schema.fields, Math.max(1, records.length))
    const rejected: RejectedInput[] = []
    const good: number[] = []
    const latestMs = options.timestamp === 'event' ? nowMs + AHEAD_MS : Infinity
    for (let index = 0; index < records.length; index++) {
      const faults = this.read(records[index], columns, columns.add(0, 0, index), latestMs)
      if (faults.length === 0) good.push(index)
      for (const fault of faults) rejected.push({ index, ...fault })
    }
    if (rejected.length > 0 && (!options.partial || good.length === 0))
      throw this.refusal(rejected, records.length - good.length, records.length)
    if (good.length > 0) await this.write(columns, good, options, nowMs)
    return { appended: good.length, rejected }
  }

  /** Puts a record into a row and gives all that is wrong with it. */
  private read(record: unknown, columns: InputColumns, row: number, latestMs: number): readonly Fault[] {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      return [{ field: null, wrong: `the record is ${plainName(record)}, not an object` }]
    const { fields } = this.schema
    let faults: Fault[] | undefined
    for (let i = 0; i < fields.length; i++) {
      const wrong = readField(fields[i], record, columns.fields[i], row) ?? this.unusable(i, columns, row, latestMs)
      if (wrong === undefined) continue
      const allowed = allowedValues(fields[i])
      faults = [...(faults ?? none), { field: fields[i].name, wrong, ...given(record, fields[i].name), allowed }]
    }
    for (const name in record) {
      if (this.names.has(name) || !Object.hasOwn(record, name)) continue
      const names = [...this.names]
      const wrong = `the schema has no such field. ${nearest(name, names)}`
      faults = [...(faults ?? none), { field: name, wrong, ...given(record, name), allowed: names }]
    }
    return faults ?? none
  }

  /** What is wrong with a key or a time that is right by the schema. */
  private unusable(field: number, columns: InputColumns, row: number, latestMs: number): string | undefined {
    if (field === this.key && this.keyOf(columns, row) === undefined) return 'the key is missing'
    if (field !== this.time) return undefined
    const time = this.timeOf(columns, row)
    if (!(time >= timeRange.earliestMs && time <= timeRange.latestMs))
      return 'the time is missing, before 1900 or after the year 275760'
    return time <= latestMs
      ? undefined
      : 'the time is more than a day ahead, and is to be the timestamp: the clock of the stream would jump there'
  }

  private async write(
    columns: InputColumns,
    rows: readonly number[],
    options: AppendOptions,
    nowMs: number,
  ): Promise<void> {
    const { topic, format } = this.input
    const partitions = await this.partitions()
    const builders = Array.from({ length: partitions }, (_, p) => new OutgoingBatchBuilder(topic, p, 16))
    const avro = format === 'avro' ? await this.avroEncoder() : undefined
    for (const row of rows) {
      const key = this.keyOf(columns, row) as Uint8Array
      const builder = builders[partitionOfKey(key, 0, key.length, partitions)]
      const { timestamp } = options
      builder.add(
        timestamp === 'now' ? nowMs : timestamp === 'event' ? Math.max(0, this.timeOf(columns, row)) : timestamp,
      )
      builder.setKey(key)
      if (avro === undefined) encodeJson(builder, columns, row)
      else avro.row(builder, columns, row)
    }
    await this.log.append(builders.filter((builder) => builder.count > 0))
  }

  private timeOf(columns: InputColumns, row: number): number {
    return (columns.fields[this.time] as NumberColumn).values[row]
  }

  /** The key's bytes, as the stream itself writes the keys of predictions; undefined where there is none. */
  private keyOf(columns: InputColumns, row: number): Uint8Array | undefined {
    if (this.schema.fields[this.key].type === 'string') {
      const { bytes, starts, ends } = columns.fields[this.key] as StringColumn
      return starts[row] < 0 ? undefined : bytes.slice(starts[row], ends[row])
    }
    const value = (columns.fields[this.key] as NumberColumn).values[row]
    return Number.isNaN(value) ? undefined : encoder.encode(String(value))
  }

  private async avroEncoder(): Promise<AvroEncoder> {
    const { topic } = this.input
    this.avro ??= new AvroEncoder(
      this.schema.avro,
      await this.registry.register(`${topic}-value`, this.schema.avro),
      topic,
    )
    return this.avro
  }

  private async partitions(): Promise<number> {
    const { topic } = this.input
    const found = (await this.log.topics()).find(({ name }) => name === topic)
    if (found !== undefined) return found.partitions
    throw new MillraceError(
      'MILLRACE_API_NOT_READY',
      `topic ${topic}`,
      'it is not there yet',
      'Try again when the stream runs',
    )
  }

  private refusal(rejected: readonly RejectedInput[], bad: number, records: number): MillraceError {
    const wrong = `${bad} of ${records} records are not what ${this.input.schema} says, and nothing was appended`
    const remedy = 'Mend the records that are listed, or append the others alone by partial=true'
    return new MillraceError('MILLRACE_API_RECORDS', `input '${this.input.name}'`, wrong, remedy, { cause: rejected })
  }
}

function given(record: object, name: string): Pick<RejectedInput, 'value'> {
  const value = Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : undefined
  if (typeof value === 'string') return { value: value.slice(0, SHOWN) }
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? { value } : {}
}
