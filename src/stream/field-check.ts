import { MillraceError } from '../errors.ts'
import type { FieldType } from './field-type.ts'
import type { FieldCheck } from './graph.ts'
import { nearest } from './nearest.ts'

const allowed = { number: ['min', 'max'], timestamp: ['min', 'max'], boolean: [], string: ['pattern', 'oneOf'] }
const actions = ['warn', 'impute', 'quarantine', 'stop']

/** One field's check of a `validate(...)`, read and checked. Throws MILLRACE_STREAM_CHECK. */
export function fieldCheck(index: number, field: FieldType, check: unknown, place: string): FieldCheck {
  const plain: FieldCheck = {
    field: index,
    required: check === 'required',
    min: Number.NEGATIVE_INFINITY,
    max: Number.POSITIVE_INFINITY,
    pattern: undefined,
    oneOf: undefined,
    onFail: 'quarantine',
    replacement: undefined,
    place,
  }
  if (check === 'required') return plain
  const wrong = (found: string, remedy: string): MillraceError =>
    new MillraceError('MILLRACE_STREAM_CHECK', place, found, remedy)
  if (typeof check !== 'object' || check === null) {
    const given = typeof check === 'string' ? `'${check}'` : String(check)
    throw wrong(`${given} is no check`, "Give 'required', or an object such as { min: 0, onFail: 'warn' }")
  }
  const options = check as Record<string, unknown>
  const names = [...allowed[field.type], 'onFail', 'with']
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw wrong(`'${name}' is no check for a ${field.type}`, nearest(name, names))
  }
  const { min = plain.min, max = plain.max, pattern, oneOf, onFail = 'quarantine', with: replacement } = options
  if (typeof min !== 'number' || typeof max !== 'number' || !(min <= max)) {
    throw wrong(`no value is from ${String(min)} to ${String(max)}`, 'Give numbers, min not above max')
  }
  if (pattern !== undefined && !(pattern instanceof RegExp)) {
    throw wrong(`'${String(pattern)}' is no pattern`, 'Give a regular expression, such as /^[A-Z]{3}$/')
  }
  if (oneOf !== undefined && !isTexts(oneOf))
    throw wrong("'oneOf' is no list of strings", "Give one, such as ['a', 'b']")
  if (Array.isArray(oneOf) && oneOf.length === 0)
    throw wrong("'oneOf' is empty, and no value passes", "Name the values that may be, such as ['a', 'b']")
  if (!actions.includes(onFail as string)) {
    throw wrong(`onFail '${String(onFail)}' is not possible`, nearest(String(onFail), actions))
  }
  const type = field.type === 'timestamp' ? 'number' : field.type
  if (onFail === 'impute' && typeof replacement !== type) {
    throw wrong(`onFail 'impute' needs a ${type} to put in place`, 'Add with: and the value that replaces a bad one')
  }
  const read = { ...plain, min, max, pattern, oneOf, onFail, replacement } as FieldCheck
  if (onFail === 'impute' && !passes(replacement, read)) {
    throw wrong(
      `the value to put in place, ${JSON.stringify(replacement)}, fails the check itself`,
      'Give one that passes it',
    )
  }
  if (onFail !== 'impute' && replacement !== undefined) {
    throw wrong(`'with' has no meaning for onFail '${String(onFail)}'`, "Choose onFail: 'impute', or leave it out")
  }
  return read
}

function passes(value: unknown, { min, max, pattern, oneOf }: FieldCheck): boolean {
  if (typeof value === 'number') return value >= min && value <= max
  if (typeof value !== 'string') return true
  return (pattern === undefined || new RegExp(pattern).test(value)) && (oneOf === undefined || oneOf.includes(value))
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
