import { MillraceError } from '../errors.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'
import type { Headers } from './record-batch.ts'

const maxBytes = 0x3fff_ffff

/**
 * Builds an outgoing batch, record after record, over one slab of bytes that grows as needed and is kept from batch to
 * batch: `add` begins a record, without key and value until they are written.
 */
export class OutgoingBatchBuilder implements OutgoingBatch {
  readonly topic: string
  readonly partition: number
  count = 0
  timestamps: Float64Array
  bytes: Buffer
  keyStarts: Int32Array
  keyEnds: Int32Array
  valueStarts: Int32Array
  valueEnds: Int32Array
  /** How much of `bytes` is in use. Whoever writes straight into `bytes` calls `room` first and moves this on. */
  used = 0
  private headersByRecord: Map<number, Headers> | undefined

  constructor(topic: string, partition: number, capacity = 1024) {
    this.topic = topic
    this.partition = partition
    this.timestamps = new Float64Array(capacity)
    this.bytes = Buffer.allocUnsafeSlow(capacity * 64)
    this.keyStarts = new Int32Array(capacity)
    this.keyEnds = new Int32Array(capacity)
    this.valueStarts = new Int32Array(capacity)
    this.valueEnds = new Int32Array(capacity)
  }

  get headers(): ReadonlyMap<number, Headers> | undefined {
    return this.headersByRecord
  }

  /** Forgets all records. */
  clear(): void {
    this.count = 0
    this.used = 0
    this.headersByRecord = undefined
  }

  /** Begins a record and gives its index. */
  add(timestampMs: number): number {
    if (this.count === this.timestamps.length) this.grow()
    const index = this.count++
    this.timestamps[index] = timestampMs
    this.keyStarts[index] = -1
    this.keyEnds[index] = -1
    this.valueStarts[index] = -1
    this.valueEnds[index] = -1
    return index
  }

  /** Takes the last record back. */
  removeLast(): void {
    const index = --this.count
    this.headersByRecord?.delete(index)
    const start = this.keyStarts[index] >= 0 ? this.keyStarts[index] : this.valueStarts[index]
    if (start >= 0) this.used = start
  }

  /** Makes the last record's key of `source[from ... to - 1]`; a key is written before the value. */
  setKey(source: Uint8Array, from = 0, to = source.length): void {
    const start = this.append(source, from, to)
    this.keyStarts[this.count - 1] = start
    this.keyEnds[this.count - 1] = this.used
  }

  setKeyText(text: string): void {
    this.keyStarts[this.count - 1] = this.used
    this.appendText(text)
    this.keyEnds[this.count - 1] = this.used
  }

  setValue(source: Uint8Array, from = 0, to = source.length): void {
    const start = this.append(source, from, to)
    this.valueStarts[this.count - 1] = start
    this.valueEnds[this.count - 1] = this.used
  }

  setValueText(text: string): void {
    this.beginValue()
    this.appendText(text)
    this.endValue()
  }

  /** The last record's value is what is written into `bytes` from now to `endValue`. */
  beginValue(): void {
    this.valueStarts[this.count - 1] = this.used
  }

  endValue(): void {
    this.valueEnds[this.count - 1] = this.used
  }

  setHeaders(headers: Headers): void {
    this.headersByRecord ??= new Map()
    this.headersByRecord.set(this.count - 1, headers)
  }

  /** Sees to it that `bytes` has room for `length` more. Throws MILLRACE_LOG_BATCH_SIZE above 1 GiB. */
  room(length: number): void {
    const needed = this.used + length
    if (needed <= this.bytes.length) return
    if (needed > maxBytes) {
      const wrong = `a batch of more than ${maxBytes} bytes`
      throw new MillraceError(
        'MILLRACE_LOG_BATCH_SIZE',
        this.topic,
        wrong,
        'Send what the batch has before adding to it',
      )
    }
    const bytes = Buffer.allocUnsafeSlow(Math.min(maxBytes, Math.max(this.bytes.length * 2, needed)))
    bytes.set(this.bytes.subarray(0, this.used))
    this.bytes = bytes
  }

  private append(source: Uint8Array, from: number, to: number): number {
    this.room(to - from)
    const { bytes } = this
    const start = this.used
    let at = start
    if (to - from > 32) {
      bytes.set(source.subarray(from, to), at)
      at += to - from
    } else {
      for (let i = from; i < to; i++) bytes[at++] = source[i]
    }
    this.used = at
    return start
  }

  private appendText(text: string): void {
    this.room(text.length * 3)
    this.used += this.bytes.write(text, this.used)
  }

  private grow(): void {
    const capacity = this.timestamps.length * 2
    const timestamps = new Float64Array(capacity)
    timestamps.set(this.timestamps)
    this.timestamps = timestamps
    this.keyStarts = grown(this.keyStarts, capacity)
    this.keyEnds = grown(this.keyEnds, capacity)
    this.valueStarts = grown(this.valueStarts, capacity)
    this.valueEnds = grown(this.valueEnds, capacity)
  }
}

function grown(from: Int32Array, capacity: number): Int32Array {
  const to = new Int32Array(capacity)
  to.set(from)
  return to
}
