import { setTimeout as sleep } from 'node:timers/promises'
import { MillraceError } from '../../errors.ts'
import type { TopicPartition } from '../log.ts'
import { logErrors } from '../log-errors.ts'
import { isPassingKafkaCode, kafkaCodes } from './kafka-codes.ts'
import { KafkaConnection } from './kafka-connection.ts'
import { KafkaCodeError, kafkaErrors } from './kafka-errors.ts'
import type { KafkaLogOptions } from './kafka-options.ts'
import type { KafkajsVersions } from './kafkajs-internals.ts'

/** Topics as a broker describes them. */
export interface TopicMetadata {
  readonly topicErrorCode: number
  readonly topic: string
  readonly isInternal: boolean
  readonly partitionMetadata: readonly {
    readonly partitionErrorCode: number
    readonly partitionId: number
    readonly leader: number
  }[]
}

interface Metadata {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[]
  readonly controllerId: number
  readonly topicMetadata: readonly TopicMetadata[]
}

interface Node {
  readonly host: string
  readonly port: number
}

/** Asked for where only the brokers are of interest: without a name the answer would hold every topic. */
const anyTopic = '__transaction_state'
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 500
const IDLE_CONNECTIONS = 16

/** A cluster as one log sees it: its brokers, the leaders of the partitions that are used, and connections. */
export class KafkaCluster {
  readonly options: KafkaLogOptions
  readonly #nodes = new Map<number, Node>()
  readonly #versions = new Map<string, KafkajsVersions>()
  /** Leaders by partition of topics that were looked up. */
  readonly #leaders = new Map<string, number[]>()
  /** For short requests, by node; -1 is any broker. */
  readonly #shared = new Map<number, Promise<KafkaConnection>>()
  readonly #idle = new Map<number, KafkaConnection[]>()
  readonly #deletions = new Map<string, number>()
  readonly #open = new Set<KafkaConnection>()
  #controller = -1
  #bootstrap = 0
  #closed = false

  constructor(options: KafkaLogOptions) {
    this.options = options
  }

  get brokerCount(): number {
    return this.#nodes.size
  }

