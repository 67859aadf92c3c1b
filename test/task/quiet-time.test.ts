import { setImmediate as nextTurn } from 'node:timers/promises'
import { logisticRegression, pipeline, standardScaler } from 'millrace'
import { expect, it } from 'vitest'
import type { Clock } from '../../src/log/clock.ts'
import type { LogReader } from '../../src/log/log.ts'
import { MemoryBroker } from '../../src/log/memory-broker.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import type { Computation } from '../../src/task/computation.ts'
import { Journal } from '../../src/task/journal.ts'
import { PartitionFeed } from '../../src/task/partition-feed.ts'
import { QuietTime } from '../../src/task/quiet-time.ts'
import { startTask } from '../../src/task/start-task.ts'
import type { TaskState } from '../../src/task/task-state.ts'
import type { Task } from '../../src/task/task.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { stateDigest } from '../../src/testing/state-digest.ts'
import { flightDecoder, flights, newRegistry, writeFlights } from './flight-log.ts'
import { flightGraphOf } from './flight-task.ts'

const HORIZON_S = 120
const graph = flightGraphOf(({ departures, arrivals }: any) => {
  const late = departures.label(arrivals, { value: (arrival: any) => arrival.delayMinutes > 15, horizon: '2m' })
  const rows = departures.featurize({ distance: 'distance' })
  return rows.predict(late, { model: pipeline(standardScaler(), logisticRegression()) })
})

it('on a quiet stream horizons end by the clock, in replay as they did live', async () => {
  const clock = new ManualClock()
  const log = new MemoryLog({ broker: new MemoryBroker({ clock }) })
  const registry = newRegistry()
  const blobs = new MemoryBlobStore()
  await writeFlights(log, registry, flights(50, 1, 100)) // arrivals come hours after the last departure
  await log.deleteTopic('flights.arrivals')
  await log.createTopic('flights.arrivals', { partitions: 2 })
  const start = () => {
    const options = { application: 'test', graph, task: 0, log, blobs, registry, code: '1', clock }
    return startTask({ ...options, decoder: (input) => flightDecoder(graph, input), snapshotDue: () => false })
  }
  const task = await start()
  const running = task.run()
  const { learning } = task.recovered.state
  const after = async (seconds: number): Promise<number> => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1000)
      for (let turn = 0; turn < 3; turn++) await nextTurn()
    }
    return learning.pending.count
  }
  for (let turn = 0; learning.count('predicted') < 50; turn++) {
    expect(turn).toBeLessThan(1000)
    clock.advance(100)
    await nextTurn()
  }
  const last = learning.count('nowMs')
  clock.advance(400_000) // the process slept: it was not listening, and a label may have come
  expect(await after(10)).toBe(50)
  expect(await after(HORIZON_S - 30)).toBe(50)
  expect(await after(40)).toBe(0)
  expect(learning.count('nowMs') - last).toBeGreaterThanOrEqual(HORIZON_S * 1000)
  expect(learning.count('nowMs') - last).toBeLessThan((HORIZON_S + 10) * 1000)

  const journal = await new Journal(log, graph.name, 0).read(0)
  const times = journal.flatMap(({ decisions }) => decisions.flatMap((one) => (one.kind === 'time' ? [one.toMs] : [])))
  expect(times.length).toBeGreaterThan(0)
  expect(times.length).toBeLessThanOrEqual(50)
  const live = stateDigest(learning.parts())
  const replayed: Task = await start() // from the journal's beginning: there is no snapshot
  expect(stateDigest(replayed.recovered.state.learning.parts())).toBe(live)
  replayed.stop()
  await replayed.run()
  task.stop()
  await expect(running).rejects.toMatchObject({ code: 'MILLRACE_LOG_FENCED' })
})

/** Quiet time over one partition without records, a label due 20 s after the latest arrival. */
function quietTime(clock: Clock, reader: Pick<LogReader, 'poll'>) {
  const wholeReader = { ...reader, position: () => 100, readableEnd: () => 100 } as unknown as LogReader
  const at = { input: 0, topic: 'events', partition: 0 }
  const options = { at, reader: wholeReader, clock, offset: 100, onChange: () => {} }
  const feed = new PartitionFeed({ ...options, prepare: (batch) => batch.timestamps })
  const computation: Pick<Computation, 'isCaughtUp' | 'polledMs'> = {
    get isCaughtUp() {
      return feed.caughtUp
    },
    get polledMs() {
      return feed.polledMs
    },
  }
  const learning = { count: () => 1_000_000, nextDeadlineMs: 1_020_000 }
  return { feed, quiet: new QuietTime(clock, computation as Computation, { learning } as unknown as TaskState) }
}

it('does not count time while the log does not answer, and goes on once it does', async () => {
  const clock = new ManualClock()
  const answers: (() => void)[] = []
  const poll = () => new Promise<[]>((resolve) => answers.push(() => resolve([])))
  const { feed, quiet } = quietTime(clock, { poll })
  /** Seconds until a decision, at most `most`, each with a look. */
  const decidedAfter = async (most: number, answered: boolean): Promise<number> => {
    for (let second = 1; second <= most; second++) {
      feed.fill()
      clock.advance(1000)
      if (answered) answers.pop()?.()
      await nextTurn()
      if (quiet.look() !== undefined) return second
    }
    return -1
  }
  expect(await decidedAfter(10, true)).toBe(-1)
  expect(feed.caughtUp).toBe(true)
  expect(await decidedAfter(3600, false)).toBe(-1) // an hour without an answer
  expect(feed.caughtUp).toBe(true)
  expect(await decidedAfter(20, true)).toBe(9) // ten seconds before; of the hour, the longest that counts between two looks
})
