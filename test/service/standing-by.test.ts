import { filter, firstValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { TaskStreamView } from '../../src/api/task-stream-view.ts'
import { systemClock } from '../../src/log/clock.ts'
import type { Log } from '../../src/log/log.ts'
import { MemoryBroker } from '../../src/log/memory-broker.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { StreamRunner } from '../../src/service/stream-runner.ts'
import type { StreamStatus } from '../../src/service/stream-status.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { Journal } from '../../src/task/journal.ts'
import { ServiceMetrics } from '../../src/telemetry/service-metrics.ts'
import { decodedTopic, flights, newRegistry, writeFlights } from '../task/flight-log.ts'
import { PairGroup } from './pair-group.ts'

const loaded = await loadStream({ streams: 'streams', schemas: 'schemas' }, 'flight-delay')
const { graph, schemas } = loaded
const config = { application: 'test', commitInterval: '1ms', stopTimeout: '10s', keepModels: 10 }

/** Two processes of a stream, the first of which has the task; `code` is the second's, `blobs` what it sees of the first's. */
async function newPair(more: { readonly code?: string; readonly blobs?: MemoryBlobStore } = {}) {
  const broker = new MemoryBroker()
  const blobs = new MemoryBlobStore()
  const registry = newRegistry()
  const group = new PairGroup()
  const log = new MemoryLog({ broker })
  await writeFlights(log, registry, flights(400, 1), 1)
  const start = async (index: number, its: Log, code: string, store: MemoryBlobStore) => {
    const metrics = new ServiceMetrics('0', { process: false })
    const view = await TaskStreamView.create({
      graph,
      schemas,
      log: its,
      registry,
      clock: systemClock,
      metrics: metrics.tasks,
    })
    const runner = new StreamRunner({
      loaded: { ...loaded, code },
      platform: { log: its, blobs: store, registry } as never,
      config,
      view,
      group: group.seat(index),
      task: { batchRows: 16 },
    })
    const running = runner.run()
    running.catch(() => {})
    return { runner, running, view, metrics }
  }
  const first = await start(0, log, 'one', blobs)
  await until(first.runner, ({ predictions }) => predictions === 400)
  const second = await start(1, new MemoryLog({ broker }), more.code ?? 'one', more.blobs ?? blobs)
  return { log, first, second, journal: new Journal(log, 'flight-delay', 0) }
}

function until(runner: StreamRunner, isSo: (status: StreamStatus) => boolean): Promise<StreamStatus> {
  return firstValueFrom(runner.status.pipe(filter(isSo)))
}

describe('a process that stands by', () => {
  it('shows how far it follows, nothing as committed, and goes on without a restart', async () => {
    const { log, first, second, journal } = await newPair()
    await until(second.runner, ({ standby }) => standby?.behind === 0)
    const { seq } = (await journal.last())!
    expect(second.runner.current).toMatchObject({ phase: 'standby', standby: { seq, behind: 0 }, figures: undefined })
    expect(second.view.phase()).toEqual({
      phase: 'standby',
      reason: `another process of its group has the task; followed up to transaction ${seq}, 0 behind`,
    })
    const text = await second.metrics.text()
    expect(text).toContain('millrace_task_role{stream="flight-delay",role="standby"} 1')
    expect(text).toContain('millrace_standby_lag_transactions{stream="flight-delay"} 0')
    expect(text).toContain('millrace_task_running{stream="flight-delay"} 0')
    await first.runner.stopWithin(first.running)
    await until(second.runner, ({ phase }) => phase === 'running')
    expect(second.runner.current).toMatchObject({ restarts: 0, trouble: undefined })
    expect(second.view.figures()?.progress.counters.predictions).toBe(400)
    expect(await second.metrics.text()).toContain('millrace_task_role{stream="flight-delay",role="active"} 1')
    await second.runner.stopWithin(second.running)
    expect((await decodedTopic(log, 'flight-delay.predictions', 'prediction')).length).toBe(400)
  })

  it('with other code follows nothing, and starts where the other has stopped cleanly', async () => {
    const { first, second, journal } = await newPair({ code: 'two' })
    const { trouble, standby } = await until(second.runner, ({ trouble: said }) => said !== undefined)
    expect(trouble).toContain('the stream has changed since transaction')
    expect(standby).toEqual({ seq: -1, behind: undefined })
    await first.runner.stopWithin(first.running)
    await until(second.runner, ({ phase }) => phase === 'running')
    expect((await journal.last())?.decisions).toMatchObject([{ kind: 'change', code: 'two' }])
    await second.runner.stopWithin(second.running)
  })

  it('that stands by for another may be stopped at any time', async () => {
    const { first, second } = await newPair()
    await until(second.runner, ({ phase }) => phase === 'standby')
    await second.runner.stopWithin(second.running)
    expect(second.runner.current.phase).toBe('stopped')
    expect(first.runner.current.phase).toBe('running')
    await first.runner.stopWithin(first.running)
  })
})
