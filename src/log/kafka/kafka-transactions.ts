import { setTimeout as sleep } from 'node:timers/promises'
import { MillraceError } from '../../errors.ts'
import type { TransactionSteps } from '../guarded-producer.ts'
import type { TopicPartition } from '../log.ts'
import { logErrors } from '../log-errors.ts'
import type { OutgoingBatch } from '../outgoing-batch.ts'
import { coordinators, findCoordinator } from './find-coordinator.ts'
import { isFencingKafkaCode, isPassingKafkaCode, kafkaCodes } from './kafka-codes.ts'
import type { KafkaCluster } from './kafka-cluster.ts'
import { KafkaCodeError, kafkaErrors } from './kafka-errors.ts'
import { KafkaProducer } from './kafka-producer.ts'
import { listOffsets, offsetTimes } from './partition-offset.ts'

/** A partition's part of the open transaction. */
interface Part extends TopicPartition {
  readonly incarnation: number
  /** Offset of its first record, once acknowledged. */
  first: number
}

const VISIBLE_MS = 10_000
const FIRST_LOOK_MS = 1
const LONGEST_LOOK_MS = 100

/**
 * The transactions of one transactional id, by Kafka's own protocol: partitions are added to a transaction, then
 * written, then its coordinator ends it. Offsets of consumer groups take no part: the journal says what was read.
 */
export class KafkaTransactions implements TransactionSteps {
  readonly #producer: KafkaProducer
  readonly #cluster: KafkaCluster
  readonly #id: string
  readonly #ensureOpen: () => void
  readonly #parts = new Map<string, Part>()
  #coordinator: number | undefined

  private constructor(producer: KafkaProducer, id: string, coordinator: number, ensureOpen: () => void) {
    this.#producer = producer
    this.#cluster = producer.cluster
    this.#id = id
    this.#coordinator = coordinator
    this.#ensureOpen = ensureOpen
  }

  /** Fences every earlier producer of the id; resolves when what it left open is settled. */
  static async open(cluster: KafkaCluster, id: string, ensureOpen: () => void): Promise<KafkaTransactions> {
    const transactionTimeout = cluster.options.transactionTimeoutMs ?? 60_000
    return cluster.retrying(`transactional producer ${id}`, undefined, async () => {
      const node = await findCoordinator((name, args) => cluster.call(-1, name, args), id, coordinators.transaction)
      const args = { transactionalId: id, transactionTimeout }
      const { errorCode, producerId, producerEpoch } = await cluster.call<{
        errorCode: number
        producerId: string
        producerEpoch: number
      }>(node, 'InitProducerId', args)
      if (errorCode !== kafkaCodes.none) throw new KafkaCodeError('init', errorCode)
      const producer = new KafkaProducer(cluster, { producerId, epoch: producerEpoch, transactionalId: id })
      return new KafkaTransactions(producer, id, node, ensureOpen)
    })
  }

  ensureOpen(): void {
    this.#ensureOpen()
  }

