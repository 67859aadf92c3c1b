import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { HistoryProducer } from '../../src/cli/history-producer.ts'
import { EmbeddedRegistry } from '../../src/codec/embedded-registry.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import type { Log } from '../../src/log/log.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { MemoryRecordStore } from '../../src/store/memory-record-store.ts'
import history from '../../streams/flight-delay.history.ts'
import type { MillraceProcess } from '../process/millrace-process.ts'
import { emptyKafka, kafkaOptions } from './kafka-driver.ts'
import { configOf, startMember } from './stream-group.ts'

const RECORDS = 300_000
const root = mkdtempSync(join(tmpdir(), 'millrace-demo-failover-'))
const place = { log: 'kafka', data: join(root, 'kafka') } as const
const loaded = await loadStream({ streams: 'streams', schemas: 'schemas' }, 'flight-delay')
const started: MillraceProcess[] = []
let log: KafkaLog
let expected: Awaited<ReturnType<typeof inputsOf>>

beforeAll(async () => {
  const memory = new MemoryLog()
  const registry = new EmbeddedRegistry(new MemoryRecordStore())
  const producer = await HistoryProducer.open(loaded, { log: memory, registry } as never)
  await producer.play(history(), { speed: Infinity, limit: RECORDS, lag: () => 0, stop: { aborted: false } })
  expected = await inputsOf(memory)
})

beforeEach(async () => {
  log = new KafkaLog(kafkaOptions())
  await emptyKafka(log)
  for (const folder of [place.data, configOf(place).blobs]) rmSync(folder, { recursive: true, force: true })
})

afterEach(async () => {
  for (const one of started.splice(0)) one.signal('SIGKILL')
  await log.close()
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

/** What the stream's input topics hold for readers of committed records: times and events, without the ids of their schemas. */
async function inputsOf(of: Log) {
  const topics: Record<string, string[]> = {}
  for (const topic of ['flights.departures', 'flights.arrivals']) {
    const { readableEnd } = await of.bounds({ topic, partition: 0 })
    const reader = await of.reader([{ topic, partition: 0, offset: 0 }])
    const events: string[] = []
    while (reader.position(0) < readableEnd) {
      for (const { count, timestamps, bytes, valueStarts, valueEnds } of await reader.poll(1 << 22, 100)) {
        for (let i = 0; i < count; i++) {
          events.push(
            `${timestamps[i]} ${Buffer.from(bytes.subarray(valueStarts[i] + 5, valueEnds[i])).toString('hex')}`,
          )
        }
      }
    }
    topics[topic] = events
    await reader.close()
  }
  return topics
}

function player(): MillraceProcess {
  const args = ['demo', '--limit', String(RECORDS), '--speed', '6h', '--once']
  const one = startMember(place, { MILLRACE_STREAMS: 'streams' }, args)
  started.push(one)
  return one
}

/** Starts a player and, once it plays, a standby. */
async function pair(): Promise<readonly [MillraceProcess, MillraceProcess]> {
  const first = player()
  await first.said(/running {2}[1-9]/)
  const second = player()
  await second.said(/standby, \d+/)
  expect(second.output).not.toMatch(/[Pp]laying|Going on/)
  return [first, second]
}

async function expectWhole(): Promise<void> {
  const inputs = await inputsOf(log)
  for (const [topic, events] of Object.entries(expected)) {
    expect(inputs[topic].length).toBe(events.length)
    expect(inputs[topic].every((event, i) => event === events[i])).toBe(true)
  }
}

test('kill -9 of the demo: the standby plays on from what the topics hold then, and each record is there once', async () => {
  const [first, second] = await pair()
  first.signal('SIGKILL')
  await second.said(/Going on with the history/)
  expect(await second.ended(), second.errors).toBe(0)
  await expectWhole()
  const predictions = { topic: 'flight-delay.predictions', partition: 0, offset: 0 }
  const { readableEnd } = await log.bounds(predictions)
  const reader = await log.reader([predictions])
  let published = 0
  while (reader.position(0) < readableEnd) for (const { count } of await reader.poll(1 << 22, 100)) published += count
  expect(published).toBe(expected['flights.departures'].length)
}, 120_000)

test('a demo that stood still while another took over plays nothing more', async () => {
  const [first, second] = await pair()
  first.signal('SIGSTOP')
  await second.said(/Going on with the history/)
  first.signal('SIGCONT')
  await first.said(/running[\s\S]*standby, \d+/)
  expect(await second.ended(), second.errors).toBe(0)
  await expectWhole()
}, 120_000)

test('whoever played by the same transactional id before is fenced, and what it left open is not there', async () => {
  const platform = { log, registry: new EmbeddedRegistry(new MemoryRecordStore()) } as never
  const options = { speed: Infinity, lag: () => 0, stop: { aborted: false } }
  const first = await HistoryProducer.open(loaded, platform, 'player')
  await first.play(history(), { ...options, limit: 10_000 })
  const second = await HistoryProducer.open(loaded, platform, 'player')
  expect([second.played, second.arrivalMs]).toEqual([10_000, first.arrivalMs])
  await expect(first.play(history(), { ...options, limit: 20_000 })).rejects.toMatchObject({
    code: 'MILLRACE_LOG_FENCED',
  })
  await second.play(history({ since: second.arrivalMs }), { ...options, limit: RECORDS })
  await expectWhole()
})
