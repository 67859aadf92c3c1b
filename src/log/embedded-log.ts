import { checkTopic } from './check-topic.ts'
import { type Clock, systemClock } from './clock.ts'
import { DirectoryLock } from './directory-lock.ts'
import { EmbeddedDatabase, type PartitionRow } from './embedded-database.ts'
import { GuardedProducer } from './guarded-producer.ts'
import type { Log, LogReader, TopicDescription, TopicOptions, TopicPartition, TransactionalProducer } from './log.ts'
import { logErrors } from './log-errors.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'
import { PendingRecords } from './pending-records.ts'
import { type PartitionSource, PollingReader } from './polling-reader.ts'
import { WakeUp } from './wake-up.ts'

export interface EmbeddedLogOptions {
  /** What a commit survives: a power failure (each is synced to the disk), or only the death of this process. Default `power`. */
  readonly durability?: 'power' | 'process'
  /** Only reads; any number may, beside the one process that writes. Default false. */
  readonly readOnly?: boolean
  /** The file may grow to this; then writes throw MILLRACE_LOG_DISK_FULL. Default: as the disk allows. */
  readonly maxBytes?: number
  /** Bound of what one transaction holds in memory. Default 256 MiB. */
  readonly maxTransactionBytes?: number
  /** Bound of one record, key and value. Default 64 MiB. */
  readonly maxRecordBytes?: number
  readonly clock?: Clock
}

/** Chunks are deleted in steps of this many (16 MiB at the most), so that no single call is long. */
const deletionStep = 32
const retentionCheckMs = 60_000
/** How soon a read-only log sees what the writing process commits. */
const recheckMs = 50

/**
 * A log in one SQLite file of a data directory, for one process at a time: `log.sqlite` there. What a commit wrote is
 * durable when it resolves. SQLite runs on the calling thread, so a commit takes the loop for as long as the disk syncs.
 */
export class EmbeddedLog implements Log {
  readonly #directory: string
  readonly #options: EmbeddedLogOptions
  readonly #clock: Clock
  readonly #wakeUp: WakeUp
  readonly #lock: DirectoryLock | undefined
  readonly #database: EmbeddedDatabase
  #retentionDueMs = 0
  #closed = false

  /** Throws MILLRACE_LOG_IN_USE, MILLRACE_LOG_NOT_WRITABLE, MILLRACE_LOG_DISK_FULL or MILLRACE_LOG_CORRUPT. */
  constructor(directory: string, options: EmbeddedLogOptions = {}) {
    const { durability = 'power', readOnly = false, maxBytes } = options
    this.#directory = directory
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#wakeUp = new WakeUp(this.#clock)
    this.#lock = readOnly ? undefined : new DirectoryLock(directory)
    try {
      this.#database = new EmbeddedDatabase(directory, { durability, readOnly, maxBytes })
    } catch (cause) {
      this.#lock?.release()
      throw cause
    }
  }

