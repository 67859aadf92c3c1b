import { MillraceError } from '../errors.ts'
import type { FieldType } from '../stream/field-type.ts'
import { type AvroSchema, avroType } from './avro-schema.ts'

/** The Avro types that a field of an event may have. */
export type AvroFieldType = 'int' | 'long' | 'float' | 'double' | 'boolean' | 'string' | 'enum' | 'timestamp-millis'

/** A field of an event as its schema declares it. */
export interface EventField extends FieldType {
  readonly avro: AvroFieldType
  /** The values of an enum, in order; empty for other types. */
  readonly symbols: readonly string[]
  /** The value where an older writer has no such field; undefined = there is none, null = null. */
  readonly default: string | number | boolean | null | undefined
  readonly doc: string | undefined
  /** The attribute `column`: the column of files that holds the field where that is not its name; '#' = the row's number, or of a time one minute a row from 2020 on. */
  readonly column?: string
}

/** The reader schema of an event: a flat record. */
export interface EventSchema {
  /** The record's name, with its namespace. */
  readonly name: string
  readonly doc: string | undefined
  readonly fields: readonly EventField[]
  /** The schema itself. */
  readonly avro: AvroSchema
}

const allowed = 'int, long, float, double, boolean, string, an enum or a long with logicalType timestamp-millis'

/**
 * Reads the schema of an event: a flat record whose fields are int, long, float, double, boolean, string, enum or
 * timestamp-millis, each nullable as a union with null. `file` names it in errors. Throws MILLRACE_CODEC_SCHEMA.
 */
export function eventSchema(avro: AvroSchema, file: string): EventSchema {
  const type = avroType(avro, placeOfFault(avro, file))
  const record = avro as { doc?: string; fields: readonly FieldSchema[] }
  if (type.typeName !== 'record' || type.name === undefined) {
    throw wrong(file, `the schema is ${article(type.typeName)}`, 'An event is a record with a name and fields')
  }
  if (record.fields.length === 0) throw wrong(file, 'the record has no fields', 'Give it at least a key and a time')
  const enums = new Map<string, EnumSchema>() // by name: a later field may use an enum that an earlier one declared
  return {
    name: type.name,
    doc: record.doc,
    fields: record.fields.map((field) => eventField(field, `${file}, field '${field.name}'`, enums)),
    avro,
  }
}

/** The file, and the first field without which those before it would be right. */
function placeOfFault(avro: AvroSchema, file: string): string {
  const { fields } = (avro ?? {}) as { readonly fields?: readonly { readonly name?: unknown }[] }
  if (!Array.isArray(fields) || isRight(avro)) return file
  const at = fields.findIndex((_, i) => !isRight({ ...(avro as object), fields: fields.slice(0, i + 1) } as AvroSchema))
  const name = fields[at]?.name
  return typeof name === 'string' ? `${file}, field '${name}'` : file
}

function isRight(avro: AvroSchema): boolean {
  try {
    avroType(avro, '')
    return true
  } catch {
    return false
  }
}

/** The schema's fields of these names, in this order. Throws MILLRACE_CODEC_SCHEMA for a name that it hasn't. */
export function usedFields(schema: EventSchema, used: readonly FieldType[]): readonly EventField[] {
  return used.map((one) => {
    const field = schema.fields.find((candidate) => candidate.name === one.name)
    if (field === undefined)
      throw wrong(schema.name, `the schema has no field '${one.name}'`, 'Ask for fields that it has')
    return field
  })
}

interface FieldSchema {
  readonly name: string
  readonly type: AvroSchema
  readonly doc?: string
  readonly default?: string | number | boolean | null
  readonly column?: unknown
}

interface EnumSchema {
  readonly type: 'enum'
  readonly name: string
  readonly symbols: readonly string[]
}

function eventField(field: FieldSchema, place: string, enums: Map<string, EnumSchema>): EventField {
  let schema = field.type
  let nullable = false
  if (Array.isArray(schema)) {
    const others = schema.filter((branch) => nameOf(branch) !== 'null')
    if (others.length !== 1 || schema.length !== 2) {
      throw wrong(place, 'a union of several types', `Use one type, or a union of null and one of ${allowed}`)
    }
    schema = others[0]
    nullable = true
  }
  const avro = fieldType(schema, place, enums)
  const symbols = avro === 'enum' ? enumOf(schema, enums).symbols : []
  const { name, default: otherwise, doc, column } = field
  const read = { name, type: columnType(avro), nullable, avro, symbols, default: otherwise, doc }
  return typeof column === 'string' ? { ...read, column } : read
}

function fieldType(schema: AvroSchema, place: string, enums: Map<string, EnumSchema>): AvroFieldType {
  const name = nameOf(schema)
  const logical = logicalTypeOf(schema)
  if (logical !== undefined) return logicalFieldType(name, logical, place)
  if (name === 'enum' || enums.has(unqualified(name))) {
    const declared = enumOf(schema, enums)
    enums.set(unqualified(declared.name), declared)
    return 'enum'
  }
  if (isPlain(name)) return name
  throw wrong(place, `the type is ${name}, which can't be a column`, remedyFor(name))
}

function logicalFieldType(name: string, logical: string, place: string): AvroFieldType {
  if (logical === 'timestamp-millis' && name === 'long') return 'timestamp-millis'
  if (logical === 'uuid' && name === 'string') return 'string'
  const number = isPlain(name) ? `, or leave the logicalType out to read it as a plain ${name}` : ''
  throw wrong(
    place,
    `the logical type is ${logical} on ${name}`,
    `Use a long with logicalType timestamp-millis${number}`,
  )
}

function isPlain(name: string): name is 'int' | 'long' | 'float' | 'double' | 'boolean' | 'string' {
  return (
    name === 'int' ||
    name === 'long' ||
    name === 'float' ||
    name === 'double' ||
    name === 'boolean' ||
    name === 'string'
  )
}

function columnType(avro: AvroFieldType): FieldType['type'] {
  if (avro === 'timestamp-millis') return 'timestamp'
  if (avro === 'string' || avro === 'enum') return 'string'
  return avro === 'boolean' ? 'boolean' : 'number'
}

function nameOf(schema: AvroSchema): string {
  if (typeof schema === 'string') return schema
  if (Array.isArray(schema)) return 'a union'
  return (schema as { type: string }).type
}

function logicalTypeOf(schema: AvroSchema): string | undefined {
  if (typeof schema === 'string' || Array.isArray(schema)) return undefined
  return (schema as { logicalType?: string }).logicalType
}

function enumOf(schema: AvroSchema, enums: ReadonlyMap<string, EnumSchema>): EnumSchema {
  return typeof schema === 'string' ? (enums.get(unqualified(schema)) as EnumSchema) : (schema as unknown as EnumSchema)
}

function unqualified(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

function remedyFor(name: string): string {
  if (name === 'record') return 'Leave the field out, or flatten it: one field for each of its parts'
  if (name === 'array' || name === 'map')
    return 'Leave the field out, or publish the numbers that matter as fields of their own'
  return `Leave the field out, or use ${allowed}`
}

function article(typeName: string): string {
  return /^[aeiou]/.test(typeName) ? `an ${typeName}` : `a ${typeName}`
}

function wrong(place: string, what: string, remedy: string): MillraceError {
  return new MillraceError('MILLRACE_CODEC_SCHEMA', place, what, remedy)
}
