import { checkTopic } from './check-topic.ts'
import { addToChunks } from './add-to-chunks.ts'
import { checkOutgoing } from './check-outgoing.ts'
import type { ChunkBuilder } from './chunk-builder.ts'
import { type Clock, systemClock } from './clock.ts'
import type { TopicDescription, TopicOptions, TopicPartition } from './log.ts'
import { logErrors } from './log-errors.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'
import type { StoredChunk } from './polling-reader.ts'
import type { RecordChunk } from './record-chunk.ts'
import { WakeUp } from './wake-up.ts'

export interface MemoryBrokerOptions {
  /**
   * Lay partitions out as Kafka does: records of a transaction take their offsets when sent, hold the readable end back
   * while it is open, stay as gaps when it is aborted, and a control marker ends each partition's part of it. Default
   * false: records take their offsets at the commit, so that offsets have no gaps, as in the embedded log.
   */
  readonly markers?: boolean
  readonly clock?: Clock
  /** Default 256 MiB. */
  readonly maxTransactionBytes?: number
  /** Default 64 MiB. */
  readonly maxRecordBytes?: number
}

/** A run of offsets: records, or a control marker where there is no chunk. */
export interface MemoryEntry {
  readonly base: number
  readonly end: number
  readonly chunk: RecordChunk | undefined
  readonly maxTimestamp: number
  state: 'committed' | 'open' | 'aborted' | 'marker'
}

export interface MemoryPartition extends TopicPartition {
  start: number
  end: number
  entries: MemoryEntry[]
  deleted: boolean
  /** The first offset of each open transaction, by its id. */
  readonly openFrom: Map<string, number>
}

/** What one producer has open. */
export interface MemoryTransaction {
  readonly id: string
  readonly epoch: number
  state: 'open' | 'committing' | 'aborting' | 'ended'
  bytes: number
  /** What was sent, by partition; in the order of first use. */
  readonly parts: Map<MemoryPartition, { readonly builders: ChunkBuilder[]; readonly entries: MemoryEntry[] }>
}

/**
 * The state of an in-memory log, shared by the `MemoryLog`s of any number of simulated processes. Every call takes
 * effect at once and synchronously; when a caller learns of it is the business of `MemoryLog`.
 */
export class MemoryBroker {
  readonly clock: Clock
  readonly wakeUp: WakeUp
  readonly markers: boolean
  readonly partitions = new Map<string, MemoryPartition[]>()
  readonly retention = new Map<string, number | undefined>()
  readonly epochs = new Map<string, number>()
  readonly transactions = new Map<string, MemoryTransaction>()
  readonly #maxTransactionBytes: number
  readonly #maxRecordBytes: number

  constructor(options: MemoryBrokerOptions = {}) {
    this.clock = options.clock ?? systemClock
    this.wakeUp = new WakeUp(this.clock)
    this.markers = options.markers ?? false
    this.#maxTransactionBytes = options.maxTransactionBytes ?? 256 * 1024 * 1024
    this.#maxRecordBytes = options.maxRecordBytes ?? 64 * 1024 * 1024
  }

  createTopic(name: string, options: TopicOptions): void {
    checkTopic(name, options)
    const there = this.partitions.get(name)
    if (there && there.length !== options.partitions)
      throw logErrors.topicExists(name, there.length, options.partitions)
    if (there) return
    const partitions: MemoryPartition[] = []
    for (let partition = 0; partition < options.partitions; partition++) {
      partitions.push({ topic: name, partition, start: 0, end: 0, entries: [], deleted: false, openFrom: new Map() })
    }
    this.partitions.set(name, partitions)
    this.retention.set(name, options.retentionMs)
  }

  topics(): TopicDescription[] {
    const names = [...this.partitions.keys()].toSorted()
    return names.map((name) => ({
      name,
      partitions: this.partitions.get(name)!.length,
      retentionMs: this.retention.get(name),
    }))
  }

  deleteTopic(name: string): void {
    for (const partition of this.partitions.get(name) ?? []) {
      partition.deleted = true
      partition.entries = []
    }
    this.partitions.delete(name)
    this.retention.delete(name)
    this.wakeUp.notify()
  }

