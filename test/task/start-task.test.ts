import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import { systemClock } from '../../src/log/clock.ts'
import { MemoryBroker } from '../../src/log/memory-broker.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { Journal } from '../../src/task/journal.ts'
import { endOf, type JournalRecord } from '../../src/task/journal-record.ts'
import { startTask } from '../../src/task/start-task.ts'
import type { Task } from '../../src/task/task.ts'
import type { TaskOptions } from '../../src/task/task-options.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { decodedTopic, flightDecoder, flightGraph, flights, newRegistry, writeFlights } from './flight-log.ts'

const graph = flightGraph()
const all = flights(120, 3, 60_000)
const rows = all.length * 2

interface Place {
  readonly log: MemoryLog
  readonly blobs: Map<string, Uint8Array>
  readonly options: TaskOptions
}

async function newPlace(markers = false, more: Partial<TaskOptions> = {}): Promise<Place> {
  const log = new MemoryLog({ broker: new MemoryBroker({ markers }) })
  const blobs = new Map<string, Uint8Array>()
  const registry = newRegistry()
  await writeFlights(log, registry, all)
  const options: TaskOptions = {
    application: 'test',
    graph,
    task: 0,
    log,
    blobs: new MemoryBlobStore(blobs),
    registry,
    decoder: (input) => flightDecoder(graph, input),
    code: 'one',
    clock: systemClock,
    commitIntervalMs: 0,
    batchRows: 10,
    ...more,
  }
  return { log, blobs, options }
}

/** Runs a task until it has committed so many more rows, and then throws it away as a crash would: nothing is closed. */
async function crashAfter(options: TaskOptions, count: number): Promise<void> {
  let seen = 0
  let crash = (): void => {}
  const crashed = new Promise<void>((resolve) => {
    crash = resolve
  })
  const task = await startTask({
    ...options,
    pause: () => (seen >= count ? new Promise(() => {}) : Promise.resolve()),
    onCommit: (_, facts) => {
      seen += facts.rows
      if (seen >= count) crash()
    },
  })
  task.run().catch(() => {}) // it is fenced by the next start, if it ever goes on
  await crashed
}

async function runToEnd(options: TaskOptions): Promise<Task> {
  let seen = 0
  const task = await startTask({
    ...options,
    onCommit: (_, facts) => {
      seen += facts.rows
      if (seen >= rows) task.stop()
    },
  })
  seen = endOf(task.committed).reduce((sum, end) => sum + end, 0)
  if (seen >= rows) task.stop()
  await task.run()
  return task
}

const sequences = async (log: MemoryLog): Promise<number[]> =>
  (await decodedTopic(log, 'flight-delay.predictions', 'prediction'))
    .map(({ sequence }) => Number(sequence))
    .sort((a, b) => a - b)

