import { MillraceError } from '../../errors.ts'
import { assignTask } from '../assign-task.ts'
import type { TopicPartition } from '../log.ts'
import type { TaskAssignment, TaskGroup, TaskGroupMember } from '../task-group.ts'
import { groupMessages } from './group-messages.ts'
import { isPassingKafkaCode, kafkaCodes } from './kafka-codes.ts'
import type { KafkaCluster } from './kafka-cluster.ts'
import { KafkaCodeError, kafkaErrors } from './kafka-errors.ts'
import { GroupCoordinator, type JoinedGroup } from './group-coordinator.ts'

export interface KafkaGroupOptions {
  readonly group: string
  /** What the task reads, for Kafka's own tools. */
  readonly topics: readonly string[]
  /** A member that is silent for so long is given up. Brokers take 6,000 at the least, by default. */
  readonly sessionTimeoutMs: number
}

const HEARTBEATS = 6 // in a session timeout, at the least
const HEARTBEAT_MS = 500 // at the most: so soon a member hears that it is to take over
const TRIES = 3 // of a heartbeat whose answer is lost, in a session timeout
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000
const LEAVE_MS = 2000

/** After these the same member asks again at once. */
const rejoining: ReadonlySet<number> = new Set([kafkaCodes.rebalanceInProgress, kafkaCodes.illegalGeneration])

/**
 * The processes that can run a task, as a consumer group of Kafka by its classic protocol, which brokers up to 4.x speak.
 * The leader of the group, one of its members, gives the task to one of them. Heartbeats go by a timer, over a connection of
 * their own; a process that computes or stands still for longer than the session timeout is given up, and hears of it when it
 * asks the next time.
 */
export class KafkaGroup implements TaskGroup {
  readonly #cluster: KafkaCluster
  readonly #options: KafkaGroupOptions
  readonly #coordinator: GroupCoordinator
  /** The group's own count of the generation in which the member is; -1: in none. */
  #generation = -1
  #positions: readonly (TopicPartition & { readonly offset: number })[] = []
  #left = false
  #changed = false
  #wake: (() => void) | undefined

  constructor(cluster: KafkaCluster, options: KafkaGroupOptions) {
    this.#cluster = cluster
    this.#options = options
    this.#coordinator = new GroupCoordinator(cluster, options.group)
  }

  join(member: TaskGroupMember): void {
    void this.#run(member)
  }

  reassign(): boolean {
    this.#changed = true
    this.#wake?.()
    return true
  }

  report(positions: readonly (TopicPartition & { readonly offset: number })[]): void {
    this.#positions = positions
  }

