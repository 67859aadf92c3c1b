import type avsc from 'avsc'
import { MillraceError } from '../errors.ts'
import type { EventField } from './event-schema.ts'
import { ReadOp, type ReadStep } from './read-step.ts'

const encoder = new TextEncoder()

/**
 * How to read records of a writer's schema into columns, one for each of `fields`, by Avro's schema resolution: fields
 * by name or alias, defaults, int to long to float to double, bytes as string, enums by symbol, unions by branch
 * (Avro specification 1.12, "Schema Resolution"; names count without their namespaces). As the specification says, a
 * union branch or enum symbol that the reader lacks is wrong only in the records that hold it.
 * Throws MILLRACE_CODEC_SCHEMA_INCOMPATIBLE where no record of the writer's can be read.
 */
export function resolveRecord(
  reader: avsc.types.RecordType,
  fields: readonly EventField[],
  writer: avsc.Type,
  place: string,
): readonly ReadStep[] {
  if (writer.typeName !== 'record')
    throw incompatible(place, `the writer's schema is not a record but ${writer.typeName}`)
  if (!sameName(reader, writer)) {
    throw incompatible(place, `the writer's record is called ${writer.name}, the reader's ${reader.name}`)
  }
  const written = (writer as avsc.types.RecordType).fields
  const sources = fields.map((field) => sourceOf(field, reader, written, place))
  const steps: ReadStep[] = []
  for (const from of written) {
    const columns = sources.flatMap((source, column) => (source === from ? [column] : []))
    if (columns.length === 0) steps.push(skipping(from))
    columns.forEach((column, i) => {
      const step = reading(reader.field(fields[column].name).type, from.type, fields[column], column)
      if (!readable(step))
        throw incompatible(place, `the field '${from.name}' can't be read: ${misfitOf(fields[column], from.type)}`)
      steps.push({ ...step, stay: i < columns.length - 1 })
    })
  }
  sources.forEach((source, column) => {
    if (source === undefined) steps.push(constant(fields[column], column))
  })
  return steps
}

/** The writer's field for a reader's field; undefined where the reader's default stands in. */
function sourceOf(
  field: EventField,
  reader: avsc.types.RecordType,
  written: readonly avsc.types.Field[],
  place: string,
): avsc.types.Field | undefined {
  const names = [field.name, ...reader.field(field.name).aliases]
  const found = written.filter((from) => names.includes(from.name))
  if (found.length > 1)
    throw incompatible(place, `the field '${field.name}' has several of that name or alias in the writer's schema`)
  if (found.length === 0 && field.default === undefined) {
    throw incompatible(place, `the writer's schema has no field '${field.name}' and the reader's no default for it`)
  }
  return found[0]
}

function reading(reader: avsc.Type, writer: avsc.Type, field: EventField, column: number): ReadStep {
  if (writer.typeName.startsWith('union')) {
    const branches = (writer as avsc.types.UnwrappedUnionType).types.map((branch) =>
      reading(reader, branch, field, column),
    )
    return { ...blank, op: ReadOp.union, column, name: field.name, branches, type: writer }
  }
  const step = { ...blank, column, name: field.name, type: writer }
  if (writer.typeName === 'null') return { ...step, op: field.nullable ? ReadOp.nothing : ReadOp.misfit }
  if (field.avro !== 'enum') return { ...step, op: promotions[field.avro][writer.typeName] ?? ReadOp.misfit }
  const own = enumOf(reader)
  if (writer.typeName !== 'enum' || !sameName(own, writer)) return { ...step, op: ReadOp.misfit }
  const symbols = (writer as avsc.types.EnumType).symbols.map((symbol) => symbolOf(symbol, field, own))
  return { ...step, op: ReadOp.symbol, symbols }
}

/** How a value of the writer's type becomes one of the reader's: what isn't here can't. */
const promotions: Record<Exclude<EventField['avro'], 'enum'>, Readonly<Record<string, number>>> = {
  int: { int: ReadOp.int },
  long: { int: ReadOp.int, long: ReadOp.long },
  'timestamp-millis': { int: ReadOp.int, long: ReadOp.long },
  float: { int: ReadOp.int, long: ReadOp.roundedLong, float: ReadOp.float },
  double: { int: ReadOp.int, long: ReadOp.roundedLong, float: ReadOp.float, double: ReadOp.double },
  boolean: { boolean: ReadOp.boolean },
  string: { string: ReadOp.text, bytes: ReadOp.text },
}

function enumOf(reader: avsc.Type): avsc.types.EnumType {
  if (!reader.typeName.startsWith('union')) return reader as avsc.types.EnumType
  const branches = (reader as avsc.types.UnwrappedUnionType).types
  return branches.find((branch) => branch.typeName === 'enum') as avsc.types.EnumType
}

function symbolOf(symbol: string, field: EventField, own: avsc.types.EnumType): Uint8Array | undefined {
  if (field.symbols.includes(symbol)) return encoder.encode(symbol)
  const fallback = (own as unknown as { default?: string }).default
  return fallback === undefined ? undefined : encoder.encode(fallback)
}

function skipping(from: avsc.types.Field): ReadStep {
  const { typeName } = from.type
  let op: number = ReadOp.skip
  if (typeName === 'int' || typeName === 'long') op = ReadOp.skipLong
  else if (typeName === 'string' || typeName === 'bytes') op = ReadOp.skipBytes
  else if (typeName === 'double') op = ReadOp.skipDouble
  return { ...blank, op, name: from.name, type: from.type }
}

function constant(field: EventField, column: number): ReadStep {
  const value = field.default
  const number = value === null || typeof value === 'string' ? Number.NaN : Number(value)
  const text = typeof value === 'string' ? encoder.encode(value) : undefined
  return { ...blank, op: ReadOp.constant, column, name: field.name, number, text }
}

const blank: ReadStep = {
  op: ReadOp.skip,
  column: -1,
  name: '',
  branches: [],
  symbols: [],
  type: undefined,
  stay: false,
  number: 0,
  text: undefined,
}

function readable(step: ReadStep): boolean {
  if (step.op === ReadOp.union) return step.branches.some(readable)
  if (step.op === ReadOp.symbol) return step.symbols.some((symbol) => symbol !== undefined)
  return step.op !== ReadOp.misfit
}

function sameName(reader: avsc.Type, writer: avsc.Type): boolean {
  if (writer.name === undefined) return true
  const name = unqualified(writer.name)
  return unqualified(reader.name ?? '') === name || (reader.aliases ?? []).some((alias) => unqualified(alias) === name)
}

function unqualified(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

function misfitOf(field: EventField, writer: avsc.Type): string {
  return `the writer has ${writer.branchName ?? writer.typeName}, the reader ${field.avro}${field.nullable ? ' or null' : ''}`
}

function incompatible(place: string, wrong: string): MillraceError {
  const remedy = `Change the reader's .avsc file so that it reads the writer's records: aliases for names, defaults for fields that the writer lacks`
  return new MillraceError('MILLRACE_CODEC_SCHEMA_INCOMPATIBLE', place, wrong, remedy)
}
