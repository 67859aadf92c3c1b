import type { OutgoingBatch } from './outgoing-batch.ts'
import type { RecordBatch } from './record-batch.ts'

export interface TopicOptions {
  readonly partitions: number
  /** How long records are kept by their timestamps, ms; undefined = for ever. */
  readonly retentionMs?: number
}

export interface TopicDescription extends TopicOptions {
  readonly name: string
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** The narrow door to a log of topics: Kafka, the embedded log, and the in-memory log of tests, under one contract suite. */
export interface Log {
  /**
   * Creates a topic; nothing happens when it is there with the same number of partitions. Names are Kafka's: letters,
   * digits, '.', '_', '-', up to 249. Throws MILLRACE_LOG_TOPIC_EXISTS when the number differs.
   */
  createTopic(name: string, options: TopicOptions): Promise<void>
  /** All topics, by name. */
  topics(): Promise<readonly TopicDescription[]>
  /** A topic and its records are gone afterwards, also for readers of it (MILLRACE_LOG_UNKNOWN_TOPIC); nothing happens when it isn't there. */
  deleteTopic(name: string): Promise<void>
  /** The first offset still kept, and the offset after the last one that a read-committed reader may see. Throws MILLRACE_LOG_UNKNOWN_TOPIC. */
  bounds(place: TopicPartition): Promise<{ readonly start: number; readonly readableEnd: number }>
  /** The first offset whose record has this timestamp or a later one (record timestamps may be out of order: the first such offset); the readable end when there is none. */
  offsetAt(place: TopicPartition, timestampMs: number): Promise<number>
  /** Makes `offset` the start: records below it can't be read from now on. Nothing happens when the start is there or beyond; MILLRACE_LOG_OUT_OF_RANGE when `offset` lies beyond the readable end. */
  deleteBefore(place: TopicPartition, offset: number): Promise<void>
  /** A reader of some partitions, each from its offset on. Throws MILLRACE_LOG_UNKNOWN_TOPIC; offsets are checked at each poll. */
  reader(from: readonly (TopicPartition & { readonly offset: number })[]): Promise<LogReader>
  /** The transactional producer of this id: fences every earlier one, and settles (aborts) what it left open. */
  transactionalProducer(transactionalId: string): Promise<TransactionalProducer>
  /** Appends without a transaction, all of a batch or nothing; resolves when durable. */
  append(batches: readonly OutgoingBatch[]): Promise<void>
  /** Closes its readers and producers too; every later call throws MILLRACE_LOG_CLOSED. Closing twice is no error. */
  close(): Promise<void>
}

/** Reads committed records only. One poll at a time: a second one under way throws MILLRACE_LOG_CONCURRENT_CALL. */
export interface LogReader {
  /**
   * Batches that are ready, in offset order for each partition, together about `maxBytes` at the most (a first record is
   * always given); waits up to `maxWaitMs` when nothing is ready, then resolves with none. It may resolve with none
   * early, when a position has moved over control or aborted records alone, or the reader was closed. The arrays are
   * the caller's to keep, never to write to.
   * Throws MILLRACE_LOG_OUT_OF_RANGE where records that it is to read have been deleted or the position lies beyond the
   * end, never jumping over them; no position has moved then, and after a seek the reader goes on.
   */
  poll(maxBytes: number, maxWaitMs: number): Promise<readonly RecordBatch[]>
  /** The next offset it will read, by index into `from`; moved over control and aborted records too. */
  position(index: number): number
  /** The readable end as of the last completed poll, by index into `from`. */
  readableEnd(index: number): number
  seek(index: number, offset: number): void
  /** No batches of this partition from the next poll on, so that a merge can bound what it holds of a partition that runs ahead; its readable end is still kept current. */
  pause(index: number): void
  resume(index: number): void
  close(): Promise<void>
}

/**
 * Writes transactions, one after the other, each across topics and partitions, all of it or nothing. After any error
 * but a cleanly answered abort it is of no more use (MILLRACE_LOG_PRODUCER_FAILED): make a new one with the same id,
 * which settles what was left open. One call at a time: a second one under way throws MILLRACE_LOG_CONCURRENT_CALL.
 */
export interface TransactionalProducer {
  /** Adds records to the open transaction, opening one where there is none; order within a partition is the order sent. Throws MILLRACE_LOG_FENCED or MILLRACE_LOG_TOO_LARGE. */
  send(batches: readonly OutgoingBatch[]): Promise<void>
  /**
   * Makes all that was sent visible, all of it or nothing (on Kafka, readers may see one partition's part a little before
   * another's); nothing happens when nothing was sent. Throws MILLRACE_LOG_FENCED (nothing was written), MILLRACE_LOG_DISK_FULL
   * (nothing is visible) or MILLRACE_LOG_UNKNOWN_OUTCOME.
   */
  commit(): Promise<void>
  /** Drops all that was sent. */
  abort(): Promise<void>
  /** Drops what is open. */
  close(): Promise<void>
}
