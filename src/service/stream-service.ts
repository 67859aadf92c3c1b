import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { distinctUntilChanged, pairwise, startWith } from 'rxjs'
import { createApi } from '../api/create-api.ts'
import { listenApi } from '../api/listen-api.ts'
import { TaskStreamView } from '../api/task-stream-view.ts'
import type { Config } from '../config/config-schema.ts'
import { systemClock } from '../log/clock.ts'
import { RedisProjection } from '../projection/redis-projection.ts'
import { durationMs } from '../stats/duration.ts'
import { ServiceMetrics } from '../telemetry/service-metrics.ts'
import type { EmbeddedPlatform } from './embedded-platform.ts'
import type { LoadedStream } from './load-stream.ts'
import { millraceVersion } from './millrace-version.ts'
import { redisOptionsOf } from './redis-options-of.ts'
import { StreamRunner } from './stream-runner.ts'

export interface StreamServiceOptions {
  readonly loaded: LoadedStream
  readonly platform: EmbeddedPlatform
  readonly config: Config
  readonly logger: Logger
  /** Accepts that the code is not what made the journal's tail. */
  readonly fork?: boolean
  /** After a change of the stream: since when what begins anew is rebuilt from the log. */
  readonly rebuild?: string
  /** The timestamp that records appended over HTTP get as `now`; a played-back history has a time of its own. */
  readonly recordTimeMs?: () => number
}

/** One stream with its API and metrics, in this process. */
export class StreamService {
  readonly runner: StreamRunner
  /** Where the API listens. */
  readonly address: string
  private readonly api: FastifyInstance
  private readonly projection: RedisProjection | undefined
  private running: Promise<void> | undefined

  private constructor(runner: StreamRunner, api: FastifyInstance, address: string, projection?: RedisProjection) {
    this.runner = runner
    this.projection = projection
    this.api = api
    this.address = address
  }

  /** Opens the API; the stream begins with `run`. Throws MILLRACE_API_ADDRESS. */
  static async open(options: StreamServiceOptions): Promise<StreamService> {
    const { loaded, platform, config, logger, fork, rebuild, recordTimeMs } = options
    const { graph, schemas } = loaded
    const { log, registry } = platform
    const metrics = new ServiceMetrics(millraceVersion)
    const projection = await projectionOf(config, loaded.name, logger)
    const view = await TaskStreamView.create({
      graph,
      schemas,
      log,
      registry,
      clock: systemClock,
      metrics: metrics.tasks,
      recordTimeMs,
      projection: projection && (() => projection.figures),
    })
    const topics = [...new Set(graph.inputs.map(({ topic }) => topic))]
    const group = platform.taskGroup(loaded.name, topics)
    const runner = new StreamRunner({ loaded, platform, config, view, projection, group, fork, rebuild })
    if (group !== undefined) logRole(runner, logger)
    const api = await createApi({ streams: () => [view], metrics, logger, version: millraceVersion })
    try {
      return new StreamService(runner, api, await listenApi(api, config), projection)
    } catch (error) {
      await api.close()
      throw error
    }
  }

  /** Runs the stream until `stop`; rejects with the error that is final. */
  run(): Promise<void> {
    this.running ??= this.runner.run()
    return this.running
  }

  /** Stops the stream cleanly, then the API: who asks sees the last commit until the end. Throws MILLRACE_SERVICE_STOP_TIMEOUT. */
  async stop(): Promise<void> {
    try {
      if (this.running !== undefined) await this.runner.stopWithin(this.running)
    } finally {
      await this.projection?.close()
      await this.api.close()
    }
  }
}

/** Says in the log what this process is in its group, and what is wrong and tried again. */
function logRole({ status }: StreamRunner, log: Logger): void {
  const changes = status.pipe(
    distinctUntilChanged((one, other) => one.phase === other.phase && one.trouble === other.trouble),
    startWith(undefined),
    pairwise(),
  )
  changes.subscribe(([before, now]) => {
    if (now === undefined) return
    const { stream, phase, trouble, standby } = now
    if (before?.phase !== phase) log.info({ stream, phase, followed: standby?.seq }, `the stream is ${phase}`)
    if (trouble !== undefined && before?.trouble !== trouble) log.warn({ stream, phase }, trouble)
  })
}

/** Writes what the stream commits to Redis, where the configuration names one; says in the log when that changes. */
async function projectionOf(config: Config, stream: string, log: Logger): Promise<RedisProjection | undefined> {
  const redis = redisOptionsOf(config, stream)
  if (redis === undefined) return undefined
  return RedisProjection.open({
    ...redis,
    ttlMs: Math.max(1, Math.round(durationMs(config.redisTtl, 'redisTtl'))),
    onChange: (failure) => {
      if (failure === undefined) log.warn({ stream }, 'Redis gets predictions and features again')
      else log.warn({ stream, code: failure.code }, `Redis gets nothing for now: ${failure.message}`)
    },
  })
}
