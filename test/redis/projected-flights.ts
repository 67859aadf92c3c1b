import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import type { LocalRedis } from '../../src/cluster/local-redis.ts'
import { systemClock } from '../../src/log/clock.ts'
import { MemoryBroker } from '../../src/log/memory-broker.ts'
import { MemoryLog, type MemoryLogHooks } from '../../src/log/memory-log.ts'
import { RedisProjection, type RedisProjectionOptions } from '../../src/projection/redis-projection.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { type FollowedTask, Standby } from '../../src/task/standby.ts'
import { startTask } from '../../src/task/start-task.ts'
import type { Task } from '../../src/task/task.ts'
import type { TaskOptions } from '../../src/task/task-options.ts'
import { decodedTopic, type Flight, flightDecoder, flightGraph, newRegistry, writeFlights } from '../task/flight-log.ts'

/** The flight-delay stream over a log in memory, what it commits written to a real Redis. */
export class ProjectedFlights {
  readonly log: MemoryLog
  readonly redis: Redis
  readonly url: string
  /** What the projection said of its state, in order; '' when it writes again. */
  readonly said: string[] = []
  projection!: RedisProjection
  task: Task | undefined
  /** Predictions that were acknowledged. */
  predictions = 0
  private readonly broker = new MemoryBroker()
  private readonly blobs = new MemoryBlobStore()
  private readonly registry = newRegistry()
  private running: Promise<void> = Promise.resolve()

  private constructor(url: string, hooks: MemoryLogHooks) {
    this.url = url
    this.log = new MemoryLog({ broker: this.broker, hooks })
    this.redis = new Redis(url, { lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null })
    this.redis.on('error', () => {})
  }

  static async open(
    server: LocalRedis,
    options: Partial<RedisProjectionOptions> = {},
    hooks: MemoryLogHooks = {},
  ): Promise<ProjectedFlights> {
    const world = new ProjectedFlights(server.url, hooks)
    world.projection = await world.project(options)
    onTestFinished(async () => {
      await world.stop()
      await world.projection.close()
      world.redis.disconnect()
    })
    return world
  }

  project(options: Partial<RedisProjectionOptions> = {}): Promise<RedisProjection> {
    return RedisProjection.open({
      url: this.url,
      application: 'test',
      stream: 'flight-delay',
      ttlMs: 3_600_000,
      timeoutMs: 200,
      onChange: (failure) => void this.said.push(failure?.code ?? ''),
      ...options,
    })
  }

  async fly(all: readonly Flight[]): Promise<void> {
    await writeFlights(new MemoryLog({ broker: this.broker }), this.registry, all)
  }

  /** Starts the task; it runs until `stop`, or an error, which `ended` gives. */
  async start(
    options: Partial<TaskOptions> = {},
    projection = this.projection,
    followed?: FollowedTask,
  ): Promise<void> {
    projection.starting()
    const on: Partial<TaskOptions> = {
      ...options,
      onComputed: (transaction) => projection.computed(transaction),
      onCommit: (record, facts) => {
        this.predictions += facts.predictions
        projection.committed(record)
        options.onCommit?.(record, facts)
      },
    }
    this.task = await startTask(this.optionsWith(on), followed)
    this.running = this.task.run()
    this.running.catch(() => {})
  }

  /** What a standby has come to, once it has seen all that is committed. */
  async follow(onComputed: TaskOptions['onComputed']): Promise<FollowedTask> {
    const standby = (await Standby.open(this.optionsWith({ onComputed }))) as Standby
    await standby.run(() => {
      if (standby.seq === this.task?.committed.seq) standby.stop()
    })
    return standby.handOver() as FollowedTask
  }

  private optionsWith(options: Partial<TaskOptions>): TaskOptions {
    const { log, blobs, registry } = this
    const graph = flightGraph()
    return {
      application: 'test',
      graph,
      task: 0,
      log,
      blobs,
      registry,
      decoder: (input) => flightDecoder(graph, input),
      code: 'code-1',
      clock: systemClock,
      commitIntervalMs: 1,
      batchRows: 16,
      ...options,
    }
  }

  async ended(): Promise<unknown> {
    return this.running.then(
      () => undefined,
      (error: unknown) => error,
    )
  }

  async stop(): Promise<void> {
    this.task?.stop()
    await this.ended()
    this.task = undefined
  }

  /** What is committed, the latest prediction of each flight. */
  async committed(): Promise<Map<string, Record<string, unknown>>> {
    const log = new MemoryLog({ broker: this.broker })
    const all = await decodedTopic(log, 'flight-delay.predictions', 'prediction')
    for (const prediction of all) {
      delete prediction.$partition
      delete prediction.$timestamp
    }
    return new Map(all.map((prediction) => [prediction.id as string, prediction]))
  }

  /** All predictions in Redis, by id. */
  async projected(): Promise<Map<string, Record<string, string>>> {
    const keys = await this.redis.keys('test:flight-delay:prediction:*')
    const pipeline = this.redis.pipeline()
    for (const key of keys) pipeline.hgetall(key)
    const results = (await pipeline.exec()) ?? []
    return new Map(results.map(([, hash]) => [(hash as Record<string, string>).id, hash as Record<string, string>]))
  }
}

/** Resolves when something holds, which is looked at again and again. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const late = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > late) throw new Error(`not within ${withinMs} ms: ${String(holds)}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
