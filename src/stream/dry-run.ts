import { MillraceError } from '../errors.ts'
import type { FieldType } from './field-type.ts'
import type { Arrow } from './graph.ts'
import { nearest } from './nearest.ts'

type ReturnedType = 'number' | 'boolean' | 'string' | 'other'
/** What an arrow gave on made-up records: the types it returned, in the order tried, null and undefined as 'nothing'. */
export type Returned = readonly (ReturnedType | 'nothing')[]

/** A kind of record that an arrow is tried on: its schema's name and fields. */
export interface MadeUp {
  readonly schema: string
  readonly fields: readonly FieldType[]
}

const SAMPLES = 4
const NULLS = 3 // in the last sample whatever may be null is null

/**
 * Runs an arrow on a few made-up records, to find fields that the schema does not have and to see what it returns.
 * Throws MILLRACE_STREAM_UNKNOWN_FIELD, and MILLRACE_STREAM_FEATURE for an arrow that writes to its record; whatever else
 * the arrow throws is ignored, for a made-up record may not suit it. MILLRACE_STREAM_ARROW_TYPE for one that does not
 * answer at once. Notes in `read` the names of the fields that the arrow reads.
 */
export function dryRun(arrow: Arrow, records: readonly MadeUp[], place: string, read?: Set<string>): Returned {
  refuseAsync(arrow, place)
  const returned: (ReturnedType | 'nothing')[] = []
  for (let sample = 0; sample < SAMPLES; sample++) {
    const wrong: MillraceError[] = []
    let value: unknown
    try {
      value = (arrow as (...records: unknown[]) => unknown)(
        ...records.map((record) => madeUp(record, sample, place, wrong, read)),
      )
    } catch {
      if (wrong.length > 0) throw wrong[0]
      continue
    }
    if (wrong.length > 0) throw wrong[0]
    const { then } = (value ?? {}) as { readonly then?: unknown }
    if (typeof then === 'function') {
      then.call(value, null, () => {}) // whatever it promised, and however that ends, is of no use
      throw asynchronous(place)
    }
    returned.push(typeOf(value))
  }
  return returned
}

/** The types that an arrow returned, without null and undefined. */
export function typesOf(returned: Returned): Set<ReturnedType> {
  return new Set(returned.filter((type) => type !== 'nothing'))
}

/** Refuses a function that gives a promise or a generator. Throws MILLRACE_STREAM_ARROW_TYPE. */
export function refuseAsync(arrow: (...given: never[]) => unknown, place: string): void {
  if (/^(Async|Generator|AsyncGenerator)Function$/.test(arrow.constructor.name)) throw asynchronous(place)
}

function asynchronous(place: string): MillraceError {
  return new MillraceError(
    'MILLRACE_STREAM_ARROW_TYPE',
    place,
    'it does not answer at once',
    'Leave async, await and generators out; what has to be looked up comes as an input of its own',
  )
}

function typeOf(value: unknown): ReturnedType | 'nothing' {
  if (value === undefined || value === null) return 'nothing'
  const type = typeof value
  return type === 'number' || type === 'boolean' || type === 'string' ? type : 'other'
}

function madeUp(
  { schema, fields }: MadeUp,
  sample: number,
  place: string,
  wrong: MillraceError[],
  read: Set<string> | undefined,
): object {
  const values = Object.fromEntries(fields.map((field) => [field.name, sampleOf(field, sample)]))
  const unknown = (name: string): void => {
    const names = fields.map((field) => field.name)
    const found = `reads the field '${name}', which ${schema} does not have`
    wrong.push(new MillraceError('MILLRACE_STREAM_UNKNOWN_FIELD', place, found, nearest(name, names)))
  }
  const written = (_: object, name: string | symbol): boolean => {
    const found = `writes '${String(name)}' to the record, which is used again for the next one`
    const remedy = 'Compute values without changing the record; state of your own goes through fold'
    wrong.push(new MillraceError('MILLRACE_STREAM_FEATURE', place, found, remedy))
    return false
  }
  return new Proxy(values, {
    get(_, name) {
      // What any object has, and JSON.stringify asks for, is no field that somebody misspelt.
      if (typeof name === 'symbol') return values[name as never]
      if (Object.hasOwn(values, name)) {
        read?.add(name)
        return values[name]
      }
      if (name in Object.prototype || name === 'toJSON') return Reflect.get(values, name)
      unknown(name)
      return undefined
    },
    set: written,
    defineProperty: written,
    deleteProperty: written,
  })
}

function sampleOf(field: FieldType, sample: number): unknown {
  if (sample === NULLS && field.nullable) return null
  if (field.type === 'boolean') return sample !== 1
  if (field.type === 'string') return ['a', '0', 'A1', 'a'][sample]
  if (field.type === 'timestamp') return [1e12, 0, 1.7e12 + 3_600_000, 1e12][sample]
  return [1, 0, 1e6, 1][sample]
}