  async createTopic(name: string, options: TopicOptions): Promise<void> {
    this.#ensureOpen()
    checkTopic(name, options)
    this.#database.transaction(() => {
      const there = this.#database.topic(name)
      if (there && there.partitions !== options.partitions)
        throw logErrors.topicExists(name, there.partitions, options.partitions)
      if (there) return
      const sql = 'INSERT INTO topics (name, partitions, retention_ms) VALUES (?, ?, ?) RETURNING id'
      const { id } = this.#database.get(sql, name, options.partitions, options.retentionMs ?? null)!
      for (let number = 0; number < options.partitions; number++) {
        this.#database.run('INSERT INTO partitions (topic, number) VALUES (?, ?)', id as number, number)
      }
    })
  }

  async topics(): Promise<readonly TopicDescription[]> {
    this.#ensureOpen()
    const rows = this.#database.all('SELECT name, partitions, retention_ms FROM topics ORDER BY name')
    return rows.map(({ name, partitions, retention_ms }) => ({
      name: name as string,
      partitions: partitions as number,
      retentionMs: (retention_ms as number | null) ?? undefined,
    }))
  }

  async deleteTopic(name: string): Promise<void> {
    this.#ensureOpen()
    this.#database.transaction(() => {
      const topic = this.#database.topic(name)
      if (!topic) return
      this.#database.run('INSERT INTO deleted_partitions SELECT id FROM partitions WHERE topic = ?', topic.id)
      this.#database.run('DELETE FROM partitions WHERE topic = ?', topic.id)
      this.#database.run('DELETE FROM topics WHERE id = ?', topic.id)
    })
    this.#wakeUp.notify()
    await this.#sweep()
  }

  async bounds(place: TopicPartition): Promise<{ readonly start: number; readonly readableEnd: number }> {
    this.#ensureOpen()
    const { start, next } = this.#partition(place)
    return { start, readableEnd: next }
  }

  async offsetAt(place: TopicPartition, timestampMs: number): Promise<number> {
    this.#ensureOpen()
    const { id, start, next } = this.#partition(place)
    const sql = `SELECT next FROM chunks WHERE partition = ? AND next > ? AND max_timestamp >= ? ORDER BY next LIMIT 1`
    for (let from = start; from < next; ) {
      const row = this.#database.get(sql, id, from, timestampMs)
      if (!row) break
      const { base, chunk } = this.#database.chunkAt(id, (row.next as number) - 1)!
      for (let i = Math.max(0, from - base); i < chunk.count; i++) {
        if (chunk.timestamps[i] >= timestampMs) return base + i
      }
      from = base + chunk.count
    }
    return next
  }

  async deleteBefore(place: TopicPartition, offset: number): Promise<void> {
    this.#ensureOpen()
    this.#database.transaction(() => {
      const { id, start, next } = this.#partition(place)
      if (offset > next) throw logErrors.beyondEnd(place.topic, place.partition, offset, next)
      if (offset > start) this.#database.run('UPDATE partitions SET start = ? WHERE id = ?', offset, id)
    })
    await this.#sweep()
  }

  /** Deletes what topics need not keep any longer; a commit does so too, about once a minute. */
  async enforceRetention(): Promise<void> {
    this.#ensureOpen()
    this.#expire()
    await this.#sweep()
  }

  async reader(from: readonly (TopicPartition & { readonly offset: number })[]): Promise<LogReader> {
    this.#ensureOpen()
    return new PollingReader(
      from,
      from.map((place) => this.#source(place)),
      {
        clock: this.#clock,
        wakeUp: this.#wakeUp,
        ensureOpen: () => this.#ensureOpen(),
        closed: () => this.#closed,
        recheckMs: this.#options.readOnly ? recheckMs : undefined,
      },
    )
  }

  async transactionalProducer(transactionalId: string): Promise<TransactionalProducer> {
    this.#ensureOpen()
    const epoch = this.#database.transaction(() => this.#database.fence(transactionalId))
    let pending = this.#pending(`transactional producer ${transactionalId}`)
    return new GuardedProducer(transactionalId, {
      ensureOpen: () => this.#ensureOpen(),
      send: async (batches) => {
        this.#database.checkEpoch(transactionalId, epoch)
        pending.add(batches)
      },
      commit: async () => {
        this.#write(pending, () => this.#database.checkEpoch(transactionalId, epoch))
        pending = this.#pending(`transactional producer ${transactionalId}`)
      },
      abort: async () => {
        pending = this.#pending(`transactional producer ${transactionalId}`)
        this.#database.checkEpoch(transactionalId, epoch)
      },
    })
  }

  async append(batches: readonly OutgoingBatch[]): Promise<void> {
    this.#ensureOpen()
    const pending = this.#pending(`log in ${this.#directory}`)
    pending.add(batches)
    this.#write(pending)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#wakeUp.notify()
    this.#database.close()
    this.#lock?.release()
  }

  #pending(place: string): PendingRecords {
    const { maxTransactionBytes = 256 * 1024 * 1024, maxRecordBytes = 64 * 1024 * 1024 } = this.#options
    return new PendingRecords(place, maxTransactionBytes, maxRecordBytes, (at) => this.#partition(at))
  }

  #write(pending: PendingRecords, check?: () => void): void {
    this.#database.transaction(() => {
      check?.()
      for (const { topic, partition, id, builders } of pending.partitions.values()) {
        const row = this.#database.partitionById(id)
        if (!row) throw logErrors.unknownTopic(topic, partition)
        this.#database.append(row, builders)
      }
    })
    this.#wakeUp.notify()
    this.#expireWhenDue()
  }

  #partition({ topic, partition }: TopicPartition): PartitionRow {
    const row = this.#database.partition(topic, partition)
    if (!row) throw logErrors.unknownTopic(topic, partition)
    return row
  }

  #source(place: TopicPartition): PartitionSource {
    const { id } = this.#partition(place)
    return {
      bounds: () => {
        const row = this.#database.partitionById(id)
        if (!row) throw logErrors.unknownTopic(place.topic, place.partition)
        return { start: row.start, readableEnd: row.next }
      },
      chunkAt: (offset) => {
        const stored = this.#database.chunkAt(id, offset)
        if (stored && stored.base <= offset) return stored
        // Its offsets have no gaps: the writing process has deleted these records since we looked at the bounds.
        throw logErrors.outOfRange(
          place.topic,
          place.partition,
          `offset ${offset} was to be read, but has been deleted`,
        )
      },
    }
  }

  #expireWhenDue(): void {
    if (this.#clock.now() < this.#retentionDueMs) return
    try {
      this.#expire()
      if (this.#deleteStep() < deletionStep) this.#retentionDueMs = this.#clock.now() + retentionCheckMs
    } catch {
      // What was asked for is committed; deleting is tried again with the next commit.
    }
  }

  /** Moves the start of each partition over chunks all of whose records are too old, up to the first that isn't. */
  #expire(): void {
    const sql = `UPDATE partitions SET start = max(start, coalesce(
        (SELECT next - count FROM chunks WHERE partition = partitions.id AND next > start
          AND max_timestamp >= ? - retention_ms ORDER BY next LIMIT 1), partitions.next))
      FROM topics WHERE topics.id = partitions.topic AND retention_ms IS NOT NULL`
    this.#database.transaction(() => this.#database.run(sql, this.#clock.now()))
  }

  async #sweep(): Promise<void> {
    while (!this.#closed && this.#deleteStep() === deletionStep) await new Promise((resolve) => setImmediate(resolve))
  }

  /** Deletes some chunks that nobody can read any more; gives how many. */
  #deleteStep(): number {
    const deleted = `DELETE FROM chunks WHERE id IN (SELECT chunks.id FROM deleted_partitions
      JOIN chunks ON chunks.partition = deleted_partitions.id LIMIT ?)`
    const below = `DELETE FROM chunks WHERE id IN (SELECT chunks.id FROM partitions
      JOIN chunks ON chunks.partition = partitions.id AND chunks.next <= partitions.start LIMIT ?)`
    return this.#database.transaction(() => {
      let count = this.#database.run(deleted, deletionStep)
      if (count < deletionStep) {
        this.#database.run('DELETE FROM deleted_partitions WHERE true')
        count += this.#database.run(below, deletionStep - count)
      }
      return count
    })
  }

  #ensureOpen(): void {
    if (this.#closed) throw logErrors.logClosed(`log in ${this.#directory}`)
  }
}
