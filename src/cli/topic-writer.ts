import { AvroEncoder } from '../codec/avro-encoder.ts'
import { encodeJson } from '../codec/encode-json.ts'
import type { EventSchema } from '../codec/event-schema.ts'
import { readRecord } from '../codec/read-record.ts'
import { MillraceError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'
import { partitionOfKey } from '../log/partition-of-key.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import { InputColumns, type NumberColumn } from '../stream/input-columns.ts'
import { nearest } from '../stream/nearest.ts'
import type { StringColumn } from '../stream/string-column.ts'
import { timeRange } from '../stream/time-range.ts'

export interface TopicWriterOptions {
  readonly topic: string
  /** Of the topic, where it is to be made. */
  readonly partitions: number
  readonly schemaFile: string
  readonly schema: EventSchema
  readonly format: 'avro' | 'json'
  /** The field that is the records' key. */
  readonly key: string
  /** The field that is the records' timestamp; undefined = the time of writing. */
  readonly timestamp: string | undefined
  /** Later timestamps are turned down: they would move the clock of each stream that reads them, for good. Default: no bound. */
  readonly latestMs?: number
}

const BATCH_RECORDS = 5000
const text = new TextEncoder()

/** Writes plain records to a topic, checked by a schema, dealt over its partitions by key as Kafka's own clients do. */
export class TopicWriter {
  written = 0
  /** Records that were turned down because their timestamps lie ahead of `latestMs`. */
  ahead = 0
  private readonly log: Log
  private readonly schema: EventSchema
  private readonly encoder: AvroEncoder | undefined
  private readonly builders: readonly OutgoingBatchBuilder[]
  private readonly columns: InputColumns
  private readonly key: number
  private readonly timestamp: number
  private readonly latestMs: number
  private pending = 0

  private constructor(log: Log, partitions: number, options: TopicWriterOptions, encoder: AvroEncoder | undefined) {
    const { topic, schema, schemaFile, key, timestamp } = options
    this.log = log
    this.schema = schema
    this.encoder = encoder
    this.builders = Array.from({ length: partitions }, (_, partition) => new OutgoingBatchBuilder(topic, partition))
    this.columns = new InputColumns(schema.fields)
    this.key = fieldIndex(schema, schemaFile, key)
    this.latestMs = options.latestMs ?? Infinity
    this.timestamp = timestamp === undefined ? -1 : fieldIndex(schema, schemaFile, timestamp)
  }

  /** Creates the topic where it is not there. Throws MILLRACE_STREAM_UNKNOWN_FIELD, MILLRACE_CODEC_*, MILLRACE_LOG_*. */
  static async open(
    { log, registry }: Pick<EmbeddedPlatform, 'log' | 'registry'>,
    options: TopicWriterOptions,
  ): Promise<TopicWriter> {
    const { topic, schema, schemaFile, format } = options
    const there = (await log.topics()).find(({ name }) => name === topic)
    const partitions = there?.partitions ?? options.partitions
    const encoder =
      format === 'avro'
        ? new AvroEncoder(schema.avro, await registry.register(`${topic}-value`, schema.avro), schemaFile)
        : undefined
    const writer = new TopicWriter(log, partitions, options, encoder)
    if (there === undefined) await log.createTopic(topic, { partitions })
    return writer
  }

  /** Takes a record; says what is wrong with it, undefined when nothing is. */
  async write(record: object): Promise<string | undefined> {
    const { columns, key, timestamp } = this
    columns.clear()
    const row = columns.add(0, 0, 0)
    const wrong = readRecord(this.schema.fields, record, columns, row)
    if (wrong !== undefined) return wrong
    const keyText = textAt(columns, key, row)
    if (keyText === null) return `${this.schema.fields[key].name}: missing, and it is the key`
    const at = timestamp < 0 ? Date.now() : (columns.fields[timestamp] as NumberColumn).values[row]
    if (!(at >= timeRange.earliestMs && at <= timeRange.latestMs))
      return `${this.schema.fields[timestamp].name}: missing, before 1900 or after the year 275760, and it is the timestamp`
    if (at > this.latestMs && timestamp >= 0) {
      this.ahead++
      return `${this.schema.fields[timestamp].name}: ${new Date(at).toISOString()} is more than a day ahead, and it is the timestamp: the clock of a stream that reads it would jump there, and all labels waited for would be given up`
    }
    const keyBytes = text.encode(keyText)
    const builder = this.builders[partitionOfKey(keyBytes, 0, keyBytes.length, this.builders.length)]
    builder.add(Math.max(0, Math.floor(at))) // a log's timestamps begin in 1970
    builder.setKey(keyBytes)
    if (this.encoder === undefined) encodeJson(builder, columns, row)
    else this.encoder.row(builder, columns, row)
    if (++this.pending >= BATCH_RECORDS) await this.flush()
    return undefined
  }

  /** Makes durable what was taken. */
  async flush(): Promise<void> {
    const full = this.builders.filter(({ count }) => count > 0)
    if (full.length > 0) await this.log.append(full)
    for (const builder of full) builder.clear()
    this.written += this.pending
    this.pending = 0
  }
}

function fieldIndex(schema: EventSchema, file: string, name: string): number {
  const index = schema.fields.findIndex((field) => field.name === name)
  if (index >= 0) return index
  throw new MillraceError(
    'MILLRACE_STREAM_UNKNOWN_FIELD',
    file,
    `the schema has no field '${name}'`,
    nearest(
      name,
      schema.fields.map((field) => field.name),
    ),
  )
}

function textAt(columns: InputColumns, field: number, row: number): string | null {
  if (columns.types[field].type === 'string') return (columns.fields[field] as StringColumn).text(row)
  const value = (columns.fields[field] as NumberColumn).values[row]
  return value === value ? String(value) : null
}
