import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/log/clock.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { Journal } from '../../src/task/journal.ts'
import { loadSnapshot } from '../../src/task/load-snapshot.ts'
import { type FollowedTask, Standby } from '../../src/task/standby.ts'
import { startTask } from '../../src/task/start-task.ts'
import type { TaskOptions } from '../../src/task/task-options.ts'
import { decodedTopic, flightDecoder, flightGraph, flights, newRegistry, writeFlights } from './flight-log.ts'

const graph = flightGraph()
const all = flights(200, 5, 60_000)
const rows = all.length * 2
const place = { topic: 'flight-delay.journal', partition: 0 }

async function newPlace(more: Partial<TaskOptions> = {}) {
  const log = new MemoryLog()
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
  return { log, blobs, options, journal: new Journal(log, 'flight-delay', 0) }
}

/** Runs a task until it has committed so many rows, and throws it away there, as a crash would; with `standby`, from its state. */
async function crashAfter(options: TaskOptions, count: number, followed?: FollowedTask): Promise<void> {
  let seen = 0
  let crash = (): void => {}
  const crashed = new Promise<void>((resolve) => {
    crash = resolve
  })
  const task = await startTask(
    {
      ...options,
      pause: () => (seen >= count ? new Promise(() => {}) : Promise.resolve()),
      onCommit: (_, facts) => {
        seen += facts.rows
        if (seen >= count) crash()
      },
    },
    followed,
  )
  task.run().catch(() => {}) // the next start fences it
  await crashed
}

/** Takes all that there is, and stops cleanly. */
async function runToEnd(options: TaskOptions, followed?: FollowedTask) {
  const replays: number[] = []
  const task = await startTask(
    {
      ...options,
      onReplay: ({ total }) => replays.push(total),
      onCommit: ({ partitions, segments, from }) => {
        const ends = segments.at(-1) ?? from
        if (ends.reduce((sum, end) => sum + end, 0) === rows && partitions.length > 0) task.stop()
      },
    },
    followed,
  )
  await task.run()
  return { task, replayed: replays.length }
}

/** Follows up to a transaction; gives what a start goes on from. */
async function followedTo(options: TaskOptions, seq: number): Promise<FollowedTask | undefined> {
  const standby = (await Standby.open(options)) as Standby
  const running = standby.run(() => {
    if (standby.seq >= seq) standby.stop()
  })
  await running
  expect(standby.seq).toBeGreaterThanOrEqual(seq)
  expect(standby.behind).toBe(0)
  return standby.handOver()
}

async function outputsOf(log: MemoryLog) {
  return decodedTopic(log, 'flight-delay.predictions', 'prediction')
}