  /** Throws MILLRACE_LOG_UNKNOWN_TOPIC. */
  partition({ topic, partition }: TopicPartition): MemoryPartition {
    const found = this.partitions.get(topic)?.[partition]
    if (!found) throw logErrors.unknownTopic(topic, partition)
    return found
  }

  /** The last stable offset of a partition, or its start. Throws MILLRACE_LOG_UNKNOWN_TOPIC when its topic was deleted since. */
  bounds(partition: MemoryPartition): { readonly start: number; readonly readableEnd: number } {
    if (partition.deleted) throw logErrors.unknownTopic(partition.topic, partition.partition)
    return { start: partition.start, readableEnd: readableEnd(partition) }
  }

  /** The first committed chunk with records at `offset` or beyond, below the readable end. */
  chunkAt(partition: MemoryPartition, offset: number): StoredChunk | undefined {
    const end = readableEnd(partition)
    for (let i = firstEndingAfter(partition.entries, offset); i < partition.entries.length; i++) {
      const { base, chunk, state } = partition.entries[i]
      if (base >= end) return undefined
      if (chunk && state === 'committed') return { base, chunk }
    }
    return undefined
  }

  offsetAt(partition: MemoryPartition, timestampMs: number): number {
    const end = readableEnd(partition)
    for (const { base, chunk, state, maxTimestamp } of partition.entries) {
      if (base >= end) break
      if (!chunk || state !== 'committed' || maxTimestamp < timestampMs) continue
      for (let i = Math.max(0, partition.start - base); i < chunk.count; i++) {
        if (chunk.timestamps[i] >= timestampMs) return base + i
      }
    }
    return end
  }

  deleteBefore(place: TopicPartition, offset: number): void {
    const partition = this.partition(place)
    const end = readableEnd(partition)
    if (offset > end) throw logErrors.beyondEnd(place.topic, place.partition, offset, end)
    partition.start = Math.max(partition.start, offset)
    partition.entries.splice(0, firstEndingAfter(partition.entries, partition.start))
  }

  /** Deletes what topics need not keep any longer: from the start of each partition up to the first run of records that has one young enough. */
  enforceRetention(): void {
    const now = this.clock.now()
    for (const [topic, partitions] of this.partitions) {
      const retentionMs = this.retention.get(topic)
      if (retentionMs === undefined) continue
      for (const partition of partitions) {
        const end = readableEnd(partition)
        let start = partition.start
        for (const entry of partition.entries) {
          if (entry.end > end || (entry.chunk && entry.maxTimestamp >= now - retentionMs)) break
          start = entry.end
        }
        this.deleteBefore(partition, Math.max(start, partition.start))
      }
    }
  }