  get nodeIds(): number[] {
    return [...this.#nodes.keys()]
  }

  /** Looks up brokers and leaders; of all topics where none is named. A topic that isn't there has an error code. */
  async metadata(topics: readonly string[], node = -1): Promise<readonly TopicMetadata[]> {
    const args = { topics, allowAutoTopicCreation: false }
    const { brokers, controllerId, topicMetadata } = await this.call<Metadata>(node, 'Metadata', args)
    this.#nodes.clear()
    for (const { nodeId, host, port } of brokers) this.#nodes.set(nodeId, { host, port })
    this.#controller = controllerId
    for (const { topic, topicErrorCode, partitionMetadata } of topicMetadata) {
      if (topicErrorCode !== kafkaCodes.none) this.#leaders.delete(topic)
      else {
        const leaders: number[] = []
        for (const { partitionId, leader } of partitionMetadata) leaders[partitionId] = leader
        this.#leaders.set(topic, leaders)
      }
    }
    return topicMetadata
  }

  /** The broker that leads a partition. Throws MILLRACE_LOG_UNKNOWN_TOPIC. */
  async leader({ topic, partition }: TopicPartition): Promise<number> {
    const wasKnown = this.#leaders.has(topic)
    if (!wasKnown) {
      const [found] = await this.metadata([topic])
      if (found.topicErrorCode !== kafkaCodes.none && found.topicErrorCode !== kafkaCodes.leaderNotAvailable)
        throw topicError(topic, found.topicErrorCode)
      if (found.topicErrorCode !== kafkaCodes.none) throw new KafkaCodeError('metadata', found.topicErrorCode)
    }
    const leader = this.#leaders.get(topic)?.[partition]
    if (leader === undefined) {
      this.#leaders.delete(topic)
      if (wasKnown) return this.leader({ topic, partition }) // it may have been added since
      throw logErrors.unknownTopic(topic, partition)
    }
    if (leader < 0) {
      this.#leaders.delete(topic)
      throw new KafkaCodeError('metadata', kafkaCodes.leaderNotAvailable)
    }
    return leader
  }

  /** Leaders of a topic are looked up again when next needed. */
  forget(topic: string): void {
    this.#leaders.delete(topic)
  }

  /** How often a topic was deleted through this log: what was made of it before must not be used again. */
  incarnation(topic: string): number {
    return this.#deletions.get(topic) ?? 0
  }

  deleted(topic: string): void {
    this.#deletions.set(topic, this.incarnation(topic) + 1)
    this.forget(topic)
  }

  async controller(): Promise<number> {
    if (this.#controller < 0) await this.metadata([anyTopic])
    return this.#controller
  }

  /** A short request on the connection that all share. */
  async call<Decoded>(node: number, name: string, args: object): Promise<Decoded> {
    const connection = await this.#sharedConnection(node)
    return connection.call<Decoded>(name, args)
  }

  /** A connection of one's own, for requests that take long; give it back when nothing is under way on it. */
  async take(node: number): Promise<KafkaConnection> {
    const idle = this.#idle.get(node)
    for (let connection = idle?.pop(); connection !== undefined; connection = idle?.pop()) {
      if (connection.isOpen) return connection
      this.#open.delete(connection)
    }
    return this.#connect(node)
  }

  giveBack(node: number, connection: KafkaConnection): void {
    const idle = this.#idle.get(node) ?? []
    this.#idle.set(node, idle)
    if (connection.isOpen && !this.#closed && idle.length < IDLE_CONNECTIONS) idle.push(connection)
    else this.drop(connection)
  }

  drop(connection: KafkaConnection): void {
    connection.close()
    this.#open.delete(connection)
  }

  /**
   * Tries until it succeeds, for as long as the cluster is changing: leaders and coordinators move, brokers start. `topic`
   * is looked up again between. Throws what is final, or MILLRACE_LOG_UNAVAILABLE in the end.
   */
  async retrying<Result>(place: string, topic: string | undefined, attempt: () => Promise<Result>): Promise<Result> {
    const deadline = performance.now() + (this.options.retryMs ?? 30_000)
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
      try {
        return await attempt()
      } catch (error) {
        if (this.#closed || !isPassing(error) || performance.now() > deadline)
          throw error instanceof KafkaCodeError ? kafkaErrors.refused(place, error) : error
        if (topic !== undefined) this.forget(topic)
        await sleep(pauseMs)
      }
    }
  }

  close(): void {
    this.#closed = true
    for (const connection of this.#open) connection.close()
    this.#open.clear()
    this.#shared.clear()
    this.#idle.clear()
  }

  async #sharedConnection(node: number): Promise<KafkaConnection> {
    const known = this.#shared.get(node)
    if (known !== undefined) {
      const connection = await known
      if (connection.isOpen) return connection
      this.#open.delete(connection)
      if (this.#shared.get(node) !== known) return this.#sharedConnection(node) // somebody else was faster
    }
    const connecting = this.#connect(node)
    this.#shared.set(node, connecting)
    connecting.catch(() => {
      if (this.#shared.get(node) === connecting) this.#shared.delete(node)
    })
    return connecting
  }

  async #connect(node: number): Promise<KafkaConnection> {
    if (node >= 0) {
      if (!this.#nodes.has(node)) await this.metadata([anyTopic])
      const at = this.#nodes.get(node)
      if (at === undefined) throw kafkaErrors.unreachable(`broker ${node}`, 'the cluster does not know it now')
      return this.#openTo(at)
    }
    const { brokers } = this.options
    let failure: unknown
    for (let i = 0; i < brokers.length; i++) {
      const address = brokers[this.#bootstrap % brokers.length]
      const colon = address.lastIndexOf(':')
      try {
        return await this.#openTo({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) })
      } catch (error) {
        failure = error
        this.#bootstrap++
      }
    }
    throw failure
  }

  async #openTo({ host, port }: Node): Promise<KafkaConnection> {
    if (this.#closed) throw logErrors.logClosed('Kafka log')
    const connection = new KafkaConnection(host, port, this.options)
    this.#versions.set(connection.address, await connection.open(this.#versions.get(connection.address)))
    this.#open.add(connection)
    if (this.#closed) {
      this.drop(connection)
      throw logErrors.logClosed('Kafka log')
    }
    return connection
  }
}

/** What a broker refused with a final code passes as little as the code does, though to callers the log is unavailable. */
function isPassing(error: unknown): boolean {
  if (error instanceof KafkaCodeError) return isPassingKafkaCode(error.kafkaCode)
  if (!(error instanceof MillraceError) || error.code !== 'MILLRACE_LOG_UNAVAILABLE') return false
  return !(error.cause instanceof KafkaCodeError) || isPassingKafkaCode(error.cause.kafkaCode)
}

function topicError(topic: string, code: number): Error {
  if (code === kafkaCodes.unknownTopicOrPartition || code === kafkaCodes.invalidTopic)
    return logErrors.unknownTopic(topic)
  return kafkaErrors.refused(`log topic ${topic}`, new KafkaCodeError('metadata', code))
}
