import type avsc from 'avsc'
import { MillraceError } from '../errors.ts'
import type { RecordBatch } from '../log/record-batch.ts'
import type { FieldType } from '../stream/field-type.ts'
import type { InputColumns, NumberColumn } from '../stream/input-columns.ts'
import type { StringColumn } from '../stream/string-column.ts'
import { type AvroSchema, avroType } from './avro-schema.ts'
import { ByteReader } from './byte-reader.ts'
import { type DecoderOptions, defaultMaxMessageBytes, type EventDecoder } from './event-decoder.ts'
import { type EventField, type EventSchema, usedFields } from './event-schema.ts'
import { ReadOp, type ReadStep } from './read-step.ts'
import { resolveRecord } from './resolve-record.ts'
import { skipValue } from './skip-value.ts'
import { validUtf8 } from './valid-utf8.ts'

/** Writer schemas kept; beyond, the oldest is forgotten and asked for again. */
const maxWriters = 1_000

/** A writer schema, resolved: what to do with its records, or why they can't be read. */
interface Writer {
  readonly schema: AvroSchema | undefined
  readonly steps: readonly ReadStep[]
  readonly cause: string | undefined
}

/**
 * Decodes Avro values in Confluent's wire format (a zero byte, the writer schema's id as a big-endian 32-bit number, the
 * record) into columns, by a reader schema of which only the fields asked for are read. Strings are copied as UTF-8
 * bytes; no object is made for a record. Rejected: values that are null, oversize, without the magic byte, of an unknown or
 * incompatible schema, cut off or with bytes left over, numbers that are NaN or infinite, text that is not UTF-8.
 */
export class AvroDecoder implements EventDecoder {
  readonly schema: EventSchema
  /** The columns' fields, in order. */
  readonly fields: readonly EventField[]
  unresolved = -1
  private readonly type: avsc.types.RecordType
  private readonly maxMessageBytes: number
  private readonly writers = new Map<number, Writer>()
  private readonly reader = new ByteReader()

  /** `fields` are those of the schema that the columns hold, in the columns' order; left out = all. Throws MILLRACE_CODEC_SCHEMA. */
  constructor(schema: EventSchema, fields: readonly FieldType[] = schema.fields, options: DecoderOptions = {}) {
    this.schema = schema
    this.fields = usedFields(schema, fields)
    this.type = avroType(schema.avro, schema.name) as avsc.types.RecordType
    this.maxMessageBytes = options.maxMessageBytes ?? defaultMaxMessageBytes
  }

  define(id: number, schema: AvroSchema | undefined): string | undefined {
    const writer = this.writerOf(id, schema)
    this.writers.delete(id)
    this.writers.set(id, writer)
    if (this.writers.size > maxWriters) this.writers.delete(this.writers.keys().next().value as number)
    return writer.cause
  }

  decode(batch: RecordBatch, from: number, to: number, columns: InputColumns): number {
    const { bytes, valueStarts, valueEnds } = batch
    const { reader } = this
    reader.take(bytes)
    let id = -1
    let writer: Writer | undefined
    for (let i = from; i < to; i++) {
      const start = valueStarts[i]
      const end = valueEnds[i]
      const misframed = this.misframed(bytes, start, end)
      if (misframed === undefined) {
        const next = schemaIdAt(bytes, start)
        if (next !== id) {
          id = next
          writer = this.writers.get(id)
          if (writer === undefined) {
            this.unresolved = id
            return i
          }
        }
      }
      const row = columns.add(batch.timestamps[i], batch.partition, batch.offsets[i])
      const cause =
        misframed ?? (writer as Writer).cause ?? this.read((writer as Writer).steps, start + 5, end, columns, row)
      if (cause !== undefined) columns.reject(row, cause)
    }
    this.unresolved = -1
    return to
  }

  private writerOf(id: number, schema: AvroSchema | undefined): Writer {
    if (schema === undefined) return { schema, steps: [], cause: `the schema registry has no schema with id ${id}` }
    try {
      const place = `schema id ${id}`
      const steps = resolveRecord(this.type, this.fields, avroType(schema, place), place)
      return { schema, steps, cause: undefined }
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error
      return { schema, steps: [], cause: error.message }
    }
  }

