import type { LogReader } from '../log/log.ts'
import type { RecordBatch } from '../log/record-batch.ts'
import { formatTopicCursor, type TopicCursor } from './topic-cursor.ts'

/** A record of a topic and the place after it. */
export interface FollowedRecord {
  readonly cursor: string
  readonly partition: number
  readonly offset: number
  /** Undefined where the bytes are no record of the topic's schema. */
  readonly value: unknown
}

const POLL_BYTES = 64 * 1024 // a turn of decoding takes a few milliseconds at the most

/**
 * Reads a topic from a place on: each partition in its order, and what was read together by timestamp. What it holds is
 * bounded by one poll, for the log itself is the queue of whoever reads slowly.
 */
export class TopicFollower {
  private readonly reader: LogReader
  private readonly decode: (value: Uint8Array) => unknown
  private readonly positions: number[]
  private heads: { readonly batch: RecordBatch; index: number }[] = []

  constructor(reader: LogReader, cursor: TopicCursor, decode: (value: Uint8Array) => unknown) {
    this.reader = reader
    this.positions = [...cursor]
    this.decode = decode
  }

  /** The place after what was read. */
  get cursor(): string {
    return formatTopicCursor(this.positions)
  }

  /** Whether there was nothing more, as of the last read. */
  get isAtEnd(): boolean {
    return this.heads.length === 0 && this.positions.every((position, i) => position >= this.reader.readableEnd(i))
  }

  /** The next records, `most` at the most; waits up to `maxWaitMs` for the first. Throws MILLRACE_LOG_OUT_OF_RANGE, MILLRACE_LOG_CLOSED. */
  async read(most: number, maxWaitMs: number): Promise<FollowedRecord[]> {
    if (this.heads.length === 0) await this.poll(maxWaitMs)
    const records: FollowedRecord[] = []
    while (records.length < most && this.heads.length > 0) records.push(await this.take(this.earliest()))
    return records
  }

  close(): Promise<void> {
    return this.reader.close()
  }

  private async poll(maxWaitMs: number): Promise<void> {
    for (const batch of await this.reader.poll(POLL_BYTES, maxWaitMs)) {
      if (batch.count > 0) this.heads.push({ batch, index: 0 })
    }
    if (this.heads.length > 0) return
    for (let i = 0; i < this.positions.length; i++) this.positions[i] = this.reader.position(i) // beyond control records
  }

  /** Index of the head whose record is next: by timestamp, and never before an earlier batch of its partition. */
  private earliest(): number {
    const { heads } = this
    let best = 0
    for (let h = 1; h < heads.length; h++) {
      const { batch, index } = heads[h]
      const earlier = heads.findIndex((other) => other.batch.partition === batch.partition)
      if (earlier < h) continue
      if (batch.timestamps[index] < heads[best].batch.timestamps[heads[best].index]) best = h
    }
    return best
  }

  private async take(head: number): Promise<FollowedRecord> {
    const { batch, index } = this.heads[head]
    const { partition } = batch
    const offset = batch.offsets[index]
    this.heads[head].index++
    if (index + 1 === batch.count) this.heads.splice(head, 1)
    this.positions[partition] = index + 1 === batch.count ? batch.next : offset + 1
    const start = batch.valueStarts[index]
    const decoded = start < 0 ? undefined : this.decode(batch.bytes.subarray(start, batch.valueEnds[index]))
    const value = decoded instanceof Promise ? await decoded : decoded // a promise only for a schema not met before
    return { cursor: this.cursor, partition, offset, value }
  }
}
