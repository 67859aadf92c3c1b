import { filter, firstValueFrom, take, toArray, map, distinctUntilChanged } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { TaskStreamView } from '../../src/api/task-stream-view.ts'
import { MillraceError } from '../../src/errors.ts'
import { type Clock, systemClock } from '../../src/log/clock.ts'
import type { Log } from '../../src/log/log.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { resetStream } from '../../src/service/reset-stream.ts'
import { StreamRunner } from '../../src/service/stream-runner.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { ServiceMetrics } from '../../src/telemetry/service-metrics.ts'
import { decodedTopic, flights, newRegistry, writeFlights } from '../task/flight-log.ts'

const loaded = await loadStream({ streams: 'streams', schemas: 'schemas' }, 'flight-delay')
const config = { application: 'test', commitInterval: '1ms', stopTimeout: '10s', keepModels: 10 }

const backoffs = new Set([100, 200, 400, 800, 1600, 3200])

/** A clock whose pauses between starts pass at once, written down. */
function hurriedClock(): { clock: Clock; pauses: number[] } {
  const pauses: number[] = []
  const after: Clock['after'] = (delayMs, callback) => {
    if (!backoffs.has(delayMs)) return systemClock.after(delayMs, callback)
    pauses.push(delayMs)
    return systemClock.after(0, callback)
  }
  return { clock: { now: () => Date.now(), after }, pauses }
}

async function runnerOn(
  log: Log,
  options: {
    registry?: ReturnType<typeof newRegistry>
    blobs?: MemoryBlobStore
    clock?: Clock
    stopTimeout?: string
  } = {},
) {
  const { registry = newRegistry(), blobs = new MemoryBlobStore(), clock = systemClock, stopTimeout = '10s' } = options
  const { graph, schemas } = loaded
  const view = await TaskStreamView.create({
    graph,
    schemas,
    log,
    registry,
    clock,
    metrics: new ServiceMetrics('0', { process: false }).tasks,
  })
  return new StreamRunner({
    loaded,
    platform: { log, blobs, registry } as never,
    config: { ...config, stopTimeout },
    view,
    clock,
  })
}

/** Waits until a stream has committed so many predictions. */
function predicted(runner: StreamRunner, count: number) {
  return firstValueFrom(runner.status.pipe(filter(({ predictions }) => predictions >= count)))
}