  append(batches: readonly OutgoingBatch[]): void {
    const places = batches.map((batch) => this.partition(batch))
    const sizes = batches.map((batch) => checkOutgoing(batch, this.#maxRecordBytes))
    for (let i = 0; i < batches.length; i++) {
      const builders: ChunkBuilder[] = []
      addToChunks(builders, batches[i], sizes[i])
      for (const builder of builders) addEntry(places[i], builder, 'committed')
    }
    this.wakeUp.notify()
  }

  /** The epoch of a new producer, after its predecessor's transaction was settled. */
  fence(id: string): number {
    this.settle(id)
    const epoch = (this.epochs.get(id) ?? 0) + 1
    this.epochs.set(id, epoch)
    return epoch
  }

  /** Ends what is open under an id, as the coordinator does for a new producer: a commit once decided is completed, all else aborted. A `fence` that nobody uses is what a transaction timeout does. */
  settle(id: string): void {
    const transaction = this.transactions.get(id)
    if (!transaction) return
    if (transaction.state === 'open') transaction.state = 'aborting'
    for (const partition of transaction.parts.keys()) this.writeMarker(transaction, partition)
    this.end(transaction)
  }

  send(id: string, epoch: number, batches: readonly OutgoingBatch[]): void {
    this.checkEpoch(id, epoch)
    const places = batches.map((batch) => this.partition(batch))
    const sizes = batches.map((batch) => checkOutgoing(batch, this.#maxRecordBytes))
    const transaction = this.#transaction(id, epoch)
    for (let i = 0; i < batches.length; i++) transaction.bytes += sizes[i] + 16 * batches[i].count
    if (transaction.bytes > this.#maxTransactionBytes) {
      throw logErrors.transactionTooLarge(`transactional producer ${id}`, transaction.bytes, this.#maxTransactionBytes)
    }
    for (let i = 0; i < batches.length; i++) this.#add(transaction, places[i], batches[i], sizes[i])
  }

  /** Decides how a transaction ends; from here on it will end so. Undefined when nothing is open. Throws MILLRACE_LOG_FENCED. */
  decide(id: string, epoch: number, how: 'committing' | 'aborting'): MemoryTransaction | undefined {
    this.checkEpoch(id, epoch)
    const transaction = this.transactions.get(id)
    if (!transaction || transaction.state !== 'open') return undefined
    for (const { topic, partition, deleted } of transaction.parts.keys()) {
      if (deleted && how === 'committing') throw logErrors.unknownTopic(topic, partition)
    }
    transaction.state = how
    return transaction
  }

  /** Ends one partition's part of a decided transaction: it is readable from here on, or never. */
  writeMarker(transaction: MemoryTransaction, partition: MemoryPartition): void {
    const part = transaction.parts.get(partition)
    if (!part || partition.deleted) return
    transaction.parts.delete(partition)
    const committed = transaction.state === 'committing'
    if (this.markers) {
      for (const entry of part.entries) entry.state = committed ? 'committed' : 'aborted'
      partition.openFrom.delete(transaction.id)
      const { end } = partition
      partition.entries.push({ base: end, end: end + 1, chunk: undefined, maxTimestamp: 0, state: 'marker' })
      partition.end = end + 1
    } else if (committed) {
      for (const builder of part.builders) addEntry(partition, builder, 'committed')
    }
    this.wakeUp.notify()
  }

  end(transaction: MemoryTransaction): void {
    transaction.state = 'ended'
    if (this.transactions.get(transaction.id) === transaction) this.transactions.delete(transaction.id)
  }

  checkEpoch(id: string, epoch: number): void {
    if (this.epochs.get(id) !== epoch) throw logErrors.fenced(id)
  }

  #transaction(id: string, epoch: number): MemoryTransaction {
    const there = this.transactions.get(id)
    if (there) return there
    const transaction: MemoryTransaction = { id, epoch, state: 'open', bytes: 0, parts: new Map() }
    this.transactions.set(id, transaction)
    return transaction
  }

  #add(transaction: MemoryTransaction, partition: MemoryPartition, batch: OutgoingBatch, size: number): void {
    if (batch.count === 0) return
    let part = transaction.parts.get(partition)
    if (!part) {
      part = { builders: [], entries: [] }
      transaction.parts.set(partition, part)
    }
    if (!this.markers) return addToChunks(part.builders, batch, size)
    if (!partition.openFrom.has(transaction.id)) partition.openFrom.set(transaction.id, partition.end)
    const builders: ChunkBuilder[] = []
    addToChunks(builders, batch, size)
    for (const builder of builders) part.entries.push(addEntry(partition, builder, 'open'))
  }
}

function addEntry(partition: MemoryPartition, builder: ChunkBuilder, state: 'committed' | 'open'): MemoryEntry {
  const chunk = builder.chunk()
  const { end } = partition
  const entry = { base: end, end: end + chunk.count, chunk, maxTimestamp: builder.maxTimestamp, state }
  partition.entries.push(entry)
  partition.end = entry.end
  return entry
}

function readableEnd(partition: MemoryPartition): number {
  let end = partition.end
  for (const from of partition.openFrom.values()) if (from < end) end = from
  return end
}

/** The index of the first entry that ends after `offset`. */
function firstEndingAfter(entries: readonly MemoryEntry[], offset: number): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (entries[middle].end > offset) high = middle
    else low = middle + 1
  }
  return low
}
