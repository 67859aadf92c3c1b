import type { OutgoingBatch } from '../outgoing-batch.ts'
import type { Headers } from '../record-batch.ts'
import { crc32c } from './crc32c.ts'
import { writeInt64 } from './int64.ts'

/** Who writes a record batch, as the broker checks it. */
export interface ProducerMark {
  readonly producerId: number
  readonly epoch: number
  readonly sequence: number
  readonly isTransactional: boolean
}

const HEADER = 61
const MOST_VARINT = 10
/** Bytes of a record beside its key, value and headers, at the most. */
const RECORD_OVERHEAD = 1 + 5 * MOST_VARINT

/** A buffer that grows, to be used again and again. */
export class RecordWriter {
  bytes = Buffer.allocUnsafeSlow(64 * 1024)
  used = 0

  /** Writes records `from` up to `to` as one record batch (magic 2, not compressed) of at most `size` bytes of keys, values and headers; gives where it begins. */
  write(batch: OutgoingBatch, from: number, to: number, size: number, mark: ProducerMark): number {
    const start = this.used
    this.#room(HEADER + size + (to - from) * RECORD_OVERHEAD)
    const { timestamps } = batch
    const firstTime = timestamps[from]
    let lastTime = firstTime
    this.used += HEADER
    for (let i = from; i < to; i++) {
      if (timestamps[i] > lastTime) lastTime = timestamps[i]
      this.#record(batch, i, timestamps[i] - firstTime, i - from)
    }
    const { bytes } = this
    writeInt64(bytes, start, 0)
    bytes.writeInt32BE(this.used - start - 12, start + 8)
    bytes.writeInt32BE(-1, start + 12)
    bytes[start + 16] = 2
    bytes.writeInt16BE(mark.isTransactional ? 16 : 0, start + 21)
    bytes.writeInt32BE(to - from - 1, start + 23)
    writeInt64(bytes, start + 27, firstTime)
    writeInt64(bytes, start + 35, lastTime)
    writeInt64(bytes, start + 43, mark.producerId)
    bytes.writeInt16BE(mark.epoch, start + 51)
    bytes.writeInt32BE(mark.sequence, start + 53)
    bytes.writeInt32BE(to - from, start + 57)
    bytes.writeUInt32BE(crc32c(bytes, start + 21, this.used), start + 17)
    return start
  }

  #record(batch: OutgoingBatch, index: number, timeDelta: number, offsetDelta: number): void {
    const { keyStarts, keyEnds, valueStarts, valueEnds } = batch
    const keyLength = keyStarts[index] < 0 ? -1 : keyEnds[index] - keyStarts[index]
    const valueLength = valueStarts[index] < 0 ? -1 : valueEnds[index] - valueStarts[index]
    const headers = batch.headers?.get(index)
    const length =
      1 +
      varintSize(timeDelta) +
      varintSize(offsetDelta) +
      varintSize(keyLength) +
      Math.max(0, keyLength) +
      varintSize(valueLength) +
      Math.max(0, valueLength) +
      (headers === undefined ? 1 : headersSize(headers))
    this.#varint(length)
    this.bytes[this.used++] = 0
    this.#varint(timeDelta)
    this.#varint(offsetDelta)
    this.#varint(keyLength)
    if (keyLength > 0) this.#copy(batch.bytes, keyStarts[index], keyEnds[index])
    this.#varint(valueLength)
    if (valueLength > 0) this.#copy(batch.bytes, valueStarts[index], valueEnds[index])
    if (headers === undefined) this.bytes[this.used++] = 0
    else this.#headers(headers)
  }

  #headers(headers: Headers): void {
    this.#varint(headers.length)
    for (const [name, value] of headers) {
      this.#varint(Buffer.byteLength(name))
      this.used += this.bytes.write(name, this.used)
      this.#varint(value.length)
      this.#copy(value, 0, value.length)
    }
  }

  #copy(from: Uint8Array, start: number, end: number): void {
    const { bytes } = this
    let at = this.used
    if (end - start > 48) {
      bytes.set(from.subarray(start, end), at)
      at += end - start
    } else {
      for (let i = start; i < end; i++) bytes[at++] = from[i]
    }
    this.used = at
  }

  /** A zigzag varint. */
  #varint(value: number): void {
    const { bytes } = this
    let at = this.used
    let left = zigzag(value)
    while (left >= 0x8000_0000) {
      bytes[at++] = (left % 128) | 128
      left = Math.floor(left / 128)
    }
    while (left >= 128) {
      bytes[at++] = (left & 127) | 128
      left >>>= 7
    }
    bytes[at++] = left
    this.used = at
  }

  #room(more: number): void {
    const needed = this.used + more
    if (needed <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length))
    grown.set(this.bytes.subarray(0, this.used))
    this.bytes = grown
  }
}

/** What the headers of a record take, their number included. */
export function headersSize(headers: Headers): number {
  let size = varintSize(headers.length)
  for (const [name, value] of headers) {
    const nameLength = Buffer.byteLength(name)
    size += varintSize(nameLength) + nameLength + varintSize(value.length) + value.length
  }
  return size
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

function varintSize(value: number): number {
  let left = zigzag(value)
  let size = 1
  while (left >= 128) {
    left = left >= 0x8000_0000 ? Math.floor(left / 128) : left >>> 7
    size++
  }
  return size
}
