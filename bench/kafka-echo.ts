/**
 * The peer on Kafka: kafkajs alone, each record of a topic written to another as it is, a transaction for each batch that was
 * fetched, or after 100 ms. `node kafka-echo.ts <brokers> <from> <to> <records> <records a send>`
 */
import { type Batch, Kafka, type KafkaMessage, logLevel, type Producer, type Transaction } from 'kafkajs'
import { guardRequestQueue } from '../src/log/kafka/guard-request-queue.ts'
import { cpuSeconds } from './spent.ts'

/** What the echo took, from before it connects to its last commit. */
export interface KafkaEcho {
  readonly echoed: number
  readonly wallSeconds: number
  readonly cpuSeconds: number
}

const COMMIT_MS = 100
const [brokers, from, to, recordsText, sendText] = process.argv.slice(2)
const records = Number(recordsText)
const sendRecords = Number(sendText)
const begun = { wall: performance.now(), cpu: cpuSeconds() }

guardRequestQueue() // else its timers count against it
const kafka = new Kafka({
  clientId: 'echo',
  brokers: brokers.split(','),
  logLevel: logLevel.NOTHING,
  retry: { initialRetryTime: 20, retries: 100 },
})
const producer: Producer = kafka.producer({
  transactionalId: `echo-${process.pid}`,
  idempotent: true,
  maxInFlightRequests: 1,
  allowAutoTopicCreation: false,
})
const consumer = kafka.consumer({ groupId: `echo-${process.pid}`, maxWaitTimeInMs: 50 })
await Promise.all([producer.connect(), consumer.connect()])
await consumer.subscribe({ topic: from, fromBeginning: true })
let echoed = 0
let open: { readonly transaction: Transaction; readonly since: number } | undefined
await new Promise<void>((resolve, reject) => {
  const eachBatch = async ({ batch }: { batch: Batch }): Promise<void> => {
    await echo(batch.messages)
    if (echoed >= records) resolve()
  }
  consumer.run({ autoCommit: false, eachBatch }).catch(reject)
})
await commit()
const found: KafkaEcho = {
  echoed,
  wallSeconds: (performance.now() - begun.wall) / 1000,
  cpuSeconds: cpuSeconds() - begun.cpu,
}
console.log(JSON.stringify(found))
process.exit() // consumer and producer are of no more interest

async function echo(messages: readonly KafkaMessage[]): Promise<void> {
  open ??= { transaction: await producer.transaction(), since: performance.now() }
  for (let i = 0; i < messages.length; i += sendRecords) {
    const sent = messages.slice(i, i + sendRecords)
    await open.transaction.send({
      topic: to,
      messages: sent.map(({ key, value, timestamp }) => ({ key, value, timestamp, partition: 0 })),
    })
  }
  echoed += messages.length
  if (performance.now() - open.since >= COMMIT_MS) await commit()
}

async function commit(): Promise<void> {
  await open?.transaction.commit()
  open = undefined
}
