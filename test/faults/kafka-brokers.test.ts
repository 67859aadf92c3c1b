import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../src/cluster/free-port.ts'
import { LocalKafka } from '../../src/cluster/local-kafka.ts'
import { MillraceError } from '../../src/errors.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import type { TransactionalProducer } from '../../src/log/log.ts'
import { numbered, outgoing, readAll, recordsOf } from '../contracts/log-records.ts'

const KILLS = Number(process.env.MILLRACE_BROKER_KILLS ?? 6)
const PARTITIONS = 3
const RECORDS = 200 // of each partition in a transaction
const folder = mkdtempSync(join(tmpdir(), 'millrace-brokers-'))
let kafka: LocalKafka

beforeAll(async () => {
  const ports: [number, number][] = []
  for (let i = 0; i < 3; i++) ports.push([await freePort(), await freePort()])
  kafka = await LocalKafka.start({
    cache: join(import.meta.dirname, '../../.cache'),
    folder,
    ports,
    install: true,
    java: ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
    settings: { 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' },
  })
}, 180_000)

afterAll(async () => {
  await kafka?.kill()
  rmSync(folder, { recursive: true, force: true })
})

/** Commits transactions over all partitions, each with its number in the journal; after an error as a task does: a new producer, and what the journal says. */
class Writer {
  committed = -1
  restarts = 0
  readonly errors = new Set<string>()
  stopping = false
  readonly #log: KafkaLog

  constructor(log: KafkaLog) {
    this.#log = log
  }

  async run(): Promise<void> {
    let producer: TransactionalProducer | undefined
    while (!this.stopping) {
      try {
        if (producer === undefined) {
          producer = await this.#log.transactionalProducer('task')
          const journal = await readAll(this.#log, { topic: 'journal', partition: 0 })
          this.committed = Number(journal.at(-1)?.value ?? -1)
        }
        const next = this.committed + 1
        const batches = Array.from({ length: PARTITIONS }, (_, p) =>
          outgoing('events', p, numbered(`${next}.`, RECORDS)),
        )
        await producer.send(batches)
        await producer.send([outgoing('journal', 0, [{ key: null, value: String(next), timestamp: 1 }])])
        await producer.commit()
        this.committed = next
      } catch (error) {
        if (!(error instanceof MillraceError) || !error.retryable) throw error
        this.errors.add(error.code)
        this.restarts++
        await producer?.close().catch(() => {})
        producer = undefined
      }
    }
  }
}

/** Reads all partitions as they grow. */
async function follow(log: KafkaLog, stop: { isOver: boolean }): Promise<(string | null)[][]> {
  const from = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: 'events', partition, offset: 0 }))
  const reader = await log.reader(from)
  const read: (string | null)[][] = from.map(() => [])
  for (;;) {
    const wasOver = stop.isOver
    const batches = await reader.poll(1 << 20, 100)
    for (const batch of batches) read[batch.partition].push(...recordsOf(batch).map(({ value }) => value))
    const isAtEnd = from.every((_, i) => reader.position(i) >= reader.readableEnd(i))
    if (wasOver && batches.length === 0 && isAtEnd) return read
  }
}

test('brokers that die under load, leaders and coordinators with them, lose and double nothing', async () => {
  const options = { brokers: kafka.brokers, retryMs: 60_000, requestTimeoutMs: 5000 }
  const log = new KafkaLog(options)
  const other = new KafkaLog(options)
  await log.createTopic('events', { partitions: PARTITIONS })
  await log.createTopic('journal', { partitions: 1 })
  const writer = new Writer(log)
  const writing = writer.run()
  const stop = { isOver: false }
  const reading = follow(other, stop)
  const moreBy = async (count: number): Promise<void> => {
    const target = writer.committed + count
    while (writer.committed < target) await Promise.race([wait(50), writing])
  }
  await moreBy(5)
  for (let kill = 0; kill < KILLS; kill++) {
    await kafka.killBroker(kill % 3)
    await moreBy(10)
    await kafka.startBroker(kill % 3)
    await moreBy(5)
  }
  writer.stopping = true
  await writing
  stop.isOver = true
  const read = await reading
  const expected = Array.from({ length: writer.committed + 1 }, (_, n) => numbered(`${n}.`, RECORDS)).flat()
  const values = expected.map(({ value }) => value)
  for (const partition of read) expect(partition).toEqual(values)
  const journal = await readAll(log, { topic: 'journal', partition: 0 })
  expect(journal.map(({ value }) => Number(value))).toEqual([...values.keys()].slice(0, writer.committed + 1))
  console.log(
    `${KILLS} brokers killed under ${writer.committed + 1} transactions; producers made anew: ${writer.restarts} ${[...writer.errors].join(', ')}`,
  )
  await log.close()
  await other.close()
})
