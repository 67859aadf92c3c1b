import type { Config } from '../config/config-schema.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import type { LoadedStream } from '../service/load-stream.ts'
import type { StreamRunner } from '../service/stream-runner.ts'
import { StreamService } from '../service/stream-service.ts'
import { logger } from '../telemetry/logger.ts'
import { liveView } from './live-view.ts'
import type { Project } from './project.ts'

export interface RunStreamOptions {
  readonly fork?: boolean
  readonly rebuild?: string
  /** Log lines from this level on, where nobody asks for more; default: warnings. The live view says all else. */
  readonly logLevel?: Config['logLevel']
  /** See `StreamServiceOptions`. */
  readonly recordTimeMs?: () => number
  /** Runs beside the stream and ends when `stop` is aborted; the stream stops when it resolves with 'stop', and goes on otherwise. */
  readonly beside?: (runner: StreamRunner, stop: AbortSignal) => Promise<'stop' | 'go on'>
}

const INTERRUPTED = 130

/** Runs a stream with its API until SIGINT or SIGTERM, then stops it cleanly; a second signal ends the process at once. Rejects with the error that ended it. */
export async function runStream(
  project: Project,
  platform: EmbeddedPlatform,
  loaded: LoadedStream,
  options: RunStreamOptions = {},
): Promise<StreamRunner> {
  const { terminal, config } = project
  const { fork, rebuild, recordTimeMs, beside: work } = options
  const asked = project.verbose || project.origins.logLevel !== 'default'
  const service = await StreamService.open({
    loaded,
    platform,
    config,
    fork,
    rebuild,
    recordTimeMs,
    logger: logger({ level: asked ? config.logLevel : (options.logLevel ?? 'warn') }),
  })
  const { runner, address } = service
  const stop = new AbortController()
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED)
    stop.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  if (terminal.output.isTTY !== true && !project.json) terminal.line(`The API is at ${address}.`)
  const view = project.json ? undefined : liveView({ runner, platform, terminal, address })
  const running = service.run()
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve(), { once: true }))
  const beside = work?.(runner, stop.signal).then((next) => (next === 'stop' ? stop.abort() : undefined))
  try {
    await Promise.race([running, stopped, ...(beside === undefined ? [] : [beside.then(() => stopped)])])
  } finally {
    stop.abort()
    await beside?.catch(() => {}) // it has been heard of in the race
    await service.stop().finally(() => {
      view?.unsubscribe()
      terminal.keep()
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    })
  }
  return runner
}