describe('the start of a task', () => {
  it('is refused in an older generation, and disturbs nobody', async () => {
    const { options, log } = await newPlace()
    const owner = await startTask({ ...options, generation: 2 })
    await expect(startTask({ ...options, generation: 1 })).rejects.toMatchObject({ code: 'MILLRACE_TASK_SUPERSEDED' })
    owner.stop()
    await owner.run() // its producer was not fenced
    await runToEnd({ ...options, generation: 3 })
    expect(await sequences(log)).toEqual(all.map((_, i) => i))
  })

  it('falls back to the snapshot before when the newest is damaged, and registers the damaged one no longer', async () => {
    const { options, blobs, log } = await newPlace(false, { snapshotDue: (taken) => taken >= 30 })
    await crashAfter(options, 150)
    const before = await new Journal(log, 'flight-delay', 0).last()
    expect(before?.snapshots).toHaveLength(2)
    blobs.set(before!.snapshots[0].name, new Uint8Array(10))
    const troubles: unknown[] = []
    const task = await startTask({ ...options, onTrouble: (trouble) => troubles.push(trouble) })
    expect(troubles).toMatchObject([{ code: 'MILLRACE_TASK_SNAPSHOT' }])
    expect(task.recovered.first.snapshots).toEqual([before!.snapshots[1]])
    await crashAfter(options, 20)
  })

  it('without a snapshot and without a whole journal is a clear error, never a fresh start', async () => {
    const { options, blobs, log } = await newPlace(false, { snapshotDue: (taken) => taken >= 30 })
    await crashAfter(options, 150)
    for (const name of blobs.keys()) if (!name.startsWith('schema-')) blobs.set(name, new Uint8Array(1))
    await expect(startTask(options)).rejects.toMatchObject({ code: 'MILLRACE_TASK_UNRECOVERABLE' })
    const journal = { topic: 'flight-delay.journal', partition: 0 }
    await log.deleteBefore(journal, (await log.bounds(journal)).readableEnd)
    await expect(startTask(options)).rejects.toThrow(/all records of its journal have been deleted/)
  })

  it('refuses a tail of other code, goes on with --fork without a number given twice, and needs it only once', async () => {
    const { options, log } = await newPlace()
    await crashAfter(options, 100)
    const forked = { ...options, code: 'two' }
    await expect(startTask(forked)).rejects.toMatchObject({ code: 'MILLRACE_TASK_CODE_CHANGED' })
    await crashAfter({ ...forked, fork: true }, 50)
    const taken = (await new Journal(log, 'flight-delay', 0).last())!.sequences[0]
    expect(await sequences(log)).toEqual(Array.from({ length: taken }, (_, i) => i))
    await runToEnd(forked)
    expect(await sequences(log)).toEqual(all.map((_, i) => i))
  })

  it('finds an input that was deleted', async () => {
    const { options, log } = await newPlace()
    await crashAfter(options, 100)
    await log.deleteBefore({ topic: 'flights.departures', partition: 0 }, 5)
    await expect(startTask(options)).rejects.toMatchObject({ code: 'MILLRACE_LOG_OUT_OF_RANGE' })
  })

  it('stops when a replay puts out something else', async () => {
    const other = flights(120, 4, 60_000)
    const place = await newPlace()
    await crashAfter(place.options, 200)
    const departures = place.log.broker.partitions.get('flights.departures')!
    const changed = new MemoryLog()
    await writeFlights(changed, newRegistry(), other)
    departures.forEach((partition, i) => {
      partition.entries = changed.broker.partitions.get('flights.departures')![i].entries
    })
    await expect(startTask(place.options)).rejects.toMatchObject({ code: 'MILLRACE_TASK_DIVERGED' })
  })

  it('begins where the last transaction ended, also over markers: no range ever goes back', async () => {
    const { options, log } = await newPlace(true, { snapshotDue: () => false })
    const producer = await log.transactionalProducer('producer')
    const journal = new Journal(log, 'flight-delay', 0)
    for (let i = 0; i < 4; i++) {
      await crashAfter(options, 30)
      await producer.abort()
    }
    const records: JournalRecord[] = await journal.read(0)
    for (const { from, segments } of records) {
      let at = from
      for (const to of segments) {
        expect(to.every((offset, p) => offset >= at[p])).toBe(true)
        at = to
      }
    }
  })

  it('waits for a registry that cannot be reached, and makes no dead letters of what it does not know', async () => {
    const { options, log } = await newPlace()
    const { registry } = options
    let refusals = 3
    const troubles: unknown[] = []
    const clock = new ManualClock()
    const task = await runToEnd({
      ...options,
      clock,
      pause: async () => {
        clock.advance(1)
        await nextTurn()
      },
      onTrouble: (trouble) => {
        troubles.push(trouble)
        setImmediate(() => clock.advance(1000))
      },
      registry: {
        register: (subject, schema) => registry.register(subject, schema),
        close: () => registry.close(),
        schemaOf: async (id) => {
          if (refusals-- > 0)
            throw new MillraceError('MILLRACE_CODEC_REGISTRY_UNREACHABLE', 'registry', 'no answer', 'Wait')
          return registry.schemaOf(id)
        },
      },
    })
    expect(troubles).not.toHaveLength(0)
    expect(troubles[0]).toMatchObject({ code: 'MILLRACE_CODEC_REGISTRY_UNREACHABLE' })
    expect(task.recovered.first.incarnation).toBe(1)
    expect(await sequences(log)).toEqual(all.map((_, i) => i))
    expect(await decodedTopic(log, 'flight-delay.dead-letters', 'dead-letter')).toEqual([])
  })

  it('tells of a transaction as committed only when it is', async () => {
    let commits = 0
    let heldBack = (): void => {}
    const held = new Promise<void>((resolve) => {
      heldBack = resolve
    })
    const { options, log: plain } = await newPlace()
    const before = (call: string): Promise<void> | undefined => {
      if (call !== 'commit' || commits++ === 0) return undefined
      heldBack()
      return new Promise(() => {})
    }
    const task = await startTask({ ...options, log: new MemoryLog({ broker: plain.broker, hooks: { before } }) })
    task.run().catch(() => {})
    await held
    expect(task.committed).toBe(task.recovered.first)
  })
})
