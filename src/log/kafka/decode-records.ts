import type { Headers } from '../record-batch.ts'
import { crc32c } from './crc32c.ts'
import { decompress } from './decompress.ts'
import type { AbortedTransaction } from './fetch-request.ts'
import { readInt64 } from './int64.ts'

/** What a fetch brought of one partition, in columns; `next` is the offset after all of it, control and aborted records too. */
export interface DecodedRecords {
  readonly count: number
  readonly offsets: Float64Array
  readonly timestamps: Float64Array
  readonly bytes: Uint8Array
  readonly keyStarts: Int32Array
  readonly keyEnds: Int32Array
  readonly valueStarts: Int32Array
  readonly valueEnds: Int32Array
  readonly headers: Map<number, Headers> | undefined
  readonly next: number
}

/** One record batch with records to be read. */
interface VisibleBatch {
  /** Where its header is in what was fetched. */
  readonly at: number
  readonly count: number
  /** Its records, and where they lie in the slab. */
  records: Buffer
  base: number
}

const HEADER = 61
const CODEC = 7
const APPEND_TIME = 8
const TRANSACTIONAL = 16
const CONTROL = 32

/**
 * Decodes record batches (magic 2) as a read-committed consumer must: no control records, no records of aborted
 * transactions, none below `position`. A transaction counts as aborted from its first offset in the broker's list, whatever the
 * order of the list, up to the producer's next marker. Throws RangeError where bytes are damaged.
 */
export function decodeRecords(
  fetched: Buffer,
  position: number,
  aborted: readonly AbortedTransaction[],
): DecodedRecords {
  const visible: VisibleBatch[] = []
  const next = visibleBatches(fetched, position, aborted, visible)
  let count = 0
  let compressed = false
  for (const batch of visible) {
    count += batch.count
    const codec = fetched.readInt16BE(batch.at + 21) & CODEC
    if (codec !== 0) {
      compressed = true
      batch.records = decompress(codec, batch.records)
    }
  }
  let slab = fetched
  if (compressed) {
    let base = 0
    for (const batch of visible) {
      batch.base = base
      base += batch.records.length
    }
    slab = Buffer.concat(visible.map(({ records }) => records))
  }
  const columns = new RecordColumns(slab, count)
  for (const { at, base, count: records } of visible) columns.decode(fetched, at, base, records, position)
  return columns.decoded(next)
}

/** Lists the batches whose records are to be read; gives the offset after the last whole batch, or `position`. */
function visibleBatches(
  fetched: Buffer,
  position: number,
  aborted: readonly AbortedTransaction[],
  visible: VisibleBatch[],
): number {
  const pending = aborted.length > 1 ? aborted.toSorted((a, b) => a.firstOffset - b.firstOffset) : aborted
  const aborting = new Set<number>()
  let known = 0
  let next = position
  for (let at = 0; at + HEADER <= fetched.length; ) {
    const end = at + 12 + fetched.readInt32BE(at + 8)
    if (end > fetched.length) break // cut off by the bound of the fetch
    if (fetched[at + 16] !== 2)
      throw new RangeError(`a record batch has the magic ${fetched[at + 16]}, older than Kafka 0.11`)
    if (crc32c(fetched, at + 21, end) !== fetched.readUInt32BE(at + 17))
      throw new RangeError(`the record batch at offset ${readInt64(fetched, at)} fails its checksum`)
    const attributes = fetched.readInt16BE(at + 21)
    const last = readInt64(fetched, at) + fetched.readInt32BE(at + 23)
    const producerId = readInt64(fetched, at + 43)
    for (; known < pending.length && pending[known].firstOffset <= last; known++)
      aborting.add(pending[known].producerId)
    if (attributes & CONTROL) {
      aborting.delete(producerId) // whichever marker it is: the producer's transaction ends here
    } else if (last >= position && !(attributes & TRANSACTIONAL && aborting.has(producerId))) {
      const count = fetched.readInt32BE(at + 57)
      if (count > 0) visible.push({ at, count, records: fetched.subarray(at + HEADER, end), base: at + HEADER })
    }
    next = last + 1
    at = end
  }
  return Math.max(next, position)
}

