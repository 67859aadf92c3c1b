import type { RecordBatch } from '../log/record-batch.ts'
import type { FieldType } from '../stream/field-type.ts'
import type { InputColumns } from '../stream/input-columns.ts'
import { type DecoderOptions, defaultMaxMessageBytes, type EventDecoder } from './event-decoder.ts'
import { type EventField, type EventSchema, usedFields } from './event-schema.ts'
import { readRecord } from './read-record.ts'

/** Decodes JSON values, one object a record, into columns, checked by the same schema as Avro values are. */
export class JsonDecoder implements EventDecoder {
  readonly schema: EventSchema
  /** The columns' fields, in order. */
  readonly fields: readonly EventField[]
  /** JSON names no writer schema. */
  readonly unresolved = -1
  private readonly maxMessageBytes: number
  private readonly decoder = new TextDecoder('utf-8', { fatal: true })

  /** `fields` are those of the schema that the columns hold, in the columns' order; left out = all. */
  constructor(schema: EventSchema, fields: readonly FieldType[] = schema.fields, options: DecoderOptions = {}) {
    this.schema = schema
    this.fields = usedFields(schema, fields)
    this.maxMessageBytes = options.maxMessageBytes ?? defaultMaxMessageBytes
  }

  define(): undefined {}

  decode(batch: RecordBatch, from: number, to: number, columns: InputColumns): number {
    for (let i = from; i < to; i++) {
      const row = columns.add(batch.timestamps[i], batch.partition, batch.offsets[i])
      const cause = this.read(batch.bytes, batch.valueStarts[i], batch.valueEnds[i], columns, row)
      if (cause !== undefined) columns.reject(row, cause)
    }
    return to
  }

  private read(bytes: Uint8Array, start: number, end: number, columns: InputColumns, row: number): string | undefined {
    if (start < 0) return 'the value is null (a tombstone)'
    if (end - start > this.maxMessageBytes)
      return `the value has ${end - start} bytes, more than ${this.maxMessageBytes}`
    let record: unknown
    try {
      record = JSON.parse(this.decoder.decode(bytes.subarray(start, end)))
    } catch (error) {
      return `the value is not valid JSON (${(error as Error).message.slice(0, 200)})`
    }
    return readRecord(this.fields, record, columns, row)
  }
}
