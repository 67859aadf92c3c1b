import type { NumberColumn } from '../stream/input-columns.ts'
import type { StringColumn } from '../stream/string-column.ts'
import type { EventField } from './event-schema.ts'

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/

/** Puts one field of a plain record into a row of its column, as `readRecord` does, and gives what is wrong with it; undefined when nothing is. */
export function readField(
  field: EventField,
  record: object,
  column: NumberColumn | StringColumn,
  row: number,
): string | undefined {
  let value: unknown = Object.hasOwn(record, field.name) ? (record as Record<string, unknown>)[field.name] : undefined
  if (value === undefined) value = field.default === undefined && field.nullable ? null : field.default
  return value === undefined ? 'missing' : setValue(field, value, column, row)
}

/** What a plain value is, for errors: 'a number', "the string 'far'". */
export function plainName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string') return `the string '${value.slice(0, 40)}'`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function setValue(
  field: EventField,
  value: unknown,
  column: NumberColumn | StringColumn,
  row: number,
): string | undefined {
  if (field.type === 'string') return setString(field, value, column as StringColumn, row)
  const { values } = column as NumberColumn
  if (value === null) {
    if (!field.nullable) return 'null, where the schema allows none'
    values[row] = Number.NaN
    return undefined
  }
  if (field.type === 'boolean') {
    if (typeof value !== 'boolean') return `${plainName(value)}, not a boolean`
    values[row] = value ? 1 : 0
    return undefined
  }
  const number =
    field.type === 'timestamp' && typeof value === 'string' && dateTime.test(value) ? Date.parse(value) : value
  if (typeof number !== 'number') return `${plainName(value)}, not a ${field.type}`
  if (number - number !== 0) return field.type === 'timestamp' ? 'no date and time' : `the number is ${number}`
  if (!fits(field, number)) return `${number} is not a whole number that ${field.avro} can hold`
  values[row] = number
  return undefined
}

function setString(field: EventField, value: unknown, column: StringColumn, row: number): string | undefined {
  if (value === null) {
    if (!field.nullable) return 'null, where the schema allows none'
    column.setNull(row)
    return undefined
  }
  if (typeof value !== 'string') return `${plainName(value)}, not a string`
  if (field.avro === 'enum' && !field.symbols.includes(value))
    return `'${value.slice(0, 100)}' is not one of ${field.symbols.join(', ').slice(0, 300)}`
  column.setText(row, value)
  return undefined
}

function fits(field: EventField, number: number): boolean {
  if (field.avro === 'int') return number === (number | 0)
  return field.avro === 'float' || field.avro === 'double' || Number.isSafeInteger(number)
}
