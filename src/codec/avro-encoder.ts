import type avsc from 'avsc'
import { MillraceError } from '../errors.ts'
import type { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'
import type { InputColumns, NumberColumn } from '../stream/input-columns.ts'
import type { StringColumn } from '../stream/string-column.ts'
import { type AvroSchema, avroType } from './avro-schema.ts'
import { WriteOp, type WriteStep, writeSteps } from './write-step.ts'
import { writeVarint } from './write-varint.ts'

/**
 * Encodes Avro values in Confluent's wire format straight into a batch under construction, without an object or buffer
 * for each. A record is written field by field, in the schema's order: `begin`, one call a field, `end`; or from
 * columns by `row`; or, for any schema but slower, from an object by `record`. The builder's last record gets the value.
 * All throw MILLRACE_CODEC_ENCODE for what the schema doesn't allow; the caller then takes the record back by `removeLast`.
 */
export class AvroEncoder {
  readonly place: string
  readonly schemaId: number
  private readonly type: avsc.types.RecordType
  private readonly steps: readonly WriteStep[]
  private builder: OutgoingBatchBuilder | undefined
  private next = 0

  /** `place` names the schema in errors. Throws MILLRACE_CODEC_SCHEMA. */
  constructor(schema: AvroSchema, schemaId: number, place: string) {
    this.place = place
    this.schemaId = schemaId
    const type = avroType(schema, place)
    if (type.typeName !== 'record') {
      throw new MillraceError('MILLRACE_CODEC_SCHEMA', place, `the schema is ${type.typeName}`, 'A value is a record')
    }
    this.type = type as avsc.types.RecordType
    this.steps = writeSteps(this.type)
  }

  /** Begins the value of the builder's last record. */
  begin(builder: OutgoingBatchBuilder): void {
    builder.room(5)
    builder.beginValue()
    const { bytes, used } = builder
    const id = this.schemaId
    bytes[used] = 0
    bytes[used + 1] = id >>> 24
    bytes[used + 2] = id >>> 16
    bytes[used + 3] = id >>> 8
    bytes[used + 4] = id
    builder.used = used + 5
    this.builder = builder
    this.next = 0
  }

  end(): void {
    if (this.next < this.steps.length) throw this.wrong(this.steps[this.next], 'the record ended without it')
    this.current().endValue()
    this.builder = undefined
  }

  null(): void {
    const step = this.field()
    if (step.nullIndex < 0) throw this.wrong(step, 'null, where the schema allows none')
    const builder = this.current()
    builder.room(1)
    builder.bytes[builder.used++] = step.nullIndex
  }

  /** An int, long (timestamps too), float or double. */
  number(value: number): void {
    const step = this.field()
    const builder = this.open(step, 10)
    if (step.op === WriteOp.double) {
      builder.used = builder.bytes.writeDoubleLE(value, builder.used)
    } else if (step.op === WriteOp.long || step.op === WriteOp.int) {
      const whole = step.op === WriteOp.int ? value === (value | 0) : Number.isSafeInteger(value)
      if (!whole) throw this.wrong(step, `${value} is not ${step.op === WriteOp.int ? 'an int' : 'a long'}`)
      builder.used = writeVarint(builder.bytes, builder.used, value)
    } else if (step.op === WriteOp.float) {
      builder.used = builder.bytes.writeFloatLE(value, builder.used)
    } else {
      throw this.wrong(step, 'a number, where the schema has another type')
    }
  }

  boolean(value: boolean): void {
    const step = this.field()
    const builder = this.open(step, 1)
    if (step.op !== WriteOp.boolean) throw this.wrong(step, 'a boolean, where the schema has another type')
    builder.bytes[builder.used++] = value ? 1 : 0
  }

  /** A string, or a symbol of an enum. */
  text(value: string): void {
    const step = this.field()
    const builder = this.open(step, 10 + value.length * 3)
    if (step.op === WriteOp.text) return writeText(builder, value)
    if (step.op !== WriteOp.symbol) throw this.wrong(step, 'a string, where the schema has another type')
    const symbol = step.symbols.get(value)
    if (symbol === undefined) throw this.wrong(step, `'${value}' is not one of its symbols`)
    builder.used = writeVarint(builder.bytes, builder.used, symbol)
  }

  /** Bytes, or a string or symbol given as UTF-8: `source[from ... to - 1]`. */
  bytes(source: Uint8Array, from: number, to: number): void {
    const step = this.steps[this.next]
    if (step?.op !== WriteOp.text && step?.op !== WriteOp.bytes)
      return this.text(Buffer.from(source.subarray(from, to)).toString('utf8'))
    this.next++
    const builder = this.open(step, 10 + to - from)
    const { bytes } = builder
    let at = writeVarint(bytes, builder.used, to - from)
    for (let i = from; i < to; i++) bytes[at++] = source[i]
    builder.used = at
  }

  /** An array of doubles: `values[from ... from + count - 1]`. */
  numbers(values: ArrayLike<number>, from: number, count: number): void {
    const step = this.field()
    const builder = this.open(step, 12 + count * 8)
    if (step.op !== WriteOp.numbers) throw this.wrong(step, 'an array of numbers, where the schema has another type')
    const { bytes } = builder
    let at = builder.used
    if (count > 0) at = writeVarint(bytes, at, count)
    for (let i = 0; i < count; i++) at = bytes.writeDoubleLE(values[from + i], at)
    bytes[at++] = 0
    builder.used = at
  }

  /** A map of doubles: `values[from + i]` by `names[i]`. */
  numbersByName(names: readonly string[], values: ArrayLike<number>, from: number): void {
    const step = this.field()
    const builder = this.open(step, 12)
    if (step.op !== WriteOp.numbersByName) throw this.wrong(step, 'a map of numbers, where the schema has another type')
    if (names.length > 0) builder.used = writeVarint(builder.bytes, builder.used, names.length)
    for (let i = 0; i < names.length; i++) {
      builder.room(20 + names[i].length * 3)
      writeText(builder, names[i])
      builder.used = builder.bytes.writeDoubleLE(values[from + i], builder.used)
    }
    builder.bytes[builder.used++] = 0
  }

  /** A whole value from a row of columns, which hold the schema's fields in its order; NaN and missing text are null. */
  row(builder: OutgoingBatchBuilder, columns: InputColumns, row: number): void {
    this.begin(builder)
    const { fields, types } = columns
    for (let i = 0; i < fields.length; i++) {
      if (types[i].type === 'string') {
        const column = fields[i] as StringColumn
        if (column.starts[row] < 0) this.null()
        else this.bytes(column.bytes, column.starts[row], column.ends[row])
      } else {
        const value = (fields[i] as NumberColumn).values[row]
        if (value !== value) this.null()
        else if (types[i].type === 'boolean') this.boolean(value === 1)
        else this.number(value)
      }
    }
    this.end()
  }

  /** A whole value from an object: of any types, by avsc; bytes are Buffers. */
  record(builder: OutgoingBatchBuilder, record: object): void {
    this.begin(builder)
    try {
      let end = this.type.encode(record, builder.bytes, builder.used)
      while (end < 0) {
        builder.room(builder.bytes.length - builder.used - end)
        end = this.type.encode(record, builder.bytes, builder.used)
      }
      builder.used = end
    } catch (cause) {
      if (cause instanceof MillraceError) throw cause
      throw new MillraceError('MILLRACE_CODEC_ENCODE', this.place, (cause as Error).message, remedy, { cause })
    }
    this.next = this.steps.length
    this.end()
  }

  private field(): WriteStep {
    const step = this.steps[this.next++]
    if (step !== undefined) return step
    throw new MillraceError('MILLRACE_CODEC_ENCODE', this.place, 'more values than the record has fields', remedy)
  }

  /** Makes room for a field's value and writes the index of its union. */
  private open(step: WriteStep, length: number): OutgoingBatchBuilder {
    const builder = this.current()
    builder.room(length + 1)
    if (step.valueIndex >= 0) builder.bytes[builder.used++] = step.valueIndex
    return builder
  }

  private current(): OutgoingBatchBuilder {
    if (this.builder !== undefined) return this.builder
    throw new MillraceError('MILLRACE_CODEC_ENCODE', this.place, 'a value was written outside of a record', remedy)
  }

  private wrong(step: WriteStep, what: string): MillraceError {
    return new MillraceError('MILLRACE_CODEC_ENCODE', `${this.place}, field '${step.name}'`, what, remedy)
  }
}

const remedy = `Write each field of the schema, in its order, with a value of its type`

/** Writes a string; its room is there. */
function writeText(builder: OutgoingBatchBuilder, text: string): void {
  const { bytes, used } = builder
  let at = writeVarint(bytes, used, text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 127) {
      at = writeVarint(bytes, used, Buffer.byteLength(text))
      builder.used = at + bytes.write(text, at)
      return
    }
    bytes[at++] = code
  }
  builder.used = at
}
