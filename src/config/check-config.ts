import { Ajv, type ValidateFunction } from 'ajv'
import { MillraceError } from '../errors.ts'
import { nearest } from '../stream/nearest.ts'
import { type Config, configSchema } from './config-schema.ts'

/** A part of a configuration: what one file, the environment or the command line says. */
export type ConfigPart = Partial<Config>

interface KeySchema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly description?: string
  readonly secret?: boolean
}

const partSchema = { ...configSchema, required: [] }
const strict = new Ajv({ strict: false, allErrors: true }).compile(partSchema)
const coercing = new Ajv({ strict: false, allErrors: true, coerceTypes: true }).compile(partSchema)
const keys: Readonly<Record<string, KeySchema>> = configSchema.properties

/** Checks what a file says, types included. `place` names it. Throws MILLRACE_CONFIG_KEY, MILLRACE_CONFIG_VALUE. */
export function checkConfig(part: object, place: string): ConfigPart {
  return checked(strict, part, (key) => (key === '' ? place : `${place}, key '${key}'`))
}

/** Checks texts of the environment or the command line, making numbers of them. `placeOf` names the source of a key. Throws as `checkConfig`. */
export function checkTextConfig(part: Readonly<Record<string, string>>, placeOf: (key: string) => string): ConfigPart {
  return checked(coercing, { ...part }, placeOf)
}

function checked(validate: ValidateFunction, part: object, placeOf: (key: string) => string): ConfigPart {
  const said = { ...part } as Record<string, unknown>
  const unknown = Object.keys(said).filter((key) => !Object.hasOwn(keys, key))
  const isRight = validate(part)
  const paths = isRight ? [] : (validate.errors ?? []).filter(({ keyword }) => keyword !== 'additionalProperties')
  const wrong = [...new Set(paths.map(({ instancePath }) => instancePath.split('/')[1] ?? ''))]
  const faults = [
    ...unknown.map((key) => [placeOf(key), 'there is no such key', nearest(key, Object.keys(keys))]),
    ...wrong.map((key) => [placeOf(key), `the value is ${shown(said[key], keys[key])}`, allowed(keys[key])]),
  ]
  const others = faults.slice(1).map(([place, what, remedy]) => `. ${place}: ${what}. ${remedy}`)
  if (unknown.length > 0) {
    throw new MillraceError(
      'MILLRACE_CONFIG_KEY',
      placeOf(unknown[0]),
      'there is no such key',
      `${nearest(unknown[0], Object.keys(keys))}${others.join('')}`,
    )
  }
  if (isRight) return part
  throw new MillraceError(
    'MILLRACE_CONFIG_VALUE',
    placeOf(wrong[0]),
    `the value is ${shown(said[wrong[0]], keys[wrong[0]])}`,
    `${allowed(keys[wrong[0]])}${others.join('')}`,
  )
}

/** A value that is wrong, without what may be a password in it. */
function shown(value: unknown, key: KeySchema | undefined): string {
  if (key?.secret === true) return '(hidden)'
  return JSON.stringify(typeof value === 'string' ? value.replace(/.*@/s, '(hidden)@') : value)
}

function allowed(key: KeySchema | undefined): string {
  if (key === undefined) return 'Write one JSON object with a value for each key'
  const { description, type, minimum, maximum, pattern } = key
  const values =
    key.enum === undefined
      ? type === 'integer'
        ? `a whole number from ${minimum} to ${maximum}`
        : pattern === keys.commitInterval.pattern
          ? "a number and a unit (ms, s, m, h, d), such as '30s'"
          : 'a text'
      : `one of ${key.enum.join(', ')}`
  return `Give ${values} (${description})`
}
