import { MillraceError } from '../../errors.ts'
import { checkOutgoing, outgoingSize } from '../check-outgoing.ts'
import type { TopicPartition } from '../log.ts'
import { logErrors } from '../log-errors.ts'
import type { OutgoingBatch } from '../outgoing-batch.ts'
import { headersSize, RecordWriter } from './record-writer.ts'
import { isFencingKafkaCode, isPassingKafkaCode, kafkaCodes } from './kafka-codes.ts'
import type { KafkaCluster } from './kafka-cluster.ts'
import { KafkaCodeError, kafkaErrors } from './kafka-errors.ts'
import { NodeConnections } from './node-connections.ts'
import { type ProducedPartition, type ProducedTo, produceRequest } from './produce-request.ts'

/** Records of one outgoing batch that travel as one record batch of Kafka. */
interface Slice {
  readonly batch: OutgoingBatch
  readonly from: number
  readonly to: number
  readonly size: number
}

/** A partition as this producer writes it. */
interface Target extends TopicPartition {
  /** Number of the next record, by which the broker knows what it has already. */
  sequence: number
}

/** A record batch on its way. */
interface Sending extends ProducedTo {
  readonly target: Target
  readonly count: number
}

const BATCH_BYTES = 900_000 // below the 1,048,588 that brokers take by default
const RECORD_BYTES = 24 // of lengths and differences in a record, as good as always fewer
const REQUEST_BYTES = 8_000_000
const SEQUENCES = 2 ** 31

/**
 * An idempotent producer: what is sent again after a lost answer is written once. Each partition has one record batch
 * under way at a time; each is acknowledged by name, and where its leader moves it follows. After an error of `send` it is of
 * no more use.
 */
export class KafkaProducer {
  readonly cluster: KafkaCluster
  readonly transactionalId: string | undefined
  readonly producerId: string
  readonly epoch: number
  readonly connections: NodeConnections
  readonly #targets = new Map<string, Target>()
  readonly #writer = new RecordWriter()

  constructor(cluster: KafkaCluster, identity: { producerId: string; epoch: number; transactionalId?: string }) {
    this.cluster = cluster
    this.transactionalId = identity.transactionalId
    this.producerId = identity.producerId
    this.epoch = identity.epoch
    this.connections = new NodeConnections(cluster)
  }

  /** What a batch is cut into, in order. Throws MILLRACE_LOG_PARAMETER or MILLRACE_LOG_TOO_LARGE. */
  static slices(batch: OutgoingBatch, maxRecordBytes: number): Slice[] {
    checkOutgoing(batch, maxRecordBytes)
    const slices: Slice[] = []
    let from = 0
    let size = 0
    for (let i = 0; i < batch.count; i++) {
      const headers = batch.headers?.get(i)
      const more = outgoingSize(batch, i) + RECORD_BYTES + (headers === undefined ? 0 : headersSize(headers))
      if (size + more > BATCH_BYTES && i > from) {
        slices.push({ batch, from, to: i, size })
        from = i
        size = 0
      }
      size += more
    }
    if (batch.count > from) slices.push({ batch, from, to: batch.count, size })
    return slices
  }

