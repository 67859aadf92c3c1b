import { AvroEncoder } from '../codec/avro-encoder.ts'
import { encodeJson } from '../codec/encode-json.ts'
import type { EventSchema } from '../codec/event-schema.ts'
import { readRecord } from '../codec/read-record.ts'
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

/** Appends plain records to the topic of an input: checked by its schema, with the key that joins, all in one batch. */
export class RecordAppender {
  private readonly input: GraphInput
  private readonly schema: EventSchema
  private readonly log: Log
  private readonly registry: SchemaRegistry
  private readonly key: number
  private readonly time: number
  private avro: AvroEncoder | undefined

  constructor(input: GraphInput, schema: EventSchema, log: Log, registry: SchemaRegistry) {
    this.input = input
    this.schema = schema
    this.log = log
    this.registry = registry
    const place = (field: number) => schema.fields.findIndex(({ name }) => name === input.fields[field].name)
    this.key = place(input.key)
    this.time = place(input.time)
  }

  /** `nowMs` is the timestamp of records when `options` says now. Throws MILLRACE_API_RECORDS with the list of what is wrong as its cause. */
  async append(records: readonly unknown[], options: AppendOptions, nowMs: number): Promise<AppendReport> {
    const columns = new InputColumns(this.schema.fields, Math.max(1, records.length))
    const rejected: RejectedInput[] = []
    const good: number[] = []
    for (let index = 0; index < records.length; index++) {
      const wrong = this.read(records[index], columns, columns.add(0, 0, index))
      if (wrong === undefined) good.push(index)
      else rejected.push({ index, ...wrong })
    }
    if (rejected.length > 0 && (!options.partial || good.length === 0)) throw this.refusal(rejected, records.length)
    if (good.length > 0) await this.write(columns, good, options, nowMs)
    return { appended: good.length, rejected }
  }

  private read(record: unknown, columns: InputColumns, row: number): Omit<RejectedInput, 'index'> | undefined {
    const { fields } = this.schema
    const wrong = readRecord(fields, record, columns, row)
    if (wrong !== undefined) {
      const end = wrong.indexOf(': ')
      const field = end < 0 ? undefined : fields.find(({ name }) => name === wrong.slice(0, end))
      return field === undefined ? { field: null, wrong } : { field: field.name, wrong: wrong.slice(end + 2) }
    }
    const names = fields.map(({ name }) => name)
    const unknown = Object.keys(record as object).find((name) => !names.includes(name))
    if (unknown !== undefined)
      return { field: unknown, wrong: `the schema has no such field. ${nearest(unknown, names)}` }
    if (this.keyOf(columns, row) === undefined) return { field: names[this.key], wrong: 'the key is missing' }
    const time = this.timeOf(columns, row)
    return time >= timeRange.earliestMs && time <= timeRange.latestMs
      ? undefined
      : { field: names[this.time], wrong: 'the time is missing, before 1900 or after the year 275760' }
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

  private refusal(rejected: readonly RejectedInput[], records: number): MillraceError {
    const wrong = `${rejected.length} of ${records} records are not what ${this.input.schema} says, and nothing was appended`
    const remedy = 'Mend the records that are listed, or append the others alone by partial=true'
    return new MillraceError('MILLRACE_API_RECORDS', `input '${this.input.name}'`, wrong, remedy, { cause: rejected })
  }
}
