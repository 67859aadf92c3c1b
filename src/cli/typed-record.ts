import type { EventField } from '../codec/event-schema.ts'
import { isMissing } from './is-missing.ts'
import { rowSpacing } from './new/row-spacing.ts'

/**
 * A row of a file, from 0, as the record that a schema describes: of the columns of the fields' names, or of those that the
 * schema names with `column`. Numbers, booleans and times are read from their texts, those that say that there is none as
 * null; an empty text is null. Other values stay as they are.
 */
export function typedRecord(
  fields: readonly EventField[],
  row: Readonly<Record<string, unknown>>,
  number: number,
): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  for (const { name, type, column = name } of fields) {
    const value = Object.hasOwn(row, name) ? row[name] : column === '#' ? ofRow(type, number) : row[column]
    if (value !== undefined) record[name] = typeof value === 'string' ? typedValue(type, value) : value
  }
  return record
}

/** What a field has that is the row's number: a time, where the row lies on an even spacing. */
function ofRow(type: EventField['type'], number: number): unknown {
  if (type === 'timestamp') return rowSpacing.startMs + number * rowSpacing.everyMs
  return type === 'string' ? String(number) : number
}

/** A text as a value of a type; null where it says that there is none, and what it can't be stays a text. */
export function typedValue(type: EventField['type'], text: string): unknown {
  if (text === '') return null
  if (type === 'string') return text
  if (type === 'boolean') {
    const word = text.toLowerCase()
    if (yes.has(word)) return true
    if (no.has(word)) return false
  } else {
    const number = type === 'timestamp' ? timestampOf(text) : Number(text)
    if (Number.isFinite(number) && (number !== 0 || text.trim() !== '')) return number // of blanks Number makes 0
  }
  return isMissing(text) ? null : text
}

const yes = new Set(['true', '1', 'yes', 't', 'y'])
const no = new Set(['false', '0', 'no', 'f', 'n'])
const SECONDS_BELOW = 1e11 // as milliseconds that would be in 1973
const SMALLEST_EPOCH = 1e8 // as seconds that is in 1973; what is smaller is a number of days or of rows
const dateTime = /^\d{4}-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?)?$/

/** Milliseconds since 1970 of a text: ISO 8601 (a time without a zone is UTC's, a month its first day), or since 1970 seconds from 1e8 or milliseconds from 1e11; NaN for any other. */
export function timestampOf(text: string): number {
  const match = dateTime.exec(text)
  if (match !== null) {
    const iso = text.replace(' ', 'T')
    return Date.parse(match[1] === undefined && iso.includes('T') ? `${iso}Z` : iso)
  }
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (Math.abs(number) < SMALLEST_EPOCH) return Number.NaN
  return Math.round(Math.abs(number) < SECONDS_BELOW ? number * 1000 : number)
}
