import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { TaskStreamView } from '../../src/api/task-stream-view.ts'
import { systemClock } from '../../src/log/clock.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import type { TaskGroup, TaskGroupMember } from '../../src/log/task-group.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { StreamRunner } from '../../src/service/stream-runner.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import type { Guards } from '../../src/task/guards.ts'
import { Journal } from '../../src/task/journal.ts'
import type { JournalRecord } from '../../src/task/journal-record.ts'
import { ServiceMetrics } from '../../src/telemetry/service-metrics.ts'
import { decodedTopic, flights, newRegistry, writeFlights } from '../task/flight-log.ts'
import { emptyKafka, kafkaOptions } from './kafka-driver.ts'

const all = flights(3000, 7)
const loaded = await loadStream({ streams: 'streams', schemas: 'schemas' }, 'flight-delay')
const processes: ForcedProcess[] = []
let log: KafkaLog | undefined
afterEach(async () => {
  for (const process of processes.splice(0)) await process.close()
  await log?.close()
})

/** A group that says what the test says: so two processes can be forced onto one task. */
class ForcedGroup implements TaskGroup {
  asked = 0
  member: TaskGroupMember | undefined

  join(member: TaskGroupMember): void {
    this.member = member
  }

  assign(generation: number, hasTask = true): void {
    this.member?.onAssignment({ generation, hasTask, members: 2 })
  }

  reassign(): boolean {
    this.asked++
    return true
  }

  report(): void {}

  async leave(): Promise<void> {}
}

/** What a process of a stream has, in this process. */
class ForcedProcess {
  readonly log: KafkaLog
  readonly group = new ForcedGroup()
  readonly runner: StreamRunner
  private readonly running: Promise<void>

  private constructor(world: World, guards: Partial<Guards>, log: KafkaLog, view: TaskStreamView) {
    this.log = log
    const { blobs, registry } = world
    this.runner = new StreamRunner({
      loaded,
      platform: { log, blobs, registry } as never,
      config: { application: 'forced', commitInterval: '1ms', stopTimeout: '10s', keepModels: 10 },
      view,
      group: this.group,
      task: { guards, batchRows: 16, pause: () => sleep(2) },
    })
    this.running = this.runner.run()
    this.running.catch(() => {})
  }

  static async start(world: World, guards: Partial<Guards>): Promise<ForcedProcess> {
    const { registry } = world
    const { graph, schemas } = loaded
    const metrics = new ServiceMetrics('0', { process: false }).tasks
    const clock = systemClock
    const log = new KafkaLog(kafkaOptions())
    const view = await TaskStreamView.create({ graph, schemas, log, registry, clock, metrics })
    const process = new ForcedProcess(world, guards, log, view)
    processes.push(process)
    while (process.group.member === undefined) await sleep(2)
    return process
  }

  async until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await isSo())) await sleep(5)
  }

  async close(): Promise<void> {
    this.runner.stop()
    await this.running.catch(() => {})
    await this.log.close()
  }
}

interface World {
  readonly log: KafkaLog
  readonly blobs: MemoryBlobStore
  readonly registry: ReturnType<typeof newRegistry>
}

async function newWorld(): Promise<World> {
  log = new KafkaLog(kafkaOptions())
  const world = { log, blobs: new MemoryBlobStore(), registry: newRegistry() }
  await emptyKafka(world.log)
  await writeFlights(world.log, world.registry, all)
  return world
}

async function lastRecord({ log }: World): Promise<JournalRecord | undefined> {
  return new Journal(log, 'flight-delay', 0).last()
}

/** How often each prediction was published that was published at all, and how many there are. */
async function published({ log }: World) {
  const sequences = (await decodedTopic(log, 'flight-delay.predictions', 'prediction')).map(({ sequence }) => sequence)
  return { count: sequences.length, distinct: new Set(sequences).size }
}

/** Two processes are both given the task, the second in a newer generation, while the first is at work. */
async function twoOwners(guards: Partial<Guards>) {
  const world = await newWorld()
  const first = await ForcedProcess.start(world, guards)
  first.group.assign(1)
  await first.until(() => first.runner.current.predictions > 100)
  const second = await ForcedProcess.start(world, guards)
  second.group.assign(2)
  await second.until(() => second.runner.current.predictions > 100)
  first.group.assign(1) // said again, it is no newer assignment
  await sleep(300) // in which nothing may happen
  const isFirstAtWork = first.runner.current.phase === 'running'
  await second.until(
    async () => second.runner.current.phase !== 'running' || (await published(world)).distinct === all.length,
  )
  const result = { ...(await published(world)), isFirstAtWork }
  return { world, first, second, result }
}

const everything = { count: all.length, distinct: all.length, isFirstAtWork: false }

test('of two processes forced onto a task the older is fenced, writes nothing more, and stands by; assigned anew it goes on', async () => {
  const { world, first, second, result } = await twoOwners({})
  expect(result).toEqual(everything)
  expect(first.runner.current).toMatchObject({
    phase: 'standby',
    restarts: 1,
    trouble: expect.stringMatching(/fenced|taken over/),
  })
  expect(first.group.asked).toBe(1)
  expect(second.runner.current.restarts).toBe(0)
  first.group.assign(3)
  second.group.assign(3, false)
  await first.until(() => first.runner.current.phase === 'running')
  await second.until(() => second.runner.current.phase === 'standby')
  expect(await lastRecord(world)).toMatchObject({ incarnation: 3, generation: 3 })
  expect([first.runner.current.restarts, second.runner.current.restarts]).toEqual([1, 1])
}, 60_000)

test('without the fence both write: that is what it is for', async () => {
  const { result } = await twoOwners({ fence: false })
  expect(result).not.toEqual(everything)
}, 60_000)

/** A process that was given the task long ago starts it, while one with a newer assignment is at work. */
async function lateStart(guards: Partial<Guards>) {
  const world = await newWorld()
  const owner = await ForcedProcess.start(world, guards)
  owner.group.assign(5)
  await owner.until(() => owner.runner.current.predictions > 100)
  const late = await ForcedProcess.start(world, guards)
  late.group.assign(4)
  await late.until(() => late.runner.current.restarts > 0 || late.runner.current.predictions > 0)
  await owner.until(() => owner.runner.current.predictions > 500 || owner.runner.current.restarts > 0)
  return { owner, late, incarnation: (await lastRecord(world))?.incarnation }
}

test('a process whose assignment is older than the journal is refused before it fences anybody', async () => {
  const { owner, late, incarnation } = await lateStart({})
  expect(incarnation).toBe(1)
  expect(owner.runner.current).toMatchObject({ phase: 'running', restarts: 0 })
  expect(late.runner.current).toMatchObject({ phase: 'standby', trouble: expect.stringContaining('generation 5') })
  // A generation that leaves the task where it is is journaled, so that the ones between are refused too.
  owner.group.assign(8)
  const { predictions } = owner.runner.current
  await owner.until(() => owner.runner.current.predictions > predictions + 100)
  late.group.assign(7)
  await late.until(() => late.runner.current.trouble?.includes('generation 8') ?? false)
  expect(owner.runner.current).toMatchObject({ phase: 'running', restarts: 0 })
}, 60_000)

test('without the check of the generation it disturbs whoever has the task: that is what it is for', async () => {
  const { incarnation } = await lateStart({ generation: false })
  expect(incarnation).toBeGreaterThan(1)
}, 60_000)
