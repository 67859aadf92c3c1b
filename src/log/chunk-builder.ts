import type { OutgoingBatch } from './outgoing-batch.ts'
import type { Headers } from './record-batch.ts'
import type { RecordChunk } from './record-chunk.ts'

/** A chunk is as large as this at the most, unless one record alone is larger: what one read of the driver costs. */
export const chunkBytes = 512 * 1024
export const chunkRecords = 65_536

/** Gathers outgoing records of one partition into a chunk: whatever the layout of the sender's slab, keys and values end up contiguous. */
export class ChunkBuilder {
  count = 0
  maxTimestamp = 0
  #length = 0
  #timestamps: Float64Array
  #ends: Int32Array
  #bytes: Uint8Array
  #headers: Map<number, Headers> | undefined

  constructor(records: number, bytes: number) {
    this.#timestamps = new Float64Array(records)
    this.#ends = new Int32Array(2 * records)
    this.#bytes = new Uint8Array(bytes)
  }

  /** Whether `records` of `bytes` in all still fit. */
  fits(records: number, bytes: number): boolean {
    return this.count === 0 || (this.#length + bytes <= chunkBytes && this.count + records <= chunkRecords)
  }

  /** Copies records `from` up to `to`, `size` bytes in all. */
  add(batch: OutgoingBatch, from: number, to: number, size: number): void {
    this.#reserve(to - from, size)
    const { keyStarts, keyEnds, valueStarts, valueEnds } = batch
    const ends = this.#ends
    let length = this.#length
    let copied = length
    let runStart = 0
    let runEnd = 0
    for (let i = from; i < to; i++) {
      const timestamp = batch.timestamps[i]
      if (timestamp > this.maxTimestamp) this.maxTimestamp = timestamp
      this.#timestamps[this.count] = timestamp
      for (let part = 0; part < 2; part++) {
        const start = part === 0 ? keyStarts[i] : valueStarts[i]
        if (start < 0) {
          ends[2 * this.count + part] = ~length
          continue
        }
        if (start !== runEnd) {
          this.#bytes.set(batch.bytes.subarray(runStart, runEnd), copied)
          copied += runEnd - runStart
          runStart = start
        }
        runEnd = part === 0 ? keyEnds[i] : valueEnds[i]
        length += runEnd - start
        ends[2 * this.count + part] = length
      }
      this.count++
    }
    this.#bytes.set(batch.bytes.subarray(runStart, runEnd), copied)
    this.#length = length
    if (batch.headers) this.#addHeaders(batch.headers, from, to)
  }

  /** All that was added; the builder is of no more use. */
  chunk(): RecordChunk {
    return {
      count: this.count,
      timestamps: this.#timestamps.subarray(0, this.count),
      ends: this.#ends.subarray(0, 2 * this.count),
      bytes: this.#bytes.subarray(0, this.#length),
      headers: this.#headers,
    }
  }

  #addHeaders(headers: ReadonlyMap<number, Headers>, from: number, to: number): void {
    for (const [index, own] of headers) {
      if (index < from || index >= to || own.length === 0) continue
      this.#headers ??= new Map()
      this.#headers.set(
        this.count - to + index,
        own.map(([name, value]) => [name, value.slice()] as const),
      )
    }
  }

  #reserve(records: number, size: number): void {
    if (this.count + records > this.#timestamps.length) {
      const capacity = Math.max(this.count + records, 2 * this.#timestamps.length)
      const timestamps = new Float64Array(capacity)
      timestamps.set(this.#timestamps)
      this.#timestamps = timestamps
      const ends = new Int32Array(2 * capacity)
      ends.set(this.#ends)
      this.#ends = ends
    }
    if (this.#length + size > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.#length + size, Math.min(2 * this.#bytes.length, chunkBytes)))
      bytes.set(this.#bytes)
      this.#bytes = bytes
    }
  }
}
