import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { kafkaJars } from '../../src/cluster/kafka-jars.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import { Journal } from '../../src/task/journal.ts'
import { endOf } from '../../src/task/journal-record.ts'
import type { StreamOutputs } from '../../src/testing/read-outputs.ts'
import type { MillraceProcess } from '../process/millrace-process.ts'
import { emptyKafka, kafkaOptions } from './kafka-driver.ts'
import { configOf, journaled, outputsOf, runToEnd, startMember, writeBacklog } from './stream-group.ts'

const execute = promisify(execFile)
const RECORDS = 300_000
const root = mkdtempSync(join(tmpdir(), 'millrace-failover-'))
const kafka = { log: 'kafka', data: join(root, 'kafka') } as const
const embedded = { log: 'embedded', data: join(root, 'embedded') } as const
let expected: StreamOutputs
let log: KafkaLog
const started: MillraceProcess[] = []

beforeAll(async () => {
  await writeBacklog(embedded, RECORDS)
  await runToEnd(embedded)
  expected = await outputsOf(embedded)
}, 60_000)

beforeEach(async () => {
  log = new KafkaLog(kafkaOptions())
  await emptyKafka(log)
  for (const folder of [kafka.data, configOf(kafka).blobs]) rmSync(folder, { recursive: true, force: true })
  await writeBacklog(kafka, RECORDS)
})

afterEach(async () => {
  for (const member of started.splice(0)) member.signal('SIGKILL')
  await log.close()
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

function member(settings: Readonly<Record<string, string>> = {}): MillraceProcess {
  const process = startMember(kafka, settings)
  started.push(process)
  return process
}

/** Starts so many processes; gives the one that has the task first, and waits until the others follow it. */
async function group(count: number): Promise<readonly MillraceProcess[]> {
  const members = Array.from({ length: count }, () => member())
  await Promise.all(members.map((one) => one.said(/running {2}|standby, \d+/)))
  return members.toSorted((one, other) => Number(/running/.test(other.output)) - Number(/running/.test(one.output)))
}

/** What the API of a process says of its metrics. */
async function metric(one: MillraceProcess, name: string): Promise<number> {
  const [address] = /http:\/\/\S+\d/.exec(one.output) as RegExpExecArray
  const text = await (await fetch(`${address}/metrics`)).text()
  return Number(new RegExp(`^${name}\\{stream="flight-delay"[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1])
}

/** Waits until Kafka's own tool says that the group has read all, and who reads. */
async function lagShown(): Promise<void> {
  const tool = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand'
  const group = ['--describe', '--group', 'millrace.flight-delay']
  const libs = await kafkaJars(join(import.meta.dirname, '../../.cache'))
  const args = ['-cp', `${libs}/*`, tool, '--bootstrap-server', kafkaOptions().brokers[0], ...group]
  for (;;) {
    const { stdout } = await execute('java', args)
    const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/))
    const read = rows.filter(([name]) => name === 'millrace.flight-delay')
    if (read.length < 2 || read.some(([, , , , , lag]) => lag !== '0')) continue
    expect(read.map(([, topic]) => topic).toSorted()).toEqual(['flights.arrivals', 'flights.departures'])
    for (const [, , , position, end, , owner] of read) {
      expect(position).toBe(end)
      expect(owner).toMatch(/^millrace-/)
    }
    return
  }
}

/** Waits until the stream has taken the whole backlog. */
async function caughtUp(): Promise<void> {
  const ends = async (topic: string) => (await log.bounds({ topic, partition: 0 })).readableEnd
  const all = [await ends('flights.arrivals'), await ends('flights.departures')]
  await journaled(log, (record) => endOf(record).join() === all.join())
}

test('kill -9 of the owner: a standby takes over, and another when that is killed; what is published is what an undisturbed run publishes', async () => {
  const [first, second, third] = await group(3)
  const { record: before } = await journaled(log, ({ seq }) => seq > 20)
  const killedMs = performance.now()
  first.signal('SIGKILL')
  const { record, atMs } = await journaled(
    log,
    (now) => now.incarnation > before.incarnation && now.segments.length > 0,
  )
  console.log(`kill -9 to a standby's first predictions: ${Math.round(atMs - killedMs)} ms, session timeout 1 s`)
  expect(record.generation).toBeGreaterThan(before.generation)
  const [next, last] = /running/.test(second.output) ? [second, third] : [third, second]
  next.signal('SIGKILL')
  await journaled(log, (now) => now.incarnation > record.incarnation)
  await caughtUp()
  last.signal('SIGTERM')
  expect(await last.ended(), last.errors).toBe(0)
  expect(await outputsOf(kafka)).toEqual(expected)
}, 120_000)

test('SIGTERM hands over: the standby goes on and replays nothing, and a third that joins disturbs nobody', async () => {
  const [first, second] = await group(2)
  const third = member()
  await third.said(/standby, \d+/)
  const { record: before } = await journaled(log, ({ seq }) => seq > 30)
  expect(before.incarnation).toBe(1) // two have joined, and the owner was never started anew
  const stoppedMs = performance.now()
  first.signal('SIGTERM')
  const { record, atMs } = await journaled(log, ({ incarnation }) => incarnation > 1)
  console.log(`SIGTERM to the next incarnation: ${Math.round(atMs - stoppedMs)} ms`)
  expect(await first.ended(), first.errors).toBe(0)
  expect(record.incarnation).toBe(2)
  await caughtUp()
  const journal = new Journal(log, 'flight-delay', 0)
  expect((await journal.last())?.incarnation).toBe(2)
  const next = /running/.test(second.output) ? second : third
  expect(await metric(next, 'millrace_replayed_transactions_total')).toBe(0)
  await lagShown()
  expect(await outputsOf(kafka)).toEqual(expected)
}, 120_000)

test('an owner that stands still for longer than the session timeout writes nothing more, and stands by when it wakes', async () => {
  const [first, second] = await group(2)
  const { record: before } = await journaled(log, ({ seq }) => seq > 20)
  first.signal('SIGSTOP')
  const { record } = await journaled(log, (now) => now.incarnation > before.incarnation)
  const said = first.output.length
  first.signal('SIGCONT')
  while (!/standby/.test(first.output.slice(said))) await sleep(20)
  await caughtUp()
  const journal = new Journal(log, 'flight-delay', 0)
  expect((await journal.last())?.incarnation).toBe(record.incarnation)
  expect(await outputsOf(kafka)).toEqual(expected)
  expect(readdirSync(configOf(kafka).blobs)).not.toEqual([])
  expect(existsSync(join(kafka.data, 'blobs'))).toBe(false)
  // It may have the task again, in a newer generation.
  second.signal('SIGTERM')
  expect(await second.ended(), second.errors).toBe(0)
  const again = await journaled(log, ({ incarnation }) => incarnation > record.incarnation)
  expect(again.record.generation).toBeGreaterThan(record.generation)
  first.signal('SIGTERM')
  expect(await first.ended(), first.errors).toBe(0)
}, 120_000)
