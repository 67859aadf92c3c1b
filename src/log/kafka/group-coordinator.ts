import type { TopicPartition } from '../log.ts'
import { coordinators, findCoordinator } from './find-coordinator.ts'
import { kafkaCodes } from './kafka-codes.ts'
import type { KafkaCluster } from './kafka-cluster.ts'
import type { KafkaConnection } from './kafka-connection.ts'
import { KafkaCodeError } from './kafka-errors.ts'

/** A generation of a group as a member sees it that has joined. */
export interface JoinedGroup {
  readonly generation: number
  readonly isLeader: boolean
  /** For the leader only. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[]
}

interface JoinAnswer {
  readonly errorCode: number
  readonly generationId: number
  readonly leaderId: string
  readonly memberId: string
  readonly members: JoinedGroup['members']
}

const PROTOCOL_TYPE = 'consumer' // so that Kafka's own tools show the group
const PROTOCOL = 'millrace-task'
const SYNC_MS = 5000
const FIND_MS = 2000
const ANY = -1 // any broker
const elsewhere: ReadonlySet<number> = new Set([
  kafkaCodes.coordinatorLoading,
  kafkaCodes.coordinatorNotAvailable,
  kafkaCodes.notCoordinator,
])

/** The requests of one member to the broker that coordinates its group, which is looked for anew when it has moved. Each throws a KafkaCodeError or MILLRACE_LOG_UNAVAILABLE. */
export class GroupCoordinator {
  /** What the coordinator calls this member; empty before it is known, and where the coordinator knows it no more. */
  memberId = ''
  readonly #cluster: KafkaCluster
  readonly #group: string
  #node: number | undefined
  #connection: KafkaConnection | undefined
  #closed = false

  constructor(cluster: KafkaCluster, group: string) {
    this.#cluster = cluster
    this.#group = group
  }

  /** Resolves when all members have joined, or those that have not are given up. */
  async join(metadata: Buffer, sessionTimeoutMs: number): Promise<JoinedGroup> {
    const args = {
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      protocolType: PROTOCOL_TYPE,
      groupProtocols: [{ name: PROTOCOL, metadata }],
    }
    const waitMs = 2 * sessionTimeoutMs + SYNC_MS
    let answer = await this.#ask<JoinAnswer>('JoinGroup', args, waitMs)
    if (answer.errorCode === kafkaCodes.memberIdRequired) {
      this.memberId = answer.memberId // so that it can leave, should the next answer get lost
      answer = await this.#ask<JoinAnswer>('JoinGroup', args, waitMs)
    }
    this.#check('join group', answer.errorCode)
    const { memberId, generationId: generation, leaderId, members } = answer
    this.memberId = memberId
    return { generation, isLeader: leaderId === memberId, members }
  }

  /** Hands on what the leader has assigned; gives what this member is told. */
  async sync(
    generation: number,
    groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[],
  ): Promise<Buffer> {
    const args = { generationId: generation, groupAssignment }
    const { errorCode, memberAssignment } = await this.#ask<{ errorCode: number; memberAssignment: Buffer }>(
      'SyncGroup',
      args,
      2 * SYNC_MS,
    )
    this.#check('sync group', errorCode)
    return memberAssignment
  }

  async heartbeat(generation: number, timeoutMs: number): Promise<void> {
    const answer = await this.#ask<{ errorCode: number }>('Heartbeat', { groupGenerationId: generation }, timeoutMs)
    this.#check('heartbeat', answer.errorCode)
  }

  /** Over the connection that all share: a rebalance may be under way on the member's own. */
  async leave(): Promise<void> {
    const { memberId } = this
    if (memberId === '') return
    this.memberId = ''
    await this.#cluster.call(await this.#coordinator(), 'LeaveGroup', { groupId: this.#group, memberId })
  }

  async commitOffsets(
    generation: number,
    positions: readonly (TopicPartition & { readonly offset: number })[],
  ): Promise<void> {
    const topics = Object.entries(Object.groupBy(positions, ({ topic }) => topic)).map(([topic, places = []]) => ({
      topic,
      partitions: places.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
    }))
    const node = await this.#coordinator()
    const args = { groupId: this.#group, groupGenerationId: generation, memberId: this.memberId, topics }
    await this.#cluster.call(node, 'OffsetCommit', args)
  }

  /** Whether an error means no more than that the coordinator moves. */
  isElsewhere(error: KafkaCodeError): boolean {
    return elsewhere.has(error.kafkaCode)
  }

  close(): void {
    this.#closed = true
    this.#drop()
  }

  /** Over a connection of its own: others wait for long on the one that all share. */
  async #coordinator(timeoutMs?: number): Promise<number> {
    this.#node ??= await findCoordinator(
      async (name, args) => {
        const connection = await this.#cluster.take(ANY)
        try {
          return await connection.call(name, args, timeoutMs)
        } finally {
          this.#cluster.giveBack(ANY, connection)
        }
      },
      this.#group,
      coordinators.group,
    )
    return this.#node
  }

  async #ask<Decoded>(name: string, args: object, timeoutMs: number): Promise<Decoded> {
    try {
      const node = await this.#coordinator(Math.min(timeoutMs, FIND_MS))
      if (this.#connection?.isOpen !== true) {
        this.#drop()
        this.#connection = await this.#cluster.take(node)
        if (this.#closed) this.#drop()
      }
      const own = { groupId: this.#group, memberId: this.memberId, ...args }
      return await (this.#connection as KafkaConnection).call<Decoded>(name, own, timeoutMs)
    } catch (error) {
      this.#lookAgain()
      throw error
    }
  }

  #check(call: string, code: number): void {
    if (code === kafkaCodes.none) return
    if (elsewhere.has(code)) this.#lookAgain()
    if (code === kafkaCodes.unknownMember) this.memberId = ''
    throw new KafkaCodeError(call, code)
  }

  #lookAgain(): void {
    this.#node = undefined
    this.#drop()
  }

  #drop(): void {
    if (this.#connection !== undefined) this.#cluster.drop(this.#connection)
    this.#connection = undefined
  }
}
