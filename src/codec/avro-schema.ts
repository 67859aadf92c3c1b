import avsc from 'avsc'
import { MillraceError } from '../errors.ts'

/** An Avro schema as parsed JSON: what an `.avsc` file or a schema registry holds. */
export type AvroSchema = string | readonly AvroSchema[] | { readonly [attribute: string]: unknown }

/** Bounds on schemas: each costs memory and generated code for as long as it is in use. */
export const schemaBounds = { bytes: 262_144, depth: 32, fields: 1_000 } as const

const remedy =
  'Write it as the Avro specification says; a schema is at most 256 kB, 32 levels and 1,000 fields a record'

/**
 * Parses a schema with avsc, which checks it as the Avro specification says. Logical types are read as the types they
 * stand on. Throws MILLRACE_CODEC_SCHEMA, naming `place`.
 */
export function avroType(schema: AvroSchema, place: string): avsc.Type {
  if (typeof schema !== 'object') return parsedType(schema, place)
  let type = parsed.get(schema)
  if (type === undefined) {
    type = parsedType(schema, place)
    parsed.set(schema, type)
  }
  return type
}

const parsed = new WeakMap<object, avsc.Type>() // avsc compiles code for each type: once for a schema is enough

function parsedType(schema: AvroSchema, place: string): avsc.Type {
  const excess = outOfBounds(schema, 0)
  if (excess !== undefined) throw new MillraceError('MILLRACE_CODEC_SCHEMA', place, excess, remedy)
  if (JSON.stringify(schema).length > schemaBounds.bytes) {
    throw new MillraceError(
      'MILLRACE_CODEC_SCHEMA',
      place,
      `the schema is larger than ${schemaBounds.bytes} bytes`,
      remedy,
    )
  }
  try {
    return avsc.Type.forSchema(schema as never, { omitRecordMethods: true })
  } catch (cause) {
    const wrong = `not a valid Avro schema (${(cause as Error).message.slice(0, 300)})`
    throw new MillraceError('MILLRACE_CODEC_SCHEMA', place, wrong, remedy, { cause })
  }
}

function outOfBounds(schema: unknown, depth: number): string | undefined {
  if (depth > schemaBounds.depth * 3) return `the schema is nested deeper than ${schemaBounds.depth} levels`
  if (typeof schema !== 'object' || schema === null) return undefined
  if (Array.isArray(schema) && schema.length > schemaBounds.fields) {
    return `a list in the schema has more than ${schemaBounds.fields} entries`
  }
  if (!Array.isArray(schema) && (schema as { name?: unknown }).name === '__proto__') {
    return `a field or type is called '__proto__'`
  }
  for (const child of Object.values(schema)) {
    const wrong = outOfBounds(child, depth + 1)
    if (wrong !== undefined) return wrong
  }
  return undefined
}
