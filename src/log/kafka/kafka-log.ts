import { randomUUID } from 'node:crypto'
import { GuardedProducer } from '../guarded-producer.ts'
import type { Log, LogReader, TopicDescription, TopicOptions, TopicPartition, TransactionalProducer } from '../log.ts'
import { logErrors } from '../log-errors.ts'
import type { OutgoingBatch } from '../outgoing-batch.ts'
import type { TaskGroup } from '../task-group.ts'
import { kafkaCodes } from './kafka-codes.ts'
import { KafkaCluster } from './kafka-cluster.ts'
import { KafkaCodeError } from './kafka-errors.ts'
import { coordinators, findCoordinator } from './find-coordinator.ts'
import { KafkaGroup, type KafkaGroupOptions } from './kafka-group.ts'
import type { KafkaLogOptions } from './kafka-options.ts'
import { KafkaProducer } from './kafka-producer.ts'
import { KafkaReader } from './kafka-reader.ts'
import { KafkaTopics } from './kafka-topics.ts'
import { KafkaTransactions } from './kafka-transactions.ts'
import { offsetTimes, partitionOffset } from './partition-offset.ts'

const SCAN_BYTES = 1024 * 1024

/**
 * A log in a Kafka cluster, brokers 2.3 to 4.x: kafkajs's connections and requests, and our own record batches, fetches and
 * transactions, since those of kafkajs's clients lose and show what they must not.
 */
export class KafkaLog implements Log {
  readonly #cluster: KafkaCluster
  readonly #topics: KafkaTopics
  readonly #readers = new Set<KafkaReader>()
  readonly #producers = new Set<TransactionalProducer>()
  /** What is appended, one after the other. */
  #appending: Promise<unknown> = Promise.resolve()
  #appender: KafkaProducer | undefined
  #wholeAppender: TransactionalProducer | undefined
  readonly #appendId: string
  #closed = false

  /** Connects when first used. */
  constructor(options: KafkaLogOptions) {
    this.#cluster = new KafkaCluster(options)
    this.#topics = new KafkaTopics(this.#cluster)
    this.#appendId = `${options.clientId ?? 'millrace'}.append.${randomUUID()}`
  }

  async createTopic(name: string, options: TopicOptions): Promise<void> {
    this.#ensureOpen()
    await this.#topics.create(name, options)
  }

  async topics(): Promise<readonly TopicDescription[]> {
    this.#ensureOpen()
    return this.#topics.list()
  }

  async deleteTopic(name: string): Promise<void> {
    this.#ensureOpen()
    await this.#topics.delete(name)
  }

  async bounds(place: TopicPartition): Promise<{ readonly start: number; readonly readableEnd: number }> {
    this.#ensureOpen()
    const [start, end] = await Promise.all(
      [offsetTimes.earliest, offsetTimes.latest].map((time) => partitionOffset(this.#cluster, place, time)),
    )
    return { start, readableEnd: Math.max(start, end) }
  }

  async offsetAt(place: TopicPartition, timestampMs: number): Promise<number> {
    this.#ensureOpen()
    // What the broker finds may be a marker or an aborted record; no readable one lies before it. Where the start lies within
    // a segment, brokers (4.1) may find nothing though there is something: then all that is kept is looked through.
    const { start, readableEnd } = await this.bounds(place)
    if (timestampMs > Number.MAX_SAFE_INTEGER) return readableEnd
    const first = await partitionOffset(this.#cluster, place, Math.ceil(Math.max(0, timestampMs)))
    if (first < 0 && start === 0) return readableEnd
    const reader = await this.reader([{ ...place, offset: Math.max(first, start) }])
    try {
      while (reader.position(0) < readableEnd) {
        for (const { count, offsets, timestamps } of await reader.poll(SCAN_BYTES, 0)) {
          for (let i = 0; i < count; i++) if (timestamps[i] >= timestampMs) return offsets[i]
        }
      }
      return readableEnd
    } finally {
      await reader.close()
    }
  }

  async deleteBefore(place: TopicPartition, offset: number): Promise<void> {
    const { start, readableEnd } = await this.bounds(place)
    const { topic, partition } = place
    if (offset > readableEnd) throw logErrors.beyondEnd(topic, partition, offset, readableEnd)
    if (offset <= start) return
    await this.#cluster.retrying(`log topic ${topic}, partition ${partition}`, topic, async () => {
      const node = await this.#cluster.leader(place)
      const args = { topics: [{ topic, partitions: [{ partition, offset: String(offset) }] }], timeout: 30_000 }
      const { topics } = await this.#cluster.call<{
        topics: readonly { partitions: readonly { errorCode: number }[] }[]
      }>(node, 'DeleteRecords', args)
      const { errorCode } = topics[0].partitions[0]
      if (errorCode !== kafkaCodes.none) throw new KafkaCodeError('delete records', errorCode)
    })
  }