/** Fills columns from the varints of records. */
class RecordColumns {
  readonly #bytes: Buffer
  readonly #offsets: Float64Array
  readonly #timestamps: Float64Array
  readonly #keyStarts: Int32Array
  readonly #keyEnds: Int32Array
  readonly #valueStarts: Int32Array
  readonly #valueEnds: Int32Array
  #headers: Map<number, Headers> | undefined
  #count = 0
  #at = 0

  constructor(bytes: Buffer, capacity: number) {
    this.#bytes = bytes
    this.#offsets = new Float64Array(capacity)
    this.#timestamps = new Float64Array(capacity)
    this.#keyStarts = new Int32Array(capacity)
    this.#keyEnds = new Int32Array(capacity)
    this.#valueStarts = new Int32Array(capacity)
    this.#valueEnds = new Int32Array(capacity)
  }

  decode(fetched: Buffer, header: number, base: number, records: number, position: number): void {
    const baseOffset = readInt64(fetched, header)
    const baseTime = readInt64(fetched, header + 27)
    const appendTime = fetched.readInt16BE(header + 21) & APPEND_TIME ? readInt64(fetched, header + 35) : -1
    this.#at = base
    for (let i = 0; i < records; i++) {
      const length = this.#varint()
      const end = this.#at + length
      if (length < 0 || end > this.#bytes.length)
        throw new RangeError(`a record at offset ${baseOffset + i} is cut off`)
      this.#at++ // attributes: none are in use
      const timestamp = baseTime + this.#varint()
      const offset = baseOffset + this.#varint()
      if (offset >= position) {
        this.#offsets[this.#count] = offset
        this.#timestamps[this.#count] = appendTime < 0 ? timestamp : appendTime
        this.#body()
        this.#count++
      }
      this.#at = end
    }
  }

  decoded(next: number): DecodedRecords {
    const count = this.#count
    return {
      count,
      offsets: this.#offsets.subarray(0, count),
      timestamps: this.#timestamps.subarray(0, count),
      bytes: this.#bytes,
      keyStarts: this.#keyStarts.subarray(0, count),
      keyEnds: this.#keyEnds.subarray(0, count),
      valueStarts: this.#valueStarts.subarray(0, count),
      valueEnds: this.#valueEnds.subarray(0, count),
      headers: this.#headers,
      next,
    }
  }

  #body(): void {
    const index = this.#count
    const keyLength = this.#varint()
    this.#keyStarts[index] = keyLength < 0 ? -1 : this.#at
    if (keyLength > 0) this.#at += keyLength
    this.#keyEnds[index] = keyLength < 0 ? -1 : this.#at
    const valueLength = this.#varint()
    this.#valueStarts[index] = valueLength < 0 ? -1 : this.#at
    if (valueLength > 0) this.#at += valueLength
    this.#valueEnds[index] = valueLength < 0 ? -1 : this.#at
    const headers = this.#varint()
    if (headers > 0) this.#readHeaders(index, headers)
  }

  #readHeaders(index: number, count: number): void {
    const headers: (readonly [string, Uint8Array])[] = []
    for (let i = 0; i < count; i++) {
      const nameLength = this.#varint()
      const name = this.#bytes.toString('utf8', this.#at, this.#at + nameLength)
      this.#at += nameLength
      const valueLength = Math.max(0, this.#varint())
      headers.push([name, this.#bytes.subarray(this.#at, this.#at + valueLength)])
      this.#at += valueLength
    }
    this.#headers ??= new Map()
    this.#headers.set(index, headers)
  }

  /** A zigzag varint, up to 53 bits. */
  #varint(): number {
    const bytes = this.#bytes
    let byte = bytes[this.#at++]
    if (byte < 128) return (byte >>> 1) ^ -(byte & 1)
    let value = byte & 127
    let shift = 7
    do {
      byte = bytes[this.#at++]
      value |= (byte & 127) << shift
      shift += 7
    } while (byte >= 128 && shift < 28)
    if (byte < 128) return (value >>> 1) ^ -(value & 1)
    let scale = 2 ** 28
    do {
      byte = bytes[this.#at++]
      value += (byte & 127) * scale
      scale *= 128
    } while (byte >= 128)
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}