describe('a standby', () => {
  it('computes what was committed, and a start goes on from there: nothing to replay, the same outputs', async () => {
    const undisturbed = await newPlace()
    await runToEnd(undisturbed.options)
    const { log, options, journal } = await newPlace({ snapshotDue: (taken) => taken >= 70 })
    await crashAfter(options, 150)
    const followed = await followedTo(options, (await journal.last())!.seq)
    await crashAfter({ ...options, generation: 1 }, 60, followed)
    const again = await followedTo(options, (await journal.last())!.seq)
    const { replayed, task } = await runToEnd({ ...options, generation: 2 }, again)
    expect(replayed).toBe(0)
    expect(await outputsOf(log)).toEqual(await outputsOf(undisturbed.log))
    // Its first snapshot stands for itself: no blob of one that its predecessors have let go of.
    const { snapshots } = (await journal.last())!
    const report = await loadSnapshot(options.blobs, snapshots[0], task.recovered.state.parts())
    expect(report.reset).toEqual([])
  })

  it('goes on where it is while the journal grows, also over the start of another incarnation', async () => {
    const { options, journal } = await newPlace()
    await crashAfter(options, 50)
    const standby = (await Standby.open(options)) as Standby
    const seen: number[] = []
    const running = standby.run(() => seen.push(standby.seq))
    await crashAfter(options, 60)
    await runToEnd(options)
    const { seq } = (await journal.last())!
    while (standby.seq < seq) await new Promise((resolve) => setTimeout(resolve, 1))
    standby.stop()
    await running
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    const followed = standby.handOver() as FollowedTask
    expect(followed.last.seq).toBe(seq)
    expect(followed.computation.positions()).toEqual([100, 100, 100, 100])
    await followed.computation.close()
  })

  it('a start replays what was committed after it had looked, and compares it', async () => {
    const { log, options, journal } = await newPlace()
    await crashAfter(options, 100)
    const { seq } = (await journal.last())!
    const followed = await followedTo(options, seq)
    await crashAfter(options, 100)
    const missed = (await journal.last())!.seq - seq
    const { replayed } = await runToEnd(options, followed)
    expect(replayed).toBe(missed)
    const undisturbed = await newPlace()
    await runToEnd(undisturbed.options)
    expect(await outputsOf(log)).toEqual(await outputsOf(undisturbed.log))
  })

  it('whose place in the journal has been deleted since, or that other code has passed, is of no use: a start loads the snapshot', async () => {
    const { log, options, journal } = await newPlace({ snapshotDue: (taken) => taken >= 30 })
    await crashAfter(options, 50)
    const followed = (await followedTo(options, (await journal.last())!.seq)) as FollowedTask
    await crashAfter(options, 200)
    expect((await log.bounds(place)).start).toBeGreaterThan(followed.journalOffset)
    await runToEnd(options, followed)
    const undisturbed = await newPlace()
    await runToEnd(undisturbed.options)
    expect(await outputsOf(log)).toEqual(await outputsOf(undisturbed.log))
  })

  it('has nothing to follow before the first transaction, and of a task that has read nothing it holds nothing', async () => {
    const { options } = await newPlace()
    expect(await Standby.open(options)).toBeUndefined()
    await crashAfter(options, 20)
    const standby = (await Standby.open(options)) as Standby
    expect(standby.seq).toBe(-1)
    expect(standby.behind).toBeGreaterThan(0)
    expect(standby.handOver()).toBeUndefined()
    await standby.discard()
  })

  it('ends with an error where it computes something else than was published, and where other code has written', async () => {
    const { options, journal } = await newPlace()
    await crashAfter(options, 60)
    const impure = { ...options, decoder: (input: number) => shifted(flightDecoder(graph, input)) } as TaskOptions
    const standby = (await Standby.open(impure)) as Standby
    await expect(standby.run()).rejects.toMatchObject({ code: 'MILLRACE_TASK_DIVERGED' })
    await standby.discard()
    await expect(Standby.open({ ...options, code: 'two' })).rejects.toMatchObject({
      code: 'MILLRACE_TASK_CODE_CHANGED',
    })
    const following = (await Standby.open(options)) as Standby
    const running = following.run()
    const { seq } = (await journal.last())!
    while (following.seq < seq) await new Promise((resolve) => setTimeout(resolve, 1))
    await crashAfter({ ...options, code: 'two', fork: true }, 30)
    await expect(running).rejects.toMatchObject({ code: 'MILLRACE_TASK_CODE_CHANGED' })
    await following.discard()
  })

  it('without the blobs of the snapshots begins at the first transaction; where the journal no longer reaches back, it says so', async () => {
    const { log, options, journal } = await newPlace({ snapshotDue: (taken) => taken >= 100 })
    await crashAfter(options, 120)
    const troubles: unknown[] = []
    const elsewhere = { ...options, blobs: schemasOf(options), onTrouble: (error: unknown) => troubles.push(error) }
    const followed = await followedTo(elsewhere, (await journal.last())!.seq)
    expect(troubles).toMatchObject([{ code: 'MILLRACE_TASK_SNAPSHOT' }])
    await followed?.computation.close()
    await crashAfter(options, 250)
    expect((await log.bounds(place)).start).toBeGreaterThan(0)
    await expect(Standby.open(elsewhere)).rejects.toMatchObject({ code: 'MILLRACE_TASK_UNRECOVERABLE' })
  })
})

/** A decoder that reads distances otherwise. */
function shifted(decoder: ReturnType<typeof flightDecoder>): ReturnType<typeof flightDecoder> {
  const { decode } = decoder
  decoder.decode = function (this: typeof decoder, ...args: Parameters<typeof decode>) {
    const end = decode.apply(this, args)
    for (const field of args[3].fields) if ('values' in field) for (let i = 0; i < 5; i++) field.values[i] += 1
    return end
  }
  return decoder
}

/** A store of its own that only knows the writer schemas, as another machine's with a registry would. */
function schemasOf({ blobs }: TaskOptions): TaskOptions['blobs'] {
  return new Proxy(blobs, {
    get: (target, name) =>
      name === 'get'
        ? async (blob: string) => (blob.startsWith('schema-') ? target.get(blob) : undefined)
        : (target[name as keyof typeof target] as () => unknown).bind(target),
  })
}