  async leave(): Promise<void> {
    if (this.#left) return
    this.#left = true
    this.#wake?.()
    const telling = this.#commitPositions()
      .catch(() => {})
      .then(() => this.#coordinator.leave())
    await Promise.race([telling.catch(() => {}), this.#pause(LEAVE_MS)]) // untold, the session ends by its timeout
    this.#wake?.()
    this.#coordinator.close()
  }

  /** Joins and stays until it leaves; whatever passes is tried again for as long as that takes. */
  async #run(member: TaskGroupMember): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !this.#left; ) {
      try {
        const assignment = await this.#join(member)
        pauseMs = FIRST_PAUSE_MS
        await this.#stay(member, assignment)
      } catch (error) {
        if (this.#left) return
        const final = this.#finalError(error)
        if (final !== undefined) {
          this.#coordinator.close()
          return member.onFailure(final)
        }
        if (!this.#mend(member, error)) member.onTrouble(error)
        await this.#pause(pauseMs)
        pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)
      }
    }
  }

  /** Takes part in a rebalance: says its claim and hears who has the task. */
  async #join(member: TaskGroupMember): Promise<TaskAssignment | undefined> {
    const { topics, sessionTimeoutMs } = this.#options
    this.#changed = false
    const metadata = groupMessages.encodeClaim(await member.claim(), topics)
    const joined = await this.#coordinator.join(metadata, sessionTimeoutMs)
    if (this.#left) return void (await this.#coordinator.leave())
    const assignments = joined.isLeader ? await this.#assign(joined) : []
    const told = groupMessages.decodeOwner(await this.#coordinator.sync(joined.generation, assignments))
    if (told === undefined) throw new KafkaCodeError('sync group', kafkaCodes.inconsistentGroupProtocol)
    this.#generation = joined.generation
    const { generation, owner, members } = told
    const assignment = { generation, hasTask: owner === this.#coordinator.memberId, members }
    if (!this.#left) member.onAssignment(assignment)
    return assignment
  }

  /** What each member is told, by its leader. */
  async #assign(joined: JoinedGroup): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    const claims = new Map(
      joined.members.map(({ memberId, memberMetadata }) => [memberId, groupMessages.decodeClaim(memberMetadata)]),
    )
    const told = { ...assignTask(claims, joined.generation), members: claims.size }
    const read = await this.#partitions().catch(() => ({})) // only shown
    return joined.members.map(({ memberId }) => ({
      memberId,
      memberAssignment: groupMessages.encodeOwner(told, memberId === told.owner ? read : {}),
    }))
  }

  async #partitions(): Promise<Record<string, number[]>> {
    const found = await this.#cluster.metadata(this.#options.topics)
    return Object.fromEntries(
      found.map(({ topic, partitionMetadata }) => [topic, partitionMetadata.map(({ partitionId }) => partitionId)]),
    )
  }

  /** Shows that it lives, until the group is to assign anew. */
  async #stay(member: TaskGroupMember, assignment: TaskAssignment | undefined): Promise<void> {
    const { sessionTimeoutMs } = this.#options
    let heardMs = performance.now()
    let isIn = true
    while (!this.#left && !this.#changed) {
      await this.#pause(Math.min(HEARTBEAT_MS, sessionTimeoutMs / HEARTBEATS))
      if (this.#left || this.#changed) return
      try {
        await this.#coordinator.heartbeat(this.#generation, sessionTimeoutMs / TRIES)
        heardMs = performance.now()
        if (!isIn) member.onAssignment(assignment) // the coordinator stood still as well
        isIn = true
        void this.#commitPositions().catch(() => {}) // the next ones come soon
      } catch (error) {
        if (error instanceof KafkaCodeError && !this.#coordinator.isElsewhere(error)) throw error
        if (!(error instanceof KafkaCodeError)) member.onTrouble(error)
        if (isIn && performance.now() - heardMs > sessionTimeoutMs) {
          isIn = false
          member.onAssignment(undefined)
        }
      }
    }
  }

  /** Prepares for another try; false where what happened is to be told. */
  #mend(member: TaskGroupMember, error: unknown): boolean {
    if (!(error instanceof KafkaCodeError)) return false
    if (error.kafkaCode === kafkaCodes.unknownMember) {
      this.#generation = -1
      member.onAssignment(undefined)
      return true
    }
    return rejoining.has(error.kafkaCode) || this.#coordinator.isElsewhere(error)
  }

  #finalError(error: unknown): unknown {
    const place = `consumer group ${this.#options.group}`
    if (error instanceof MillraceError) return error.retryable ? undefined : error
    if (!(error instanceof KafkaCodeError)) return error
    const { kafkaCode } = error
    if (kafkaCode === kafkaCodes.unknownMember || rejoining.has(kafkaCode) || isPassingKafkaCode(kafkaCode))
      return undefined
    if (kafkaCode === kafkaCodes.inconsistentGroupProtocol)
      return kafkaErrors.group(
        place,
        error,
        'Its members are no Millrace processes: stop them, or name this installation otherwise (MILLRACE_APPLICATION)',
      )
    if (kafkaCode === kafkaCodes.invalidSessionTimeout)
      return kafkaErrors.group(
        place,
        error,
        'Keep sessionTimeout within what the brokers allow (group.min.session.timeout.ms, group.max.session.timeout.ms)',
      )
    return kafkaErrors.refused(place, error)
  }

  async #commitPositions(): Promise<void> {
    const positions = this.#positions
    if (positions.length === 0 || this.#generation < 0) return
    this.#positions = []
    await this.#coordinator.commitOffsets(this.#generation, positions)
  }

  /** Resolves after so long, or when something is to be done at once. */
  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