  async send(batches: readonly OutgoingBatch[]): Promise<void> {
    const { maxRecordBytes = 1_000_000 } = this.#cluster.options
    const slices = batches.flatMap((batch) => KafkaProducer.slices(batch, maxRecordBytes))
    for (const place of batches) {
      await this.#cluster.retrying(this.#place(), place.topic, () => this.#cluster.leader(place))
    }
    await this.#add(slices.map(({ batch }) => batch))
    await this.#producer.send(slices, ({ topic, partition }, baseOffset) => {
      const part = this.#parts.get(`${topic}/${partition}`)!
      if (part.first < 0) part.first = baseOffset
    })
  }

  async commit(): Promise<void> {
    for (const { topic, partition, incarnation } of this.#parts.values()) {
      if (incarnation === this.#cluster.incarnation(topic)) continue
      await this.abort()
      throw logErrors.unknownTopic(topic, partition)
    }
    await this.#end(true)
  }

  async abort(): Promise<void> {
    await this.#end(false)
  }

  close(): void {
    this.#producer.close()
  }

  /** Tells the coordinator which partitions the transaction is to write. */
  async #add(places: readonly TopicPartition[]): Promise<void> {
    const fresh = new Map<string, Part>()
    for (const { topic, partition } of places) {
      const name = `${topic}/${partition}`
      if (this.#parts.has(name)) continue
      fresh.set(name, { topic, partition, incarnation: this.#cluster.incarnation(topic), first: -1 })
    }
    if (fresh.size === 0) return
    const topics = [...fresh.values()].map(({ topic, partition }) => ({ topic, partitions: [partition] }))
    await this.#cluster.retrying(this.#place(), undefined, async () => {
      const { errors } = await this.#ask<{
        errors: readonly { partitionErrors: readonly { errorCode: number }[] }[]
      }>('AddPartitionsToTxn', { topics })
      const codes = errors.flatMap(({ partitionErrors }) => partitionErrors.map(({ errorCode }) => errorCode))
      const failed = codes.filter((code) => code !== kafkaCodes.none && code !== kafkaCodes.operationNotAttempted)
      if (failed.length > 0)
        this.#throw('add partitions', failed.find((code) => !isPassingKafkaCode(code)) ?? failed[0])
    })
    for (const [name, part] of fresh) this.#parts.set(name, part)
  }

  /** Ends the transaction; resolves when readers see it so, partitions that an older open transaction holds back left aside. */
  async #end(commits: boolean): Promise<void> {
    if (this.#parts.size === 0) return
    // Once an answer was lost, the transaction may have been committed and the answer to another try may be of later events.
    let lost: unknown
    try {
      await this.#cluster.retrying(this.#place(), undefined, async () => {
        try {
          const { errorCode } = await this.#ask<{ errorCode: number }>('EndTxn', { transactionResult: commits })
          if (errorCode === kafkaCodes.requestTimedOut) lost = new KafkaCodeError('commit', errorCode)
          if (errorCode !== kafkaCodes.none) this.#throw(commits ? 'commit' : 'abort', errorCode)
        } catch (error) {
          if (error instanceof MillraceError && error.code === 'MILLRACE_LOG_UNAVAILABLE') lost = error
          throw error
        }
      })
    } catch (error) {
      throw commits && lost !== undefined ? kafkaErrors.unknownOutcome(this.#id, error) : error
    }
    const parts = [...this.#parts.values()]
    this.#parts.clear()
    await this.#visible(parts)
  }

  /** The coordinator has decided, and now writes a marker to each partition; until then its last stable offset stays at our first record. */
  async #visible(parts: readonly Part[]): Promise<void> {
    const deadline = performance.now() + VISIBLE_MS
    let waiting = parts.filter(({ first }) => first >= 0)
    for (
      let pauseMs = FIRST_LOOK_MS;
      waiting.length > 0 && performance.now() < deadline;
      pauseMs = Math.min(LONGEST_LOOK_MS, 2 * pauseMs)
    ) {
      try {
        const left: Part[] = []
        for (const [node, places] of await this.#byLeader(waiting)) {
          const ends = await listOffsets(this.#cluster, node, places, offsetTimes.latest)
          left.push(...places.filter(({ first }, i) => ends[i] === first))
        }
        waiting = left
      } catch {
        for (const { topic } of waiting) this.#cluster.forget(topic) // a leader moves: ask the next one
      }
      if (waiting.length > 0) await sleep(pauseMs)
    }
  }

  async #byLeader(parts: readonly Part[]): Promise<Map<number, Part[]>> {
    const byLeader = new Map<number, Part[]>()
    for (const part of parts) {
      const leader = await this.#cluster.leader(part)
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), part])
    }
    return byLeader
  }

  /** A request to the coordinator, which is looked up again when it has moved. */
  async #ask<Decoded>(name: string, args: object): Promise<Decoded> {
    this.#coordinator ??= await findCoordinator(
      (call, place) => this.#cluster.call(-1, call, place),
      this.#id,
      coordinators.transaction,
    )
    const { producerId, epoch } = this.#producer
    const own = { transactionalId: this.#id, producerId, producerEpoch: epoch, ...args }
    try {
      return await (await this.#producer.connections.to(this.#coordinator)).call<Decoded>(name, own)
    } catch (error) {
      this.#coordinator = undefined
      throw error
    }
  }

  #throw(call: string, code: number): never {
    if (code === kafkaCodes.notCoordinator || code === kafkaCodes.coordinatorNotAvailable) this.#coordinator = undefined
    if (isPassingKafkaCode(code) && !isFencingKafkaCode(code)) throw new KafkaCodeError(call, code)
    throw this.#producer.error(call, code)
  }

  #place(): string {
    return `transactional producer ${this.#id}`
  }
}
