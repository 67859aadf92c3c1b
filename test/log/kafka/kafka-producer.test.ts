import { beforeEach, expect, test } from 'vitest'
import { KafkaCluster } from '../../../src/log/kafka/kafka-cluster.ts'
import { kafkaCodes } from '../../../src/log/kafka/kafka-codes.ts'
import type { KafkaConnection } from '../../../src/log/kafka/kafka-connection.ts'
import { kafkaErrors } from '../../../src/log/kafka/kafka-errors.ts'
import { KafkaProducer } from '../../../src/log/kafka/kafka-producer.ts'
import type { KafkajsRequest } from '../../../src/log/kafka/kafkajs-internals.ts'
import type { ProducedPartition } from '../../../src/log/kafka/produce-request.ts'
import { OutgoingBatchBuilder } from '../../../src/log/outgoing-batch-builder.ts'

/** One broker that keeps Kafka's rules of sequence numbers; topics may be told to answer with codes first. */
class SequenceBroker extends KafkaCluster {
  readonly refusals = new Map<string, number[]>()
  /** Each record batch that came: its topic and first sequence number. */
  readonly received: string[] = []
  /** Next sequence number, by topic. */
  readonly next = new Map<string, number>()

  override async leader(): Promise<number> {
    return 1
  }

  override async take(): Promise<KafkaConnection> {
    const send = async (call: KafkajsRequest<readonly ProducedPartition[]>) =>
      this.#produce((await call.request.encode()).buf)
    return { isOpen: true, send } as unknown as KafkaConnection
  }

  #produce(request: Buffer): ProducedPartition[] {
    let at = 2 + Math.max(0, request.readInt16BE(0)) + 6
    const produced: ProducedPartition[] = []
    let topics = request.readInt32BE(at)
    at += 4
    for (; topics > 0; topics--) {
      const nameEnd = at + 2 + request.readInt16BE(at)
      const topic = request.toString('utf8', at + 2, nameEnd)
      const records = nameEnd + 12
      const size = request.readInt32BE(nameEnd + 8)
      const sequence = request.readInt32BE(records + 53)
      const count = request.readInt32BE(records + 57)
      produced.push({ topic, partition: 0, code: this.#append(topic, sequence, count), baseOffset: sequence })
      at = records + size
    }
    return produced
  }

  #append(topic: string, sequence: number, count: number): number {
    this.received.push(`${topic} ${sequence}`)
    const refusal = this.refusals.get(topic)?.shift()
    if (refusal !== undefined) return refusal
    const next = this.next.get(topic) ?? 0
    if (sequence + count <= next) return kafkaCodes.none // brokers acknowledge again what they have
    if (sequence !== next) return kafkaCodes.outOfOrderSequence
    this.next.set(topic, sequence + count)
    return kafkaCodes.none
  }
}

let broker: SequenceBroker

beforeEach(() => {
  broker = new SequenceBroker({ brokers: ['localhost:1'], retryMs: 200 })
})

function slicesOf(...topics: string[]) {
  return topics.flatMap((topic) => {
    const builder = new OutgoingBatchBuilder(topic, 0)
    builder.add(1)
    builder.setValueText('value')
    return KafkaProducer.slices(builder, 1_000_000)
  })
}

test('a passing refusal sends only what was refused again, and a damaged batch is one', async () => {
  const producer = new KafkaProducer(broker, { producerId: '1', epoch: 0 })
  broker.refusals.set('b', [kafkaCodes.corruptMessage])
  const acknowledged: string[] = []
  for (let i = 0; i < 2; i++)
    await producer.send(slicesOf('a', 'b'), ({ topic }, offset) => acknowledged.push(`${topic} ${offset}`))
  expect(broker.received).toEqual(['a 0', 'b 0', 'b 0', 'a 1', 'b 1'])
  expect(acknowledged).toEqual(['a 0', 'b 0', 'a 1', 'b 1'])
})

test('a final refusal is not tried again, and what else was acknowledged counts once', async () => {
  const producer = new KafkaProducer(broker, { producerId: '1', epoch: 0 })
  broker.refusals.set('a', [kafkaCodes.outOfOrderSequence])
  const acknowledged: string[] = []
  const sent = producer.send(slicesOf('a', 'b'), ({ topic }) => acknowledged.push(topic))
  await expect(sent).rejects.toMatchObject({ code: 'MILLRACE_LOG_UNAVAILABLE' })
  expect(broker.received).toEqual(['a 0', 'b 0'])
  expect(acknowledged).toEqual(['b'])
  await producer.send(slicesOf('a', 'b'))
  expect(broker.received).toEqual(['a 0', 'b 0', 'a 0', 'b 1'])
})

test('a lost connection is tried again, a refusal with a final code is not', async () => {
  let attempts = 0
  const failing = (error: Error) =>
    broker.retrying('here', undefined, async () => {
      if (attempts++ === 0) throw error
      return attempts
    })
  expect(await failing(kafkaErrors.unreachable('localhost:1', new Error('reset')))).toBe(2)
  attempts = 0
  const final = new KafkaProducer(broker, { producerId: '1', epoch: 0 }).error(
    'fetch',
    kafkaCodes.invalidTransactionState,
  )
  await expect(failing(final)).rejects.toBe(final)
  expect(attempts).toBe(1)
})

test('a transactional id that its coordinator forgot calls for a new producer; only a newer one fences', () => {
  const producer = new KafkaProducer(broker, { producerId: '1', epoch: 0, transactionalId: 'task' })
  const codeOf = (code: number) => (producer.error('commit', code) as Error & { code: string }).code
  expect(codeOf(kafkaCodes.invalidProducerIdMapping)).toBe('MILLRACE_LOG_PRODUCER_FAILED')
  expect(codeOf(kafkaCodes.producerFenced)).toBe('MILLRACE_LOG_FENCED')
  expect(codeOf(kafkaCodes.invalidProducerEpoch)).toBe('MILLRACE_LOG_FENCED')
})
