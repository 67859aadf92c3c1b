import { setTimeout as sleep } from 'node:timers/promises'
import { MillraceError } from '../../errors.ts'
import type { LogReader, TopicPartition } from '../log.ts'
import { logErrors } from '../log-errors.ts'
import type { RecordBatch } from '../record-batch.ts'
import { decodeRecords } from './decode-records.ts'
import { type FetchedFrom, type FetchedPartition, fetchRequest } from './fetch-request.ts'
import { FetchedRecords } from './fetched-records.ts'
import { isPassingKafkaCode, kafkaCodes } from './kafka-codes.ts'
import type { KafkaCluster } from './kafka-cluster.ts'
import { KafkaCodeError, kafkaErrors } from './kafka-errors.ts'
import { NodeConnections } from './node-connections.ts'
import { listOffsets, offsetTimes, partitionOffset } from './partition-offset.ts'
import { ReadPartition } from './read-partition.ts'

const LEAST_FETCH_BYTES = 64 * 1024
const MOST_FETCH_BYTES = 8 * 1024 * 1024
const LOOK_BYTES = 1
/** How long a broker may wait for records where others lead partitions of the same reader, and where it leads them all. */
const SHARED_WAIT_MS = 50
const LONGEST_WAIT_MS = 1000

/**
 * Reads partitions over connections of its own, without a consumer group. Each poll asks the leaders, so that it knows the
 * ends and starts as of now; what they give beyond the poll's bytes waits here for the next one, and until it is handed out its
 * partition is asked for its bounds only.
 */
export class KafkaReader implements LogReader {
  readonly #cluster: KafkaCluster
  readonly #ensureOpen: () => void
  readonly #partitions: ReadPartition[]
  readonly #connections: NodeConnections
  #first = 0
  #polling = false
  #closed = false
  /** What was begun before an interruption is not gone on with. */
  #round = 0
  /** Ends the waiting of the poll under way. */
  #interrupt: () => void = () => {}

  constructor(
    cluster: KafkaCluster,
    from: readonly (TopicPartition & { readonly offset: number })[],
    ensureOpen: () => void,
  ) {
    this.#cluster = cluster
    this.#connections = new NodeConnections(cluster)
    this.#ensureOpen = ensureOpen
    this.#partitions = from.map((place) => new ReadPartition(place, cluster.incarnation(place.topic)))
  }

  async poll(maxBytes: number, maxWaitMs: number): Promise<readonly RecordBatch[]> {
    this.#check()
    if (this.#polling) {
      const remedy = 'Await each poll before the next'
      throw new MillraceError('MILLRACE_LOG_CONCURRENT_CALL', 'log reader', 'a poll is under way', remedy)
    }
    this.#polling = true
    const interrupted = new Promise<'interrupted'>((resolve) => {
      this.#interrupt = () => resolve('interrupted')
    })
    try {
      const deadline = performance.now() + maxWaitMs
      for (;;) {
        const leftMs = Math.ceil(Math.max(0, deadline - performance.now()))
        const fetching = this.#fetchAll(maxBytes, leftMs)
        const outcome = await Promise.race([fetching, interrupted])
        if (outcome === 'interrupted') {
          this.#round++
          fetching.catch(() => {})
          this.#connections.drop() // what is under way on them would hold up the next poll
          return []
        }
        const before = this.#partitions.map(({ position }) => position)
        const batches = this.#collect(maxBytes)
        const hasMoved = this.#partitions.some(({ position }, i) => position !== before[i])
        if (batches.length > 0 || hasMoved || performance.now() >= deadline) return batches
      }
    } finally {
      this.#polling = false
      this.#interrupt = () => {}
    }
  }

  position(index: number): number {
    return this.#partition(index).position
  }

  readableEnd(index: number): number {
    return this.#partition(index).end
  }

  seek(index: number, offset: number): void {
    const partition = this.#partition(index)
    partition.position = offset
    partition.fetched = undefined
    this.#interrupt()
  }

  pause(index: number): void {
    this.#partition(index).paused = true
  }

