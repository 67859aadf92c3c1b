import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { CommandWriter } from '../../src/api/command-writer.ts'
import type { StreamCommand } from '../../src/api/stream-view.ts'
import { publishedSchemas } from '../../src/codec/published-schemas.ts'
import { EmbeddedPlatform } from '../../src/service/embedded-platform.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { StreamHarness, type TimedRecord } from '../../src/testing/stream-harness.ts'
import { MillraceProcess } from '../process/millrace-process.ts'
import { flights } from '../task/flight-log.ts'
import { checkRun } from './check-run.ts'
import { JournalWatch } from './journal-watch.ts'
import { writeResults } from './results-file.ts'
import swapping from './streams/swapping.ts'

const SWAPS = 100
const FLIGHTS = 3300
const STREAM = 'swapping'
const LONGEST_MS = 10_000
const streams = join(import.meta.dirname, 'streams')
const root = mkdtempSync(join(tmpdir(), 'millrace-swaps-'))
const data = join(root, 'data')
const environment = { MILLRACE_COMMIT_INTERVAL: '5ms', MILLRACE_STREAMS: streams }
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** There and back, and a retrain before each tenth. */
const commands = Array.from({ length: SWAPS * 1.1 }, (_, i): StreamCommand => {
  const id = `c-${i}`
  if (i % 11 === 0) return { id, command: 'retrain', reason: 'for practice' }
  if ((i % 11) % 2 === 0) return { id, command: 'roll_back', reason: 'back' }
  return { id, command: 'promote', modelVersion: 'v0.0-c1', reason: 'there' }
})

/** Appends records, and commands, while no process has the data directory. */
async function append(records: readonly TimedRecord[], sent: readonly StreamCommand[]): Promise<void> {
  const platform = new EmbeddedPlatform({ data, durability: 'process' })
  const { log, registry } = platform
  const harness = await StreamHarness.of(swapping, 'schemas', registry)
  for (const topic of harness.topics) await log.createTopic(topic, { partitions: 2 })
  await log.append((await harness.encode(records, 2)).filter(({ count }) => count > 0))
  const writer = new CommandWriter(STREAM, (await publishedSchemas())['control-command'], log, registry)
  for (const command of sent) await writer.write(command, Date.now())
  await platform.close()
}

async function allRecords(): Promise<TimedRecord[]> {
  const all = flights(FLIGHTS, 1, 60_000)
  const departures = all.map(({ flightId, departedAt, distance, origin, destination }) => {
    return { flightId, departedAt, distance, origin, destination }
  })
  const arrivals = all.map(({ flightId, landedAt, delayMinutes }) => ({ flightId, landedAt, delayMinutes }))
  return (await StreamHarness.of(swapping, 'schemas')).timed({ departures, arrivals })
}

/** Sends a command to the API of a running process; false when there was no answer, and nobody knows whether it is written. */
async function post(address: string, command: StreamCommand): Promise<boolean> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(command) }
  return fetch(`${address}/streams/${STREAM}/commands`, request).then(
    ({ status }) => status === 202,
    () => false,
  )
}

/** Until the journal holds enough records or ended jobs, but not for ever: a job may wait for labels that come later. */
async function until(watch: JournalWatch, isEnough: (records: number, jobs: number) => boolean): Promise<void> {
  const deadline = performance.now() + LONGEST_MS
  while (!isEnough(watch.records.length, watch.trained) && performance.now() < deadline) {
    await wait(5)
    await watch.look()
  }
}

it(`survives kill -9 around ${SWAPS} swaps: nothing is lost, doubled or different`, async () => {
  const seed = 1
  const random = new SeededRandom(seed)
  mkdirSync(data)
  const records = await allRecords()
  const first = records.splice(0, 800) // labels enough for the first job
  const slice = Math.ceil(records.length / commands.length)
  await append(first, [])
  const watch = new JournalWatch(data, STREAM, root)
  const found = { kills: 0, cleanStops: 0, beforeTheSwap: 0, afterTheSwap: 0, sentAgain: 0 }
  let unknown: StreamCommand[] = [] // sent without an answer: they are sent again, which changes nothing where they arrived
  for (const [i, command] of commands.entries()) {
    const isWritten = random.next() < 0.3
    found.sentAgain += unknown.length
    await append(records.slice(i * slice, (i + 1) * slice), isWritten ? [...unknown, command] : unknown)
    unknown = []
    const started = watch.records.length
    const running = new MillraceProcess(['run', STREAM, '--data', data], environment)
    await running.said(/The API is at \S+\.\s/)
    if (random.next() < 0.85) await until(watch, (records) => records > started)
    await wait(random.next() * 100) // the moment is what varies
    const signal = random.next() < 0.1 ? 'SIGTERM' : 'SIGKILL'
    const { trained } = watch
    const staysForJob = command.command === 'retrain' && random.next() < 0.8
    if (!isWritten) {
      const [, address] = /The API is at (\S+)\.\s/.exec(running.output) as RegExpExecArray
      const answer = post(address, command)
      if (staysForJob || random.next() < 0.5) await answer
      if (staysForJob) await until(watch, (_, jobs) => jobs > trained)
      await wait(random.next() * 120)
      running.signal(signal)
      if (!(await answer)) unknown = [command]
    } else {
      if (staysForJob) await until(watch, (_, jobs) => jobs > trained)
      running.signal(signal)
    }
    expect([signal, 0]).toContain(await running.ended())
    await watch.look()
    if (signal === 'SIGTERM') found.cleanStops++
    else {
      found.kills++
      if (watch.commands.includes(command.id as string)) found.afterTheSwap++
      else found.beforeTheSwap++
    }
  }
  await append([], unknown)
  const last = new MillraceProcess(['run', STREAM, '--data', data, '--until-caught-up'], environment)
  expect([await last.ended(), last.errors]).toEqual([0, ''])
  await watch.look()
  const journal = join(root, 'journal')
  watch.save(journal)
  expect(watch.history.violation()).toBeUndefined()
  await watch.close()

  const checked = checkRun({ data, streams, stream: STREAM, journal, models: watch.models })
  console.log(found, { ...checked, swaps: checked.swaps.length })
  expect(checked).toMatchObject({ predictions: FLIGHTS, gapless: true })
  expect(checked.signals.filter((told) => !told.includes('a retrain job is at work'))).toEqual([])
  expect([checked.outputs, checked.state]).toEqual([undefined, undefined])
  const isSwap = ({ command }: StreamCommand): boolean => command !== 'retrain'
  expect(checked.swaps).toEqual(commands.filter(isSwap).map(({ id }) => id))
  expect(checked.trained).toBeGreaterThan(3)
  expect(Math.min(found.beforeTheSwap, found.afterTheSwap)).toBeGreaterThan(SWAPS / 10)
  writeResults('swaps', { seed, ...found, ...checked, swaps: checked.swaps.length })
})
