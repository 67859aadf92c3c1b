import {
  combineLatest,
  concatMap,
  defer,
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
import type { ScoreFigures } from '../telemetry/committed-figures.ts'
import { type LiveFacts, liveSummary, liveSummaryLine } from '../telemetry/live-summary.ts'
import { eventText } from './event-text.ts'
import { nowAndThen } from './now-and-then.ts'
import type { Terminal } from './terminal.ts'
import { whenQuiet } from './when-quiet.ts'

const REDRAW_MS = 250
const RATE_MS = 3000

export interface LiveViewOptions {
  readonly runner: StreamRunner
  readonly platform: Pick<EmbeddedPlatform, 'log' | 'registry'>
  readonly terminal: Terminal
  readonly address?: string
}

/** Shows how a stream is doing until it has stopped: one block drawn again and again on a terminal, elsewhere a line every few seconds. */
export function liveView({ runner, platform, terminal, address }: LiveViewOptions): Subscription {
  const rate = new Rate()
  const onTerminal = terminal.output.isTTY === true
  const facts = combineLatest([
    runner.status,
    latestEvent(platform, runner.current.stream).pipe(startWith(undefined)),
  ]).pipe(
    map(([status, lastEvent]) => factsOf(status, rate.of(status.rows), lastEvent, address)),
    whenQuiet(
      onTerminal ? throttleTime(REDRAW_MS, asyncScheduler, { leading: true, trailing: true }) : nowAndThen(),
      ({ lastEvent }) => factsOf({ ...runner.current, figures: runner.figures() }, 0, lastEvent, address),
    ),
  )
  const strong = (text: string): string => terminal.style('bold', text)
  const faint = (text: string): string => terminal.style('dim', text)
  let printed = ''
  return facts.subscribe((now) => {
    if (onTerminal) {
      terminal.draw(['', ...liveSummary(now, strong, faint), ''], terminal.output)
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
  lastEvent: string | undefined,
  address: string | undefined,
): LiveFacts {
  const { progress, scores = [] } = status.figures ?? {}
  const judged = scores.filter(({ role }) => role === 'champion' || role === 'baseline')
  const lossName = judged[0] !== undefined && 'mae' in judged[0].whole.values ? 'mae' : 'log-loss'
  return {
    stream: status.stream,
    phase: phaseOf(status),
    nowMs: progress === undefined ? undefined : progress.streamTimeMs === 0 ? Number.NaN : progress.streamTimeMs,
    eventsPerSecond,
    waiting: progress?.pending ?? 0,
    learned: progress?.counters.learned ?? 0,
    scores: judged.map((one) => ({
      name: one.model,
      loss: finite(one.whole.values[lossName]),
      dailyAuc: dailyAuc(one),
    })),
    lossName: lossName === 'log-loss' ? 'log loss' : 'mean abs. error',
    modelVersion: progress?.models.find(({ role }) => role === 'champion')?.version,
    lastEvent,
    address,
  }
}

function phaseOf({ phase, replay, trouble, stalled, figures }: StreamStatus): string {
  if (phase === 'starting' && replay !== undefined) return `replaying ${replay.done} of ${replay.total} transactions`
  if (phase === 'restarting') return `starting again: ${trouble}`
  if (phase === 'running' && stalled !== undefined) return `stalled: ${stalled}`
  if (phase === 'running' && figures?.progress.isPaused) return 'paused'
  return phase
}

function dailyAuc({ cohorts }: ScoreFigures): number | undefined {
  return cohorts.cohorts > 0 ? finite(cohorts.mean.values['roc-auc']) : undefined
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined
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
