import type { InputColumns } from '../stream/input-columns.ts'
import type { EventField } from './event-schema.ts'
import { plainName, readField } from './read-field.ts'

/**
 * Puts a plain record (parsed JSON, a row of a file) into a row of columns, checked by its schema, and gives what is
 * wrong with it; undefined when nothing is. A field left out has the schema's default, or null where it may be; a
 * timestamp is a number of milliseconds since 1970 or an ISO 8601 date and time with its zone. Other fields of the record are passed over.
 */
export function readRecord(
  fields: readonly EventField[],
  record: unknown,
  columns: InputColumns,
  row: number,
): string | undefined {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    return `the record is ${plainName(record)}, not an object`
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]
    const wrong = readField(field, record, columns.fields[i], row)
    if (wrong !== undefined) return `${field.name}: ${wrong}`
  }
  return undefined
}