describe('a stream runner', () => {
  it('makes the topics it reads, runs, shows what is committed, and stops cleanly', async () => {
    const log = new MemoryLog()
    const registry = newRegistry()
    const runner = await runnerOn(log, { registry })
    const phases = firstValueFrom(
      runner.status.pipe(
        map(({ phase }) => phase),
        distinctUntilChanged(),
        take(4),
        toArray(),
      ),
    )
    const running = runner.run()
    await firstValueFrom(runner.status.pipe(filter(({ phase }) => phase === 'running')))
    await writeFlights(log, registry, flights(200, 1), 1)
    await predicted(runner, 200)
    await runner.stopWithin(running)
    expect(await phases).toEqual(['starting', 'running', 'stopping', 'stopped'])
    const { rows, predictions, figures, restarts } = runner.current
    expect({ rows, predictions, restarts }).toEqual({ rows: 400, predictions: 200, restarts: 0 })
    expect(figures?.commit.positions).toEqual([200, 200])
    expect(figures?.scores[0].outcomes).toBe(figures?.progress.counters.learned) // also of a run that was short
    expect(await decodedTopic(log, 'flight-delay.predictions', 'prediction')).toHaveLength(200)
  })

  it('starts the task anew after an error, waiting longer each time, and nothing is lost or doubled', async () => {
    const log = new MemoryLog()
    const registry = newRegistry()
    await writeFlights(log, registry, flights(200, 1), 1)
    let failures = 3
    const failing = new Proxy(log, {
      get: (target, name) =>
        name === 'transactionalProducer' && failures-- > 0
          ? () => Promise.reject(new MillraceError('MILLRACE_LOG_UNAVAILABLE', 'log', 'it is away', 'Wait'))
          : (target[name as keyof MemoryLog] as () => unknown).bind(target),
    })
    const { clock, pauses } = hurriedClock()
    const runner = await runnerOn(failing, { registry, clock })
    const running = runner.run()
    await predicted(runner, 200)
    await runner.stopWithin(running)
    expect(pauses).toEqual([100, 200, 400])
    expect(runner.current).toMatchObject({ restarts: 3, trouble: expect.stringContaining('it is away') })
    expect(await decodedTopic(log, 'flight-delay.predictions', 'prediction')).toHaveLength(200)
  })

  it('gives up after seven starts without a commit, with the error', async () => {
    const log = new MemoryLog()
    const broken = new Proxy(log, {
      get: (target, name) =>
        name === 'transactionalProducer'
          ? () => Promise.reject(new MillraceError('MILLRACE_LOG_DISK_FULL', 'log', 'the disk is full', 'Make room'))
          : (target[name as keyof MemoryLog] as () => unknown).bind(target),
    })
    const { clock, pauses } = hurriedClock()
    const runner = await runnerOn(broken, { clock })
    await expect(runner.run()).rejects.toMatchObject({ code: 'MILLRACE_LOG_DISK_FULL' })
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200])
    expect(runner.current.phase).toBe('failed')
  })

  it('ends for good when another takes its task over', async () => {
    const log = new MemoryLog()
    const registry = newRegistry()
    const blobs = new MemoryBlobStore()
    await writeFlights(log, registry, flights(200, 1), 1)
    const first = await runnerOn(log, { registry, blobs })
    const fenced = first.run()
    fenced.catch(() => {})
    await predicted(first, 1)
    const second = await runnerOn(log, { registry, blobs })
    const running = second.run()
    await firstValueFrom(second.status.pipe(filter(({ phase }) => phase === 'running')))
    await writeFlights(log, registry, flights(1, 2), 1)
    await expect(fenced).rejects.toMatchObject({ code: 'MILLRACE_LOG_FENCED' })
    await second.stopWithin(running)
  })

  it('says so when it can not stop in time', async () => {
    const log = new MemoryLog()
    const runner = await runnerOn(log, { stopTimeout: '1ms' })
    await expect(runner.stopWithin(new Promise(() => {}))).rejects.toMatchObject({
      code: 'MILLRACE_SERVICE_STOP_TIMEOUT',
    })
  })
})

describe('a topic that is deleted while a stream runs', () => {
  it('ends the stream, which says that it was deleted', async () => {
    const log = new MemoryLog()
    const registry = newRegistry()
    await writeFlights(log, registry, flights(100, 1), 1)
    const runner = await runnerOn(log, { registry })
    const running = runner.run()
    await predicted(runner, 100)
    await log.deleteTopic('flights.departures')
    await expect(running).rejects.toMatchObject({
      code: 'MILLRACE_LOG_UNKNOWN_TOPIC',
      message: expect.stringMatching(
        /^log topic flights\.departures.*: it was deleted while the stream ran\. Start the stream again/,
      ),
    })
  })
})

describe('a reset', () => {
  it('deletes what the stream made and no more, and the next run begins anew', async () => {
    const log = new MemoryLog()
    const registry = newRegistry()
    const blobs = new MemoryBlobStore()
    await writeFlights(log, registry, flights(100, 1), 1)
    await blobs.put('other-0-1-1-x', new Uint8Array(1))
    for (let run = 0; run < 2; run++) {
      const runner = await runnerOn(log, { registry, blobs })
      const running = runner.run()
      await predicted(runner, 100)
      await runner.stopWithin(running)
      expect(await decodedTopic(log, 'flight-delay.predictions', 'prediction')).toHaveLength(100)
      const report = await resetStream({ log, blobs } as never, 'flight-delay')
      expect(report.topics).toHaveLength(6)
      expect(report.snapshots).toBeGreaterThan(0)
    }
    expect((await log.topics()).map(({ name }) => name)).toEqual(['flights.arrivals', 'flights.departures'])
    expect((await blobs.list('')).filter((name) => name.endsWith('.manifest') || name.endsWith('.pages'))).toEqual([])
    expect(await blobs.list('other')).toHaveLength(1)
    expect(await resetStream({ log, blobs } as never, 'flight-delay', ['flights.arrivals'])).toEqual({
      topics: ['flights.arrivals'],
      snapshots: 0,
    })
  })
})
