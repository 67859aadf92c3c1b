import { MillraceError } from '../errors.ts'
import type { Target } from '../learners/learner.ts'
import { decodeBinary, encodeBinary, readBinaryHeader } from '../stats/binary-format.ts'
import type { Column } from '../transforms/row-schema.ts'

const KIND = 'model'
const FORMAT = 1 // of the header; what it holds may grow, and never changes its meaning

/** A column of the model's rows; a category with the strings behind its codes 1, 2, ... */
export interface ModelColumn extends Column {
  readonly categories?: readonly string[]
}

/** What a model file says of its model: what it is, what it takes and gives, and where it comes from. */
export interface ModelHeader {
  readonly stream: string
  readonly task: number
  /** The version, such as v0.7. */
  readonly version: string
  /** The version that it was trained beside or took the place of; null for one that the stream named. */
  readonly parent: string | null
  /** The version it was before the stream's columns changed; null where they did not. */
  readonly carriedFrom: string | null
  readonly algorithm: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly columns: readonly ModelColumn[]
  readonly target: Target
  /** What the classes are called, by index, as far as they are known; empty for regression. */
  readonly classes: readonly string[]
  /** The labels it learned from, as the task numbers them from 0: from the first up to, and without, the end. */
  readonly labels: { readonly first: number; readonly end: number }
  /** The retrain job that made it; null for one that has learned in the stream from its beginning. */
  readonly job: string | null
  /** Why the file was written: `trained`, `promoted`, `rolled_back`, `retired` or `exported`. */
  readonly written: 'trained' | 'promoted' | 'rolled_back' | 'retired' | 'exported'
  /** The same in a sentence for people. */
  readonly reason: string
  /** The stream's time at which it was as it is here, ms since 1970. */
  readonly time: number
  /** Its metrics and the numbers behind the step, by name. */
  readonly numbers: Readonly<Record<string, number>>
  /** Which version of the stream's code made it. */
  readonly code: string
}

/** A model file, decoded: its header, and what its learner saved. */
export interface ModelFile {
  readonly header: ModelHeader
  readonly learner: Uint8Array
}

/**
 * A model as data: its header and what its learner saved, in the binary format (kind `model`). The same model with the same
 * header gives the same bytes.
 */
export function encodeModelFile(header: ModelHeader, learner: Uint8Array): Uint8Array {
  return encodeBinary(KIND, { format: FORMAT, ...header }, { learner })
}

/** The header of a model file and what its learner saved. Throws MILLRACE_MODEL_FILE on bytes that are damaged, newer or no model. */
export function decodeModelFile(bytes: Uint8Array): ModelFile {
  const { header, arrays } = reading(() => decodeBinary(KIND, bytes))
  return { header: checked(header), learner: arrays.learner as Uint8Array }
}

/** The header alone, without verifying the rest. Throws MILLRACE_MODEL_FILE. */
export function readModelHeader(bytes: Uint8Array): ModelHeader {
  const { kind, header } = reading(() => readBinaryHeader(bytes, KIND))
  if (kind !== KIND) throw unusable(`it holds a ${kind}, not a model`, 'Give a file that Millrace wrote of a model')
  return checked(header)
}

function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof MillraceError)) throw cause
    throw unusable(cause.message.replace(/\.$/, ''), 'Give a file that Millrace wrote of a model, unchanged', cause)
  }
}

function checked({ format, ...header }: Record<string, unknown>): ModelHeader {
  if (format !== FORMAT) {
    throw unusable(`it has format ${String(format)}, and this release reads ${FORMAT}`, 'Use the release that wrote it')
  }
  return header as unknown as ModelHeader
}

function unusable(wrong: string, remedy: string, cause?: unknown): MillraceError {
  return new MillraceError('MILLRACE_MODEL_FILE', 'model file', wrong, remedy, { cause })
}