  /** Writes slices, those of a partition in order; `acknowledged` is told the first offset of each, -1 where it isn't known. */
  async send(
    slices: readonly Slice[],
    acknowledged?: (place: TopicPartition, baseOffset: number) => void,
  ): Promise<void> {
    const queues = new Map<Target, Slice[]>()
    for (const slice of slices) {
      const target = this.#target(slice.batch)
      const queue = queues.get(target)
      if (queue === undefined) queues.set(target, [slice])
      else queue.push(slice)
    }
    while (queues.size > 0) {
      const round: Sending[] = []
      this.#writer.used = 0
      const written: { target: Target; start: number; end: number; count: number }[] = []
      let bytes = 0
      for (const [target, queue] of queues) {
        if (bytes > REQUEST_BYTES) break
        const slice = queue.shift()!
        if (queue.length === 0) queues.delete(target)
        const start = this.#write(slice, target)
        written.push({ target, start, end: this.#writer.used, count: slice.to - slice.from })
        bytes += slice.size
      }
      for (const { target, start, end, count } of written) {
        const { topic, partition } = target
        round.push({ topic, partition, target, count, records: this.#writer.bytes.subarray(start, end) })
      }
      await this.#deliver(round, acknowledged)
    }
  }

  close(): void {
    this.connections.drop() // an answer may be under way
  }

  #write({ batch, from, to, size }: Slice, target: Target): number {
    return this.#writer.write(batch, from, to, size, {
      producerId: Number(this.producerId),
      epoch: this.epoch,
      sequence: target.sequence,
      isTransactional: this.transactionalId !== undefined,
    })
  }

  /** Sends until each record batch has been acknowledged; the same bytes each time, so that none is written twice. */
  async #deliver(round: Sending[], acknowledged?: (place: TopicPartition, baseOffset: number) => void): Promise<void> {
    let pending = round
    await this.cluster.retrying(this.#place(), undefined, async () => {
      const byLeader = new Map<number, Sending[]>()
      for (const sending of pending) {
        const leader = await this.cluster.leader(sending)
        const group = byLeader.get(leader)
        if (group === undefined) byLeader.set(leader, [sending])
        else group.push(sending)
      }
      const groups = [...byLeader]
      const answers = await Promise.allSettled(groups.map(([leader, group]) => this.#request(leader, group)))
      const left: Sending[] = []
      let failure: unknown
      let final: Error | undefined
      for (const [i, answer] of answers.entries()) {
        const group = groups[i][1]
        if (answer.status === 'rejected') {
          failure = answer.reason
          left.push(...group)
        } else {
          const settled = this.#settle(group, answer.value, left, acknowledged)
          failure = settled.passing ?? failure
          final ??= settled.final
        }
      }
      pending = left // before anything is thrown: what was acknowledged never goes out again
      for (const { topic } of left) this.cluster.forget(topic)
      if (final !== undefined) throw final
      if (left.length > 0) throw failure
    })
  }

  async #request(leader: number, group: readonly Sending[]): Promise<readonly ProducedPartition[]> {
    const connection = await this.connections.to(leader)
    return connection.send(produceRequest(group, this.transactionalId, this.cluster.options.requestTimeoutMs ?? 30_000))
  }

  /** Takes in what a broker acknowledged; what it left out or could not take now goes to `left`. Gives why it failed. */
  #settle(
    group: readonly Sending[],
    answer: readonly ProducedPartition[],
    left: Sending[],
    acknowledged?: (place: TopicPartition, baseOffset: number) => void,
  ): { readonly passing?: KafkaCodeError; readonly final?: Error } {
    let passing: KafkaCodeError | undefined
    let final: Error | undefined
    for (const sending of group) {
      const { target, count } = sending
      const found = answer.find(({ topic, partition }) => topic === target.topic && partition === target.partition)
      const code = found?.code ?? kafkaCodes.networkException // not in the answer: not written, as far as is known
      if (code === kafkaCodes.none || code === kafkaCodes.duplicateSequence) {
        target.sequence = (target.sequence + count) % SEQUENCES
        acknowledged?.(target, code === kafkaCodes.none ? found!.baseOffset : -1)
      } else if (isPassingKafkaCode(code)) {
        left.push(sending)
        passing = new KafkaCodeError('produce', code)
      } else final ??= this.error('produce', code, target)
    }
    return { passing, final }
  }

  /** What an error code that is final for this producer means. */
  error(call: string, code: number, place?: TopicPartition): Error {
    if (this.transactionalId !== undefined) {
      if (isFencingKafkaCode(code)) return logErrors.fenced(this.transactionalId)
      if (code === kafkaCodes.invalidProducerIdMapping)
        return kafkaErrors.forgotten(this.transactionalId, new KafkaCodeError(call, code))
    }
    const where = place === undefined ? this.#place() : `log topic ${place.topic}, partition ${place.partition}`
    if (code === kafkaCodes.messageTooLarge || code === kafkaCodes.recordListTooLarge) {
      const wrong = `it takes no record batch of up to ${BATCH_BYTES} bytes`
      return new MillraceError(
        'MILLRACE_LOG_TOO_LARGE',
        where,
        wrong,
        "Raise the topic's max.message.bytes to 1048588 or more",
      )
    }
    return kafkaErrors.refused(where, new KafkaCodeError(call, code))
  }

  #target({ topic, partition }: TopicPartition): Target {
    const name = `${topic}/${partition}`
    let target = this.#targets.get(name)
    if (target === undefined) {
      target = { topic, partition, sequence: 0 }
      this.#targets.set(name, target)
    }
    return target
  }

  #place(): string {
    return this.transactionalId === undefined ? 'Kafka log' : `transactional producer ${this.transactionalId}`
  }
}