  private misframed(bytes: Uint8Array, start: number, end: number): string | undefined {
    if (start < 0) return 'the value is null (a tombstone)'
    if (end - start > this.maxMessageBytes)
      return `the value has ${end - start} bytes, more than ${this.maxMessageBytes}`
    if (end - start < 5) return `the value has ${end - start} bytes, fewer than the 5 of the wire format's prefix`
    if (bytes[start] !== 0) return `the value begins with byte ${bytes[start]}, not with the wire format's 0`
    return undefined
  }

  /** Reads a record into a row; gives what is wrong with it. */
  private read(
    steps: readonly ReadStep[],
    start: number,
    end: number,
    columns: InputColumns,
    row: number,
  ): string | undefined {
    const { reader } = this
    reader.open(start, end)
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]
      const before = reader.position
      if (step.op === ReadOp.union) {
        const branch = step.branches[reader.long(false)]
        if (branch === undefined) reader.fail('a union has an index without a type')
        else readValue(reader, branch, columns, row)
      } else {
        readValue(reader, step, columns, row)
      }
      if (reader.wrong !== undefined) return `${step.name}: ${reader.wrong}`
      if (step.stay) reader.position = before
    }
    return reader.position === end ? undefined : `${end - reader.position} bytes are left over after the record`
  }
}

function readValue(reader: ByteReader, step: ReadStep, columns: InputColumns, row: number): void {
  switch (step.op) {
    case ReadOp.int:
      ;(columns.fields[step.column] as NumberColumn).values[row] = reader.int()
      return
    case ReadOp.long:
      ;(columns.fields[step.column] as NumberColumn).values[row] = reader.long(false)
      return
    case ReadOp.roundedLong:
      ;(columns.fields[step.column] as NumberColumn).values[row] = reader.long(true)
      return
    case ReadOp.float:
      return setFinite(reader, columns.fields[step.column] as NumberColumn, row, reader.float())
    case ReadOp.double:
      return setFinite(reader, columns.fields[step.column] as NumberColumn, row, reader.double())
    case ReadOp.boolean:
      ;(columns.fields[step.column] as NumberColumn).values[row] = reader.boolean()
      return
    case ReadOp.text:
      return setText(reader, columns.fields[step.column] as StringColumn, row)
    case ReadOp.symbol:
      return setSymbol(reader, columns.fields[step.column] as StringColumn, row, step.symbols)
    case ReadOp.skipLong:
      reader.long(true)
      return
    case ReadOp.skipBytes:
      return reader.skip(reader.length())
    case ReadOp.skipDouble:
      return reader.skip(8)
    case ReadOp.skip:
      return skipValue(step.type as avsc.Type, reader)
    case ReadOp.misfit:
      return reader.fail(
        step.type?.typeName === 'null'
          ? 'null, where the schema allows none'
          : `a value of type ${step.type?.typeName}`,
      )
    default:
      return setConstant(step, columns, row)
  }
}

function setFinite(reader: ByteReader, column: NumberColumn, row: number, value: number): void {
  if (value - value === 0) column.values[row] = value
  else reader.fail(`the number is ${value}`)
}

function setText(reader: ByteReader, column: StringColumn, row: number): void {
  const length = reader.length()
  const from = reader.position
  const to = from + length
  const { bytes } = reader
  reader.position = to
  for (let i = from; i < to; i++) {
    if (bytes[i] < 128) continue
    if (validUtf8(bytes, i, to)) break
    return reader.fail('the text is not valid UTF-8')
  }
  column.setBytes(row, bytes, from, to)
}

function setSymbol(reader: ByteReader, column: StringColumn, row: number, symbols: ReadStep['symbols']): void {
  const index = reader.long(false)
  const symbol = symbols[index]
  if (symbol !== undefined) column.setBytes(row, symbol, 0, symbol.length)
  else
    reader.fail(
      index >= 0 && index < symbols.length
        ? `symbol ${index} of the writer's enum is not one of the schema's`
        : 'an enum has an index without a symbol',
    )
}

/** Null, or the default of a field that the writer lacks. */
function setConstant(step: ReadStep, columns: InputColumns, row: number): void {
  const column = columns.fields[step.column]
  if (columns.types[step.column].type !== 'string')
    (column as NumberColumn).values[row] = step.op === ReadOp.nothing ? Number.NaN : step.number
  else if (step.text === undefined) (column as StringColumn).setNull(row)
  else (column as StringColumn).setBytes(row, step.text, 0, step.text.length)
}

function schemaIdAt(bytes: Uint8Array, start: number): number {
  return ((bytes[start + 1] << 24) | (bytes[start + 2] << 16) | (bytes[start + 3] << 8) | bytes[start + 4]) >>> 0
}
