import { MillraceError } from '../errors.ts'
import { sha256 } from './sha256.ts'

/**
 * The one format of journal, manifest, model and learner state. Little-endian:
 *
 * | bytes | what |
 * |---|---|
 * | 4 | magic `MLRC` |
 * | 2 | format, 1 |
 * | 4 | length of the JSON header |
 * | | JSON header `{ kind, arrays: [[name, type, length], ...], header }` in UTF-8, then zeros up to a multiple of 8 |
 * | | the arrays in that order, each followed by zeros up to a multiple of 8 |
 * | 32 | SHA-256 over all before it |
 */
const MAGIC = 0x43524c4d // 'MLRC' read little-endian
const FORMAT = 1
const PREFIX = 10
const DIGEST = 32
const CUT = 'Restore it from a copy: something was cut off'
const CHANGED = 'Restore it from a copy: it has changed since it was saved'

const constructors = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  u16: Uint16Array,
  u8: Uint8Array,
}

/** What an array in the format may be. */
export type BinaryArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint16Array | Uint8Array

/** What the front of encoded bytes says: readable without decoding the arrays. */
export interface BinaryHeader {
  readonly format: number
  readonly kind: string
  /** Name, type (`f64`, `f32`, `i32`, `u32`, `u16`, `u8`) and length of each array. */
  readonly arrays: readonly (readonly [name: string, type: keyof typeof constructors, length: number])[]
  readonly header: Record<string, unknown>
}

/**
 * Encodes `header` (JSON values with finite numbers) and `arrays`. Equal inputs with keys in equal order give equal
 * bytes. Every double survives bit for bit in arrays: -0, NaN and infinities too. Throws MILLRACE_STATS_BINARY on a
 * header that JSON cannot hold.
 */
export function encodeBinary(
  kind: string,
  header: Record<string, unknown>,
  arrays: Readonly<Record<string, BinaryArray>> = {},
): Uint8Array {
  const names = Object.keys(arrays)
  const table = names.map((name) => [name, typeOf(kind, name, arrays[name]), arrays[name].length])
  const json = new TextEncoder().encode(JSON.stringify({ kind, arrays: table, header }, finiteOnly))
  let length = aligned(PREFIX + json.length)
  for (const name of names) length += aligned(arrays[name].byteLength)
  const bytes = new Uint8Array(length + DIGEST)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint16(4, FORMAT, true)
  view.setUint32(6, json.length, true)
  bytes.set(json, PREFIX)
  let offset = aligned(PREFIX + json.length)
  for (const name of names) {
    const array = arrays[name]
    const target = bytes.subarray(offset, offset + array.byteLength)
    target.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    toLittleEndian(target, array.BYTES_PER_ELEMENT)
    offset += aligned(array.byteLength)
  }
  bytes.set(sha256(bytes.subarray(0, length)), length)
  return bytes
}

/**
 * Decodes bytes that `encodeBinary(kind, ...)` made. The arrays are copies in buffers of their own and share nothing
 * with `bytes`. Throws MILLRACE_STATS_BINARY, naming what was expected and found, on bytes of another format, a newer
 * version, another kind, cut or longer bytes, and a wrong digest.
 */
export function decodeBinary(
  kind: string,
  bytes: Uint8Array,
): { header: Record<string, unknown>; arrays: Record<string, BinaryArray> } {
  const front = readBinaryHeader(bytes, kind)
  let offset = aligned(PREFIX + headerLength(bytes))
  let end = offset
  for (const [, type, length] of front.arrays) end += aligned(length * constructors[type].BYTES_PER_ELEMENT)
  if (bytes.length !== end + DIGEST) {
    throw wrong(
      kind,
      `expected ${end + DIGEST} bytes, found ${bytes.length}`,
      'Restore it from a copy: something was cut off or added',
    )
  }
  const digest = sha256(bytes.subarray(0, end))
  if (!digest.every((byte, i) => byte === bytes[end + i])) {
    throw wrong(kind, `expected digest ${hex(bytes.subarray(end))}, found ${hex(digest)}`, CHANGED)
  }
  if (front.kind !== kind)
    throw wrong(kind, `expected kind '${kind}', found '${front.kind}'`, `Give what was saved as ${kind}`)
  const arrays: [string, BinaryArray][] = []
  for (const [name, type, length] of front.arrays) {
    const constructor = constructors[type]
    const size = length * constructor.BYTES_PER_ELEMENT
    const copy = bytes.slice(offset, offset + size)
    toLittleEndian(copy, constructor.BYTES_PER_ELEMENT)
    arrays.push([name, new constructor(copy.buffer, copy.byteOffset, length)])
    offset += aligned(size)
  }
  return { header: front.header, arrays: Object.fromEntries(arrays) } // not by assignment, which loses '__proto__'
}

/**
 * Reads the front of encoded bytes without decoding the arrays or verifying the digest; `place` names them in errors.
 */
export function readBinaryHeader(bytes: Uint8Array, place = 'binary'): BinaryHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < 4 || view.getUint32(0, true) !== MAGIC) {
    const found = hex(bytes.subarray(0, 4))
    throw wrong(
      place,
      `expected the magic 'MLRC', found ${found || 'nothing'}`,
      'Give what Millrace saved, not another file',
    )
  }
  if (bytes.length < PREFIX) throw wrong(place, `expected ${PREFIX} bytes, found ${bytes.length}`, CUT)
  const format = view.getUint16(4, true)
  if (format > FORMAT) {
    throw wrong(
      place,
      `expected format ${FORMAT} at most, found ${format}`,
      'Use the version of Millrace that saved it, or a newer one',
    )
  }
  const length = headerLength(bytes)
  if (bytes.length < PREFIX + length) {
    throw wrong(place, `expected a header of ${length} bytes, found ${bytes.length - PREFIX}`, CUT)
  }
  let front: Omit<BinaryHeader, 'format'>
  try {
    front = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(PREFIX, PREFIX + length)))
    for (const [, type, count] of front.arrays) {
      if (!Object.hasOwn(constructors, type) || !Number.isSafeInteger(count) || count < 0) throw new Error(String(type))
    }
  } catch (cause) {
    throw wrong(place, 'the JSON header cannot be read', CHANGED, cause)
  }
  return { format, kind: front.kind, arrays: front.arrays, header: front.header }
}

function headerLength(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(6, true)
}

function aligned(length: number): number {
  return Math.ceil(length / 8) * 8
}

function typeOf(kind: string, name: string, array: BinaryArray): string {
  for (const [type, constructor] of Object.entries(constructors)) if (array instanceof constructor) return type
  throw wrong(kind, `array '${name}' is none of ${Object.keys(constructors).join(', ')}`, 'Convert it')
}

function finiteOnly(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw wrong('header', `'${key}' is ${value}, which JSON cannot hold`, 'Put it into an array')
  }
  return value
}

const bigEndianHost = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0

function toLittleEndian(bytes: Uint8Array, size: number): void {
  if (!bigEndianHost || size === 1) return
  for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse()
}

function hex(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 1) text += bytes[i].toString(16).padStart(2, '0')
  return text
}

function wrong(place: string, what: string, remedy: string, cause?: unknown): MillraceError {
  return new MillraceError('MILLRACE_STATS_BINARY', place, what, remedy, { cause })
}
