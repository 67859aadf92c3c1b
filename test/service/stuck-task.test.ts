import { filter, firstValueFrom } from 'rxjs'
import { expect, it } from 'vitest'
import { TaskStreamView } from '../../src/api/task-stream-view.ts'
import { systemClock } from '../../src/log/clock.ts'
import type { Log } from '../../src/log/log.ts'
import { MemoryBroker } from '../../src/log/memory-broker.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import type { StreamStatus } from '../../src/service/stream-status.ts'
import { StreamRunner } from '../../src/service/stream-runner.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { ServiceMetrics } from '../../src/telemetry/service-metrics.ts'
import { PairGroup } from './pair-group.ts'
import { decodedTopic, flights, newRegistry, writeFlights } from '../task/flight-log.ts'

const loaded = await loadStream({ streams: 'streams', schemas: 'schemas' }, 'flight-delay')
const { graph, schemas } = loaded
const config = { application: 'test', commitInterval: '1ms', stopTimeout: '10s', keepModels: 10 }

/** A log on which no commit of a transaction is ever answered. */
function hanging(log: Log): Log {
  return new Proxy(log, {
    get: (target, name) => {
      if (name !== 'transactionalProducer') return (target[name as keyof Log] as () => unknown).bind(target)
      return async (id: string) => {
        const producer = await target.transactionalProducer(id)
        let commits = 0
        const hang = (): Promise<void> => (++commits > 3 ? new Promise(() => {}) : producer.commit())
        const { send, abort, close } = producer
        return { send: send.bind(producer), abort: abort.bind(producer), close: close.bind(producer), commit: hang }
      }
    },
  })
}

it('a task that has records to read and commits nothing is given back, and another process goes on with it', async () => {
  const broker = new MemoryBroker()
  const blobs = new MemoryBlobStore()
  const registry = newRegistry()
  const group = new PairGroup()
  const runnerOn = async (index: number, log: Log): Promise<StreamRunner> => {
    const metrics = new ServiceMetrics('0', { process: false }).tasks
    const view = await TaskStreamView.create({ graph, schemas, log, registry, clock: systemClock, metrics })
    const platform = { log, blobs, registry } as never
    const task = { batchRows: 16 }
    return new StreamRunner({ loaded, platform, config, view, group: group.seat(index), stuckAfterMs: 300, task })
  }
  const log = new MemoryLog({ broker })
  await writeFlights(log, registry, flights(400, 1), 1)
  const [stuck, other] = [await runnerOn(0, hanging(log)), await runnerOn(1, new MemoryLog({ broker }))]
  const phase = (runner: StreamRunner, isIt: (status: StreamStatus) => boolean) =>
    firstValueFrom(runner.status.pipe(filter(isIt)))
  const running = [stuck.run(), other.run()]
  await phase(stuck, ({ phase: now }) => now === 'running')
  await phase(stuck, ({ trouble }) => trouble?.includes('there is something to read') ?? false)
  await phase(other, ({ phase: now }) => now === 'running')
  await phase(stuck, ({ phase: now }) => now === 'standby')
  while ((await decodedTopic(log, 'flight-delay.predictions', 'prediction')).length < 400)
    await new Promise((resolve) => setTimeout(resolve, 5))
  expect(stuck.current.trouble).toMatch(/flights\.\w+\/0: \d+ records after offset \d+/)
  expect(other.current).toMatchObject({ restarts: 0, trouble: undefined })
  expect(group.generation).toBe(3)
  // The stuck one follows, and has the task again when the other lets go of it.
  await phase(stuck, ({ standby }) => standby?.behind === 0)
  await Promise.all([stuck.stopWithin(running[0]), other.stopWithin(running[1])])
  const sequences = (await decodedTopic(log, 'flight-delay.predictions', 'prediction')).map(({ sequence }) => sequence)
  expect(new Set(sequences).size).toBe(400)
})
