import {
  combineLatest,
  concatMap,
  defer,
  distinctUntilChanged,
  EMPTY,
  map,
  type Observable,
  scan,
  startWith,
  type Subscription,
  throttleTime,
  catchError,
  asyncScheduler,
} from 'rxjs'
import type { Log } from '../log/log.ts'
import { committedBatches } from '../service/committed-batches.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import type { StreamRunner } from '../service/stream-runner.ts'
import type { StreamStatus } from '../service/stream-status.ts'
import { ValueReader } from '../service/value-reader.ts'
import { type LiveFacts, liveSummary, liveSummaryLine } from '../telemetry/live-summary.ts'
import type { DeadLettersOfRun } from './dead-letters-of-run.ts'
import { eventText } from './event-text.ts'
import { liveFigures } from './live-figures.ts'
import { nowAndThen } from './now-and-then.ts'
import { pausedText } from './paused-text.ts'
import type { Terminal } from './terminal.ts'
import { whenQuiet } from './when-quiet.ts'

const REDRAW_MS = 250
const RATE_MS = 3000

export interface LiveViewOptions {
  readonly runner: StreamRunner
  readonly platform: Pick<EmbeddedPlatform, 'log' | 'registry'>
  readonly terminal: Terminal
  readonly address?: string
  readonly deadLetters: DeadLettersOfRun
}

/** Shows how a stream is doing until it has stopped: one block drawn again and again on a terminal, elsewhere a line every few seconds. */
export function liveView({ runner, platform, terminal, address, deadLetters }: LiveViewOptions): Subscription {
  const rate = new Rate()
  const onTerminal = terminal.output.isTTY === true
  const facts = combineLatest([
    runner.status,
    latestEvent(platform, runner.current.stream).pipe(startWith(undefined)),
    runner.status.pipe(
      map(() => deadLetters.count),
      distinctUntilChanged(),
      concatMap(() => deadLetters.text()),
      startWith(undefined),
      catchError(() => EMPTY), // as below
    ),
    runner.status.pipe(
      map(({ figures }) => (figures?.progress.isPaused ? figures.progress.nextCommand : undefined)),
      distinctUntilChanged(),
      concatMap(async (next) =>
        next === undefined ? undefined : pausedText(platform, runner.current.stream, next).catch(() => undefined),
      ),
      startWith(undefined),
    ),
  ]).pipe(
    map(([status, lastEvent, letters, paused]) =>
      factsOf(status, rate.of(status.rows), { lastEvent, deadLetters: letters, address, paused }),
    ),
    whenQuiet(
      onTerminal ? throttleTime(REDRAW_MS, asyncScheduler, { leading: true, trailing: true }) : nowAndThen(),
      (latest) => factsOf({ ...runner.current, figures: runner.figures() }, 0, latest),
    ),
  )
  const strong = (text: string): string => terminal.style('bold', text)
  const faint = (text: string): string => terminal.style('dim', text)
  let printed = ''
  return facts.subscribe((now) => {
    if (onTerminal) {
      terminal.draw(['', ...liveSummary(now, strong, faint, (terminal.output.columns || 80) - 1), ''], terminal.output)
      return
    }
    const line = liveSummaryLine(now)
    if (line !== printed) terminal.line(line)
    printed = line
  })
}

/** The latest signal or model event of a stream, in words, as they are committed. */
function latestEvent(
  { log, registry }: Pick<EmbeddedPlatform, 'log' | 'registry'>,
  stream: string,
): Observable<string> {
  const values = new ValueReader(registry)
  return defer(() => lastPlaces(log, [`${stream}.signals`, `${stream}.models`])).pipe(
    concatMap((places) => committedBatches(log, places, { follow: true })),
    concatMap(async ({ topic, bytes, valueStarts, valueEnds, count }) => {
      const value = bytes.slice(valueStarts[count - 1], valueEnds[count - 1])
      return { topic, record: (await values.read(value)) as Record<string, unknown> }
    }),
    map(({ topic, record }) => ({ at: Number(record.eventTime), text: eventText(topic, record) })),
    scan((latest, event) => (event.at >= latest.at ? event : latest)),
    map(({ text }) => text),
    catchError(() => EMPTY), // the log is being closed; whatever else is wrong with it ends the stream itself
  )
}

/** The last record of each topic's first partition; the topics are there or will be created. */
async function lastPlaces(log: Log, topics: readonly string[]) {
  for (const topic of topics) await log.createTopic(topic, { partitions: 1 })
  return Promise.all(
    topics.map(async (topic) => {
      const { start, readableEnd } = await log.bounds({ topic, partition: 0 })
      return { topic, partition: 0, offset: Math.max(start, readableEnd - 1) }
    }),
  )
}

function factsOf(
  status: StreamStatus,
  eventsPerSecond: number,
  beside: Pick<LiveFacts, 'lastEvent' | 'deadLetters' | 'address' | 'paused'>,
): LiveFacts {
  const { progress, scores = [] } = status.figures ?? {}
  return {
    stream: status.stream,
    phase: phaseOf(status, beside.paused),
    nowMs: progress === undefined ? undefined : progress.streamTimeMs === 0 ? Number.NaN : progress.streamTimeMs,
    eventsPerSecond,
    waiting: progress?.pending ?? 0,
    learned: progress?.counters.learned ?? 0,
    figures: liveFigures(scores, progress?.cohortDays ?? 1),
    modelVersion: progress?.models.find(({ role }) => role === 'champion')?.version,
    lastEvent: beside.lastEvent,
    deadLetters: beside.deadLetters,
    address: beside.address,
    paused: beside.paused,
  }
}

function phaseOf({ phase, replay, standby, trouble, stalled, figures }: StreamStatus, paused = 'paused'): string {
  if (phase === 'joining') return 'waiting for its group'
  if (phase === 'standby')
    return standby?.behind === undefined
      ? 'standby, following nothing'
      : `standby, ${standby.behind} transactions behind`
  if (phase === 'starting' && replay !== undefined) return `replaying ${replay.done} of ${replay.total} transactions`
  if (phase === 'restarting') return `starting again: ${trouble}`
  if (phase === 'running' && stalled !== undefined) return `stalled: ${stalled}`
  if (phase === 'running' && figures?.progress.isPaused) return paused
  return phase
}

/** Rows per second over the last few seconds. */
class Rate {
  private readonly samples: { readonly at: number; readonly rows: number }[] = []

  of(rows: number): number {
    const { samples } = this
    const at = performance.now()
    samples.push({ at, rows })
    while (samples.length > 2 && at - samples[1].at > RATE_MS) samples.shift()
    const [first] = samples
    return at > first.at ? ((rows - first.rows) * 1000) / (at - first.at) : 0
  }
}
