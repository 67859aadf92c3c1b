import { MemoryLog, type MemoryLogOptions } from '../log/memory-log.ts'
import type { LogReader, TopicPartition } from '../log/log.ts'
import type { RecordBatch } from '../log/record-batch.ts'

/** What can go wrong with the answers of readers. */
export interface ReaderFaults {
  /** Whether a poll answers again what it has answered before. */
  duplicates(): boolean
  /** What the first poll of a new reader answers instead of what the log has; undefined: no such fault. */
  stale(place: TopicPartition, offset: number): RecordBatch | undefined
  /** Told of each batch that a reader gave. */
  given(batch: RecordBatch): void
}

export interface SimulatedLogOptions extends MemoryLogOptions {
  readonly faults: ReaderFaults
  /** Before and after records are deleted for good. */
  readonly trimming: (phase: 'before' | 'after', place: TopicPartition) => Promise<void>
}

/** A log in memory whose readers may answer twice, or with what an earlier reader fetched. */
export class SimulatedLog extends MemoryLog {
  private readonly faults: ReaderFaults
  private readonly trimming: SimulatedLogOptions['trimming']

  constructor(options: SimulatedLogOptions) {
    super(options)
    this.faults = options.faults
    this.trimming = options.trimming
  }

  override async deleteBefore(place: TopicPartition, offset: number): Promise<void> {
    await this.trimming('before', place)
    await super.deleteBefore(place, offset)
    await this.trimming('after', place)
  }

  override async reader(from: readonly (TopicPartition & { readonly offset: number })[]): Promise<LogReader> {
    const reader = await super.reader(from)
    return from.length === 1 ? new FaultyReader(reader, from[0], this.faults) : reader
  }
}

class FaultyReader implements LogReader {
  private readonly reader: LogReader
  private readonly faults: ReaderFaults
  private stale: RecordBatch | undefined
  private latest: readonly RecordBatch[] = []

  constructor(reader: LogReader, at: TopicPartition & { readonly offset: number }, faults: ReaderFaults) {
    this.reader = reader
    this.faults = faults
    this.stale = faults.stale(at, at.offset)
  }

  async poll(maxBytes: number, maxWaitMs: number): Promise<readonly RecordBatch[]> {
    const { stale } = this
    this.stale = undefined
    if (stale !== undefined) return [stale]
    if (this.latest.length > 0 && this.faults.duplicates()) return this.latest
    const batches = await this.reader.poll(maxBytes, maxWaitMs)
    for (const batch of batches) this.faults.given(batch)
    if (batches.length > 0) this.latest = batches
    return batches
  }

  position(index: number): number {
    return this.reader.position(index)
  }

  readableEnd(index: number): number {
    return this.reader.readableEnd(index)
  }

  seek(index: number, offset: number): void {
    this.reader.seek(index, offset)
  }

  pause(index: number): void {
    this.reader.pause(index)
  }

  resume(index: number): void {
    this.reader.resume(index)
  }

  async close(): Promise<void> {
    await this.reader.close()
  }
}
