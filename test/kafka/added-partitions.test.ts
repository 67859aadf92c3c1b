import kafkajs from 'kafkajs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { TaskStreamView } from '../../src/api/task-stream-view.ts'
import { systemClock } from '../../src/log/clock.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import type { Log } from '../../src/log/log.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { StreamRunner } from '../../src/service/stream-runner.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { Journal } from '../../src/task/journal.ts'
import { ServiceMetrics } from '../../src/telemetry/service-metrics.ts'
import { decodedTopic, flights, newRegistry, writeFlights } from '../task/flight-log.ts'
import { emptyKafka, kafkaOptions } from './kafka-driver.ts'

const loaded = await loadStream({ streams: 'streams', schemas: 'schemas' }, 'flight-delay')
const { graph, schemas } = loaded
const topics = ['flights.arrivals', 'flights.departures']
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function newRunner(log: Log, blobs: MemoryBlobStore, registry: ReturnType<typeof newRegistry>) {
  const metrics = new ServiceMetrics('0', { process: false }).tasks
  const view = await TaskStreamView.create({ graph, schemas, log, registry, clock: systemClock, metrics })
  const kafka = new KafkaLog(kafkaOptions())
  const group = kafka.taskGroup({ group: 'grown.flight-delay', topics, sessionTimeoutMs: 1000 })
  const runner = new StreamRunner({
    loaded,
    platform: { log, blobs, registry } as never,
    config: { application: 'grown', commitInterval: '5ms', stopTimeout: '10s', keepModels: 10 },
    view,
    group,
    partitionsEveryMs: 100,
  })
  const running = runner.run()
  running.catch(() => {})
  closing.push(async () => {
    runner.stop()
    await running.catch(() => {})
    await kafka.close()
  })
  return runner
}

test('partitions that are added to the inputs while the stream runs are read from their beginning, by a journaled decision, and a standby goes along', async () => {
  const log = new KafkaLog(kafkaOptions())
  closing.push(() => log.close())
  await emptyKafka(log)
  const blobs = new MemoryBlobStore()
  const registry = newRegistry()
  await writeFlights(log, registry, flights(400, 7), 2)
  const published = async () =>
    (await decodedTopic(log, 'flight-delay.predictions', 'prediction')).map(({ sequence }) => sequence as number)
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await sleep(10)
  }

  const owner = await newRunner(log, blobs, registry)
  await until(() => owner.current.phase === 'running' && owner.current.predictions === 400)
  const standby = await newRunner(log, blobs, registry)
  await until(() => standby.current.standby?.behind === 0)

  const admin = new kafkajs.Kafka({ brokers: [...kafkaOptions().brokers], logLevel: 0 }).admin()
  await admin.connect()
  await admin.createPartitions({ topicPartitions: topics.map((topic) => ({ topic, count: 3 })) })
  await admin.disconnect()
  const more = flights(400, 3).map((flight, i) => ({ ...flight, flightId: String(100_000 + i) }))
  await writeFlights(log, registry, more, 3)
  await until(async () => (await published()).length === 800)
  expect((await published()).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 800 }, (_, i) => i))
  expect(owner.current).toMatchObject({ restarts: 1, trouble: expect.stringContaining('flights.arrivals/2') })

  const journal = new Journal(log, 'flight-delay', 0)
  const records = await journal.read((await journal.bounds()).start)
  const adoption = records.find(({ decisions }) => decisions.some(({ kind }) => kind === 'partitions'))
  expect(adoption?.decisions).toEqual([{ kind: 'partitions', added: ['flights.arrivals/2', 'flights.departures/2'] }])
  expect(adoption?.partitions).toHaveLength(6)

  // Who has followed across the change goes on from there, and so does a start from the snapshot.
  await until(() => standby.current.standby?.behind === 0 && standby.current.phase === 'standby')
  await until(async () => standby.current.standby?.seq === (await journal.last())?.seq)
  owner.stop()
  await until(() => standby.current.phase === 'running')
  expect(standby.current.restarts).toBe(0)
  const committed = (await journal.last())!
  expect(committed.partitions).toHaveLength(6)
  standby.stop()
  await until(() => standby.current.phase === 'stopped')
  expect((await published()).length).toBe(800)
}, 60_000)

test('topics with fewer partitions than the journal names are refused', async () => {
  const log = new KafkaLog(kafkaOptions())
  closing.push(() => log.close())
  await emptyKafka(log)
  const blobs = new MemoryBlobStore()
  const registry = newRegistry()
  await writeFlights(log, registry, flights(50, 7), 3)
  const runner = await newRunner(log, blobs, registry)
  while (runner.current.predictions < 50) await sleep(5)
  runner.stop()
  while (runner.current.phase !== 'stopped') await sleep(5)
  for (const topic of topics) await log.deleteTopic(topic)
  await writeFlights(log, registry, flights(50, 7), 2)
  const again = await newRunner(log, blobs, registry)
  while (again.current.phase !== 'failed') await sleep(5)
  expect(again.current.trouble).toContain('flights.arrivals/2')
})