  async reader(from: readonly (TopicPartition & { readonly offset: number })[]): Promise<LogReader> {
    this.#ensureOpen()
    for (const place of from) await this.#leader(place)
    this.#ensureOpen()
    const reader = new KafkaReader(this.#cluster, from, () => this.#ensureOpen())
    this.#readers.add(reader)
    const close = reader.close.bind(reader)
    reader.close = async () => {
      this.#readers.delete(reader)
      await close()
    }
    return reader
  }

  async transactionalProducer(transactionalId: string): Promise<TransactionalProducer> {
    this.#ensureOpen()
    const transactions = await KafkaTransactions.open(this.#cluster, transactionalId, () => this.#ensureOpen())
    const producer = new GuardedProducer(transactionalId, transactions)
    this.#producers.add(producer)
    const close = producer.close.bind(producer)
    producer.close = async () => {
      await close()
      if (this.#producers.delete(producer)) transactions.close()
    }
    return producer
  }

  /** The group of processes that can run a task that reads these topics; closed by leaving it. */
  taskGroup(options: KafkaGroupOptions): TaskGroup {
    this.#ensureOpen()
    return new KafkaGroup(this.#cluster, options)
  }

  /** How many processes are in a group; one that was killed is until its session timeout has passed. */
  async groupMembers(group: string): Promise<number> {
    this.#ensureOpen()
    const cluster = this.#cluster
    return cluster.retrying(`consumer group ${group}`, undefined, async () => {
      const node = await findCoordinator((name, args) => cluster.call(-1, name, args), group, coordinators.group)
      const { groups } = await cluster.call<{
        groups: readonly { readonly errorCode: number; readonly members: readonly unknown[] }[]
      }>(node, 'DescribeGroups', { groupIds: [group] })
      const [{ errorCode, members }] = groups
      if (errorCode !== kafkaCodes.none) throw new KafkaCodeError('describe groups', errorCode)
      return members.length
    })
  }

  append(batches: readonly OutgoingBatch[]): Promise<void> {
    const appended = this.#appending.then(() => this.#append(batches))
    this.#appending = appended.catch(() => {})
    return appended
  }

  async close(): Promise<void> {
    if (this.#closed) return
    for (const reader of this.#readers) await reader.close()
    // What can't be settled now, a successor settles.
    for (const producer of this.#producers) await producer.close().catch(() => {})
    this.#closed = true
    this.#cluster.close()
  }

  async #append(batches: readonly OutgoingBatch[]): Promise<void> {
    this.#ensureOpen()
    const { maxRecordBytes = 1_000_000 } = this.#cluster.options
    const slices = batches.map((batch) => KafkaProducer.slices(batch, maxRecordBytes))
    for (const batch of batches) await this.#leader(batch)
    if (slices.some((own) => own.length > 1)) return this.#appendWhole(batches)
    this.#appender ??= await this.#idempotentProducer()
    try {
      await this.#appender.send(slices.flat())
    } catch (error) {
      this.#appender.close()
      this.#appender = undefined
      throw error
    }
  }

  /** What needs several record batches of Kafka is written by a transaction: all of it or nothing. */
  async #appendWhole(batches: readonly OutgoingBatch[]): Promise<void> {
    this.#wholeAppender ??= await this.transactionalProducer(this.#appendId)
    try {
      await this.#wholeAppender.send(batches)
      await this.#wholeAppender.commit()
    } catch (error) {
      await this.#wholeAppender.close().catch(() => {}) // the error that matters is the one before
      this.#wholeAppender = undefined
      throw error
    }
  }

  async #idempotentProducer(): Promise<KafkaProducer> {
    return this.#cluster.retrying('Kafka log', undefined, async () => {
      const args = { transactionalId: null, transactionTimeout: 60_000 }
      const { errorCode, producerId, producerEpoch } = await this.#cluster.call<{
        errorCode: number
        producerId: string
        producerEpoch: number
      }>(-1, 'InitProducerId', args)
      if (errorCode !== kafkaCodes.none) throw new KafkaCodeError('init', errorCode)
      return new KafkaProducer(this.#cluster, { producerId, epoch: producerEpoch })
    })
  }

  async #leader(place: TopicPartition): Promise<number> {
    return this.#cluster.retrying(`log topic ${place.topic}`, place.topic, () => this.#cluster.leader(place))
  }

  #ensureOpen(): void {
    if (this.#closed) throw logErrors.logClosed('Kafka log')
  }
}
