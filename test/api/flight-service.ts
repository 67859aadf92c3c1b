import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { createApi, type ApiOptions } from '../../src/api/create-api.ts'
import { TaskStreamView } from '../../src/api/task-stream-view.ts'
import { readSchemas } from '../../src/codec/read-schemas.ts'
import type { SchemaRegistry } from '../../src/codec/schema-registry.ts'
import { type Clock, systemClock } from '../../src/log/clock.ts'
import { EmbeddedLog } from '../../src/log/embedded-log.ts'
import type { Log } from '../../src/log/log.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { startTask } from '../../src/task/start-task.ts'
import type { Task } from '../../src/task/task.ts'
import type { TaskOptions } from '../../src/task/task-options.ts'
import { logger } from '../../src/telemetry/logger.ts'
import { ServiceMetrics } from '../../src/telemetry/service-metrics.ts'
import { flightDecoder, flightGraph, newRegistry } from '../task/flight-log.ts'

const schemas = await readSchemas('schemas')

export interface FlightServiceOptions {
  readonly log: Log
  readonly clock?: Clock
  /** Of the view alone. */
  readonly viewClock?: Clock
  readonly task?: Partial<TaskOptions>
  readonly api?: Partial<ApiOptions>
  readonly recordTimeMs?: () => number
}

/** The flight-delay stream as a service runs it: a real task over a log, seen through the API. */
export class FlightService {
  readonly log: Log
  readonly graph: Graph = flightGraph()
  readonly registry: SchemaRegistry = newRegistry()
  readonly metrics = new ServiceMetrics('0.0.0', { process: false })
  readonly logged: string[] = []
  view!: TaskStreamView
  app!: FastifyInstance
  task: Task | undefined
  private readonly options: FlightServiceOptions
  private readonly blobs = new MemoryBlobStore()
  private running: Promise<void> = Promise.resolve()
  private rows = 0
  private readonly waiting: { rows: number; resolve: () => void }[] = []

  private constructor(options: FlightServiceOptions) {
    this.options = options
    this.log = options.log
  }

  /** The API is there; the task is not yet. */
  static async open(options: FlightServiceOptions): Promise<FlightService> {
    const service = new FlightService(options)
    const { log, graph, registry, metrics } = service
    const clock = options.clock ?? systemClock
    const { recordTimeMs } = options
    service.view = await TaskStreamView.create({
      graph,
      schemas,
      log,
      registry,
      clock: options.viewClock ?? clock,
      metrics: metrics.tasks,
      recordTimeMs,
    })
    service.app = await createApi({
      streams: () => [service.view],
      metrics,
      logger: logger({ destination: { write: (line) => void service.logged.push(line) }, level: 'debug' }),
      version: '0.0.0',
      clock,
      ...options.api,
    })
    return service
  }

  /** Starts the task; resolves when it has recovered and runs. */
  async start(): Promise<void> {
    const { view, graph, log, registry, blobs, options } = this
    view.starting()
    const task = await startTask({
      application: 'test',
      graph,
      task: 0,
      log,
      blobs,
      registry,
      decoder: (input) => flightDecoder(graph, input),
      code: 'code-1',
      clock: options.clock ?? systemClock,
      commitIntervalMs: 1,
      ...view.hooks,
      ...options.task,
      onCommit: (record, facts) => {
        view.hooks.onCommit(record, facts)
        options.task?.onCommit?.(record, facts)
        this.rows += facts.rows
        for (const { rows, resolve } of this.waiting) if (this.rows >= rows) resolve()
      },
    })
    this.task = task
    view.started(task)
    this.running = task.run().then(
      () => view.ended(),
      (error: unknown) => view.ended(error, true),
    )
  }

  /** Resolves when so many rows have been committed since the service was opened. */
  committed(rows: number): Promise<void> {
    return this.rows >= rows ? Promise.resolve() : new Promise((resolve) => this.waiting.push({ rows, resolve }))
  }

  /** Stops the task cleanly. */
  async stop(): Promise<void> {
    this.task?.stop()
    await this.running
    this.task = undefined
  }

  /** Takes the task's transactional id away: it ends by an error when it next commits. */
  async fence(): Promise<void> {
    await this.log.transactionalProducer('test.flight-delay.0')
  }

  /** Resolves when the task has ended, whichever way. */
  async ended(): Promise<void> {
    await this.running
    this.task = undefined
  }

  async close(): Promise<void> {
    await this.app.close()
    await this.stop()
    await this.log.close()
  }
}

/** A clock by which a minute passes between any two looks at it: scores are then read at every commit. */
export function hastyClock(): Clock {
  let now = 1_700_000_000_000
  return { now: () => (now += 60_000), after: systemClock.after }
}

/** The logs that all of this has to work on; `close` removes what is left on the disk. */
export const flightLogs: readonly { readonly name: string; readonly open: () => { log: Log; close: () => void } }[] = [
  { name: 'in memory', open: () => ({ log: new MemoryLog(), close: () => {} }) },
  {
    name: 'embedded',
    open: () => {
      const directory = mkdtempSync(join(tmpdir(), 'millrace-api-'))
      const close = () => rmSync(directory, { recursive: true, force: true })
      return { log: new EmbeddedLog(directory, { durability: 'process' }), close }
    },
  },
]
