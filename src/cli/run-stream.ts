import { filter, firstValueFrom } from 'rxjs'
import type { Config } from '../config/config-schema.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import type { LoadedStream } from '../service/load-stream.ts'
import type { StreamRunner } from '../service/stream-runner.ts'
import { StreamService } from '../service/stream-service.ts'
import { logger } from '../telemetry/logger.ts'
import { changeLines } from './change-lines.ts'
import { DeadLettersOfRun } from './dead-letters-of-run.ts'
import { liveView } from './live-view.ts'
import type { Project } from './project.ts'
import { reachRegistry } from './reach-registry.ts'
import { unreadableInputs } from './unreadable-inputs.ts'

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

/** A stream that was run, and has stopped. */
export interface StreamRun {
  readonly runner: StreamRunner
  readonly deadLetters: DeadLettersOfRun
}

const INTERRUPTED = 130

async function endOfJournal({ log }: EmbeddedPlatform, stream: string): Promise<number> {
  const topic = `${stream}.journal`
  const isThere = (await log.topics()).some(({ name }) => name === topic)
  return isThere ? (await log.bounds({ topic, partition: 0 })).readableEnd : 0
}

/** Runs a stream with its API until SIGINT or SIGTERM, then stops it cleanly; a second signal ends the process at once. Rejects with the error that ended it. */
export async function runStream(
  project: Project,
  platform: EmbeddedPlatform,
  loaded: LoadedStream,
  options: RunStreamOptions = {},
): Promise<StreamRun> {
  const { terminal, config } = project
  const { fork, rebuild, recordTimeMs, beside: work } = options
  const asked = project.verbose || project.origins.logLevel !== 'default'
  await reachRegistry(platform.registry)
  for (const wrong of await unreadableInputs(loaded, platform)) terminal.note(wrong)
  const journaled = await endOfJournal(platform, loaded.name)
  const deadLetters = await DeadLettersOfRun.open(platform, loaded.name)
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
  runner.status.subscribe({ next: (status) => deadLetters.take(status) })
  const stop = new AbortController()
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED)
    stop.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  if (terminal.output.isTTY !== true && !project.json) terminal.line(`The API is at ${address}.`)
  const began = firstValueFrom(runner.status.pipe(filter(({ phase }) => phase === 'running')), {
    defaultValue: undefined,
  }).then(async (running) => {
    if (running === undefined) return
    terminal.keep()
    for (const line of await changeLines(platform.log, loaded.name, journaled, rebuild)) terminal.note(line)
  })
  began.catch(() => {}) // the log is being closed; whatever else is wrong with it ends the stream itself
  const view = project.json ? undefined : liveView({ runner, platform, terminal, address, deadLetters })
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
    await began.catch(() => {})
  }
  return { runner, deadLetters }
}
