import { MillraceError } from '../errors.ts'
import { type BinaryArray, decodeBinary, encodeBinary } from '../stats/binary-format.ts'
import type { RowSchema } from './row-schema.ts'

type Arrays = Readonly<Record<string, BinaryArray>>
type SnapshotTarget = { readonly problem: string; readonly classes: number }

const VERSION = 1 // of what a learner or transformer puts into the format

/**
 * The saved state of a learner or transformer: the binary format with the algorithm as its kind, and in the header the
 * parameters, the columns and the target (the kind of problem and its classes, for learners) that the state belongs to.
 */
export function saveSnapshot(
  algorithm: string,
  parameters: object,
  schema: RowSchema,
  arrays: Arrays,
  target?: SnapshotTarget,
): Uint8Array {
  return encodeBinary(algorithm, headerOf(parameters, schema, target), arrays)
}

/** The arrays of a saved state. Throws MILLRACE_LEARNER_SNAPSHOT on bytes that are damaged or belong to another algorithm, parameters, columns or target. */
export function openSnapshot(
  bytes: Uint8Array,
  algorithm: string,
  parameters: object,
  schema: RowSchema,
  target?: SnapshotTarget,
): Arrays {
  const { header, arrays } = decoded(bytes, algorithm)
  const expected = headerOf(parameters, schema, target)
  for (const [name, value] of Object.entries(expected)) {
    const [wanted, found] = [JSON.stringify(value), JSON.stringify(header[name])]
    if (wanted !== found) throw mismatch(algorithm, name, wanted, found)
  }
  return arrays
}

/** Fills `into` with the arrays of a saved state. Throws as `openSnapshot` does, and on arrays of another shape, before any is filled. */
export function loadSnapshot(
  bytes: Uint8Array,
  algorithm: string,
  parameters: object,
  schema: RowSchema,
  into: Arrays,
  target?: SnapshotTarget,
): void {
  const arrays = openSnapshot(bytes, algorithm, parameters, schema, target)
  const [wanted, found] = [shape(into), shape(arrays)]
  if (wanted !== found) throw mismatch(algorithm, 'arrays', wanted, found)
  for (const [name, array] of Object.entries(into)) array.set(arrays[name])
}

function headerOf(parameters: object, schema: RowSchema, target?: SnapshotTarget): Record<string, unknown> {
  const columns = schema.columns.map(({ name, kind, size }) => ({ name, kind, size }))
  const solves = target === undefined ? {} : { target: { problem: target.problem, classes: target.classes } }
  return { version: VERSION, parameters, columns, ...solves }
}

function decoded(bytes: Uint8Array, algorithm: string): ReturnType<typeof decodeBinary> {
  try {
    return decodeBinary(algorithm, bytes)
  } catch (cause) {
    if (!(cause instanceof MillraceError)) throw cause
    throw new MillraceError(
      'MILLRACE_LEARNER_SNAPSHOT',
      `snapshot of ${algorithm}`,
      cause.message.replace(/\.$/, ''),
      'Load what this algorithm saved, unchanged, or start without a snapshot',
      { cause },
    )
  }
}

function shape(arrays: Arrays): string {
  const parts = Object.entries(arrays).map(([name, array]) => `${name} ${array.constructor.name}[${array.length}]`)
  return parts.join(', ')
}

function mismatch(algorithm: string, name: string, wanted: string, found: string | undefined): MillraceError {
  return new MillraceError(
    'MILLRACE_LEARNER_SNAPSHOT',
    `snapshot of ${algorithm}`,
    `expected ${name} ${short(wanted)}, found ${found === undefined ? 'none' : short(found)}`,
    'Build the same description over the same columns and target as when it was saved, or start without a snapshot',
  )
}

function short(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}...` : text
}