  resume(index: number): void {
    this.#partition(index).paused = false
    this.#interrupt()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#interrupt()
    if (this.#polling) return // the poll drops the connections
    this.#connections.giveBack()
  }

  /** Asks all leaders; where a partition is asked for its bounds only, nobody waits. Throws what a poll throws. */
  async #fetchAll(maxBytes: number, leftMs: number): Promise<void> {
    const looking = this.#partitions.some(({ isWanted }) => !isWanted)
    await this.#fetch(maxBytes, looking ? 0 : leftMs, () => true)
    const isReady = this.#partitions.some(({ fetched, paused }) => fetched !== undefined && !paused)
    if (!looking || leftMs === 0 || isReady) return
    if (this.#partitions.some(({ isWanted }) => isWanted))
      await this.#fetch(maxBytes, leftMs, ({ isWanted }) => isWanted)
    else await sleep(Math.min(leftMs, LONGEST_WAIT_MS), undefined, { ref: false })
  }

  /** One request to each leader, tried again while leaders move. */
  async #fetch(maxBytes: number, leftMs: number, which: (partition: ReadPartition) => boolean): Promise<void> {
    const round = this.#round
    await this.#cluster.retrying('Kafka log', undefined, async () => {
      if (!this.#closed && round === this.#round) await this.#fetchOnce(maxBytes, leftMs, which)
    })
  }

  async #fetchOnce(maxBytes: number, leftMs: number, which: (partition: ReadPartition) => boolean): Promise<void> {
    const byLeader = new Map<number, ReadPartition[]>()
    const places = this.#partitions.length
    for (let step = 0; step < places; step++) {
      const partition = this.#partitions[(this.#first + step) % places]
      if (!which(partition)) continue
      this.#checkIncarnation(partition)
      if (partition.position < 0) throw await this.#outOfRange(partition)
      const leader = await this.#cluster.leader(partition)
      const group = byLeader.get(leader)
      if (group === undefined) byLeader.set(leader, [partition])
      else group.push(partition)
    }
    await Promise.all([...byLeader].map(([leader, group]) => this.#askEnds(leader, group)))
    const waitMs = Math.min(leftMs, byLeader.size > 1 ? SHARED_WAIT_MS : LONGEST_WAIT_MS)
    const bytes = Math.min(MOST_FETCH_BYTES, Math.max(LEAST_FETCH_BYTES, maxBytes))
    const outcomes = await Promise.allSettled(
      [...byLeader].map(([leader, group]) => this.#fetchFrom(leader, group, bytes, waitMs)),
    )
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as unknown)
    if (failures.length > 0) throw failures.find((failure) => !(failure instanceof KafkaCodeError)) ?? failures[0]
  }

  /** Asks a leader for the ends of partitions that it did not lead when last asked. */
  async #askEnds(leader: number, group: readonly ReadPartition[]): Promise<void> {
    const fresh = group.filter((partition) => partition.leader !== leader)
    if (fresh.length === 0) return
    try {
      const ends = await listOffsets(this.#cluster, leader, fresh, offsetTimes.latest)
      for (const [i, partition] of fresh.entries()) {
        partition.endAtLeast = ends[i]
        partition.leader = leader
      }
    } catch (error) {
      this.#forgetLeaders(fresh)
      throw error
    }
  }

  #forgetLeaders(partitions: readonly ReadPartition[]): void {
    for (const partition of partitions) {
      partition.leader = -1
      this.#cluster.forget(partition.topic)
    }
  }

  async #fetchFrom(leader: number, group: readonly ReadPartition[], bytes: number, waitMs: number): Promise<void> {
    // Those asked for their bounds only come last: a broker gives the first one that has records at least a batch of them.
    const wanted = group.filter(({ isWanted }) => isWanted)
    const looked = group.filter((partition) => !partition.isWanted)
    const asked = [...wanted, ...looked]
    const from: FetchedFrom[] = asked.map((partition) => ({
      topic: partition.topic,
      partition: partition.partition,
      offset: partition.offsetToAsk,
      maxBytes: partition.isWanted ? bytes : LOOK_BYTES,
    }))
    const wants = asked.map(({ isWanted }) => isWanted)
    const options = { waitMs, maxBytes: wanted.length > 0 ? bytes : LOOK_BYTES }
    const connection = await this.#connections.to(leader)
    let answers: readonly FetchedPartition[]
    try {
      answers = await connection.send(fetchRequest(from, options))
    } catch (error) {
      this.#forgetLeaders(group)
      throw error
    }
    for (const [i, partition] of asked.entries()) {
      const answer = answers.find((one) => one.topic === partition.topic && one.partition === partition.partition)
      // Sought elsewhere meanwhile: the answer is to another question.
      if (partition.offsetToAsk === from[i].offset) await this.#take(partition, answer, wants[i])
    }
  }

  async #take(partition: ReadPartition, answer: FetchedPartition | undefined, wanted: boolean): Promise<void> {
    const code = answer?.code ?? kafkaCodes.networkException
    if (code === kafkaCodes.offsetOutOfRange) {
      if (!wanted) partition.end = 0 // look from the position on, the next time
      throw await this.#outOfRange(partition)
    }
    if (code !== kafkaCodes.none) {
      this.#forgetLeaders([partition])
      if (isPassingKafkaCode(code)) throw new KafkaCodeError('fetch', code)
      throw kafkaErrors.refused(placeOf(partition), new KafkaCodeError('fetch', code))
    }
    const { lastStableOffset, logStart, records, aborted } = answer!
    partition.end = Math.max(lastStableOffset, logStart, partition.endAtLeast)
    if (partition.position < logStart) throw await this.#outOfRange(partition)
    if (!wanted || records.length === 0) return
    try {
      partition.fetched = new FetchedRecords(decodeRecords(records, partition.position, aborted))
    } catch (cause) {
      if (cause instanceof RangeError) throw kafkaErrors.corrupt(partition.topic, partition.partition, cause.message)
      throw cause
    }
  }

  /** All that is ready, together about `maxBytes`; positions move with it. */
  #collect(maxBytes: number): RecordBatch[] {
    const batches: RecordBatch[] = []
    const places = this.#partitions.length
    let budget = Math.max(1, maxBytes)
    let first = this.#first
    for (let step = 0; step < places; step++) {
      const index = (this.#first + step) % places
      const partition = this.#partitions[index]
      const { fetched } = partition
      if (partition.paused || fetched === undefined) continue
      if (!fetched.isEmpty) {
        if (budget <= 0) break
        const taken = fetched.take(partition.topic, partition.partition, budget, batches.length === 0)
        if (taken === undefined) break
        batches.push(taken.batch)
        budget -= taken.size
        partition.position = taken.batch.next
        first = (index + 1) % places
      }
      if (fetched.isEmpty) {
        partition.position = fetched.next
        partition.fetched = undefined
      }
    }
    this.#first = first
    return batches
  }

  async #outOfRange(partition: ReadPartition): Promise<MillraceError> {
    const { topic, partition: number, position } = partition
    const start = await partitionOffset(this.#cluster, partition, offsetTimes.earliest)
    const wrong =
      position < start
        ? `offset ${position} was to be read, but records before ${start} have been deleted`
        : `offset ${position} was to be read, but the partition ends at ${await partitionOffset(this.#cluster, partition, offsetTimes.latest)}`
    return logErrors.outOfRange(topic, number, wrong)
  }

  #checkIncarnation({ topic, partition, incarnation }: ReadPartition): void {
    if (incarnation !== this.#cluster.incarnation(topic)) throw logErrors.unknownTopic(topic, partition)
  }

  #check(): void {
    this.#ensureOpen()
    if (this.#closed)
      throw new MillraceError('MILLRACE_LOG_CLOSED', 'log reader', 'it has been closed', 'Make a new reader')
  }

  #partition(index: number): ReadPartition {
    const partition = this.#partitions[index]
    if (partition !== undefined) return partition
    const wrong = `there is no partition of index ${index}`
    throw new MillraceError('MILLRACE_LOG_PARAMETER', 'log reader', wrong, 'Use the index into what it was made from')
  }
}

function placeOf({ topic, partition }: TopicPartition): string {
  return `log topic ${topic}, partition ${partition}`
}
