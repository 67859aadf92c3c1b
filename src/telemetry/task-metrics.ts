import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { CommittedFigures } from './committed-figures.ts'
import type { ProjectionFigures } from './projection-figures.ts'
import { ProjectionMetrics } from './projection-metrics.ts'
import { ScoreMetrics } from './score-metrics.ts'

/** Where the metrics of one stream come from when they are scraped. */
export interface MetricsSource {
  figures(): CommittedFigures | undefined
  /** Records that are readable and not yet committed, over all partitions; undefined while that isn't known. */
  lagRecords(): Promise<number | undefined>
  isRunning(): boolean
  /** Whether it waits for something that it can't go on without, such as a schema registry. */
  isStalled(): boolean
  /** What this process is in the group of the stream's task. */
  role(): 'joining' | 'standby' | 'active'
  /** Of a process that follows: committed transactions that it has not computed. */
  standbyLag(): number | undefined
  /** Of writing to Redis; undefined where that is not asked for. */
  projection?(): ProjectionFigures | undefined
}

/** What is known at a commit. */
export interface CommitMeasures {
  readonly rows: number
  /** Of what kinds its signals and model events are. */
  readonly signals: readonly string[]
  readonly models: readonly string[]
  readonly latencyMs: number
  readonly committedAtMs: number
  /** Arrival of the newest record in it that is known of; undefined when none is newer than before. */
  readonly newestArrivalMs: number | undefined
}

/** Older records are history that is being played back: their age says nothing of the service. */
const HISTORY_MS = 3_600_000

/** Counters of a task's state, under the names that Prometheus sees. */
const counted: readonly (readonly [counter: string, name: string, help: string])[] = [
  ['predictions', 'millrace_predictions_total', 'Predictions published'],
  ['signals', 'millrace_signals_total', 'Signals published: drift, warnings, data quality'],
  ['modelEvents', 'millrace_model_events_total', 'Steps in the lives of models published'],
  ['deadLetters', 'millrace_dead_letters_total', 'Records that could not be used and were put aside'],
  ['learned', 'millrace_labels_learned_total', 'Labels scored and learned, implicit ones included'],
  ['early', 'millrace_labels_early_total', 'Labels that came before their events'],
  ['late', 'millrace_labels_late_total', 'Labels that came after their horizon'],
  ['orphaned', 'millrace_labels_orphaned_total', 'Labels whose events never came'],
  ['duplicate', 'millrace_labels_duplicate_total', 'Labels that had come before'],
  ['corrected', 'millrace_labels_corrected_total', 'Second labels that were learned as corrections'],
  ['unknownClass', 'millrace_labels_unknown_class_total', 'Labels of a class beyond the most that are told apart'],
  ['unlabelled', 'millrace_events_unlabelled_total', 'Events without a label at their horizon'],
  ['dropped', 'millrace_events_dropped_total', 'Events that stopped waiting for labels because too many waited'],
  ['lateUpdates', 'millrace_window_updates_late_total', 'Updates that came too late for their windows'],
  ['warnings', 'millrace_data_quality_warnings_total', 'Events that failed a check and passed all the same'],
]

/** Kinds that are told apart: each is there from the beginning, so that its first one shows as an increase. */
const kinds = {
  signals: ['drift', 'warning', 'improved', 'data_quality', 'late'],
  models: ['requested', 'trained', 'failed', 'challenger', 'promoted', 'rolled_back', 'retired', 'carried', 'anew'],
} as const

/**
 * The metrics of all tasks of a service, in a registry of its own. Histograms and rates are fed once a transaction,
 * everything else is set when it is scraped, from committed figures. Labels are stream, role and model, never a key.
 */
export class TaskMetrics {
  private readonly streams = new Map<string, MetricsSource>()
  private readonly records: Counter<'stream'>
  private readonly transactions: Counter<'stream'>
  private readonly commit: Histogram<'stream'>
  private readonly eventToWeight: Histogram<'stream'>
  private readonly lastCommit: Gauge<'stream'>
  private readonly replays: Counter<'stream'>
  private readonly replayed: Counter<'stream'>
  private readonly troubles: Counter<'stream'>
  private readonly failures: Counter<'stream'>
  private readonly signals: Counter<'stream' | 'kind'>
  private readonly steps: Counter<'stream' | 'kind'>
  private readonly counters: readonly (readonly [counter: string, metric: Counter<'stream'>])[]
  private readonly running: Gauge<'stream'>
  private readonly stalled: Gauge<'stream'>
  private readonly role: Gauge<'stream' | 'role'>
  private readonly standbyLag: Gauge<'stream'>
  private readonly paused: Gauge<'stream'>
  private readonly lag: Gauge<'stream'>
  private readonly pending: Gauge<'stream'>
  private readonly streamTime: Gauge<'stream'>
  private readonly incarnation: Gauge<'stream'>
  private readonly sequence: Gauge<'stream'>
  private readonly tail: Gauge<'stream'>
  private readonly scores: ScoreMetrics
  private readonly projection: ProjectionMetrics

  constructor(registry: Registry) {
    const registers = [registry]
    const counter = (name: string, help: string) => new Counter({ name, help, labelNames: ['stream'], registers })
    const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: ['stream'], registers })
    const histogram = (name: string, help: string, buckets: number[]) =>
      new Histogram({ name, help, labelNames: ['stream'], buckets, registers })
    this.records = counter('millrace_records_total', 'Input records taken in committed transactions')
    this.transactions = counter('millrace_transactions_total', 'Transactions committed')
    this.commit = histogram(
      'millrace_commit_seconds',
      'From the computing of a transaction’s first row to the acknowledgement of its commit',
      [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10],
    )
    this.eventToWeight = histogram(
      'millrace_event_to_weight_seconds',
      'From the arrival of a record to the commit of the weights that learned from it: of a late record of each transaction, history left out',
      [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800],
    )
    this.lastCommit = gauge('millrace_last_commit_timestamp_seconds', 'When the latest transaction was committed')
    this.replays = counter('millrace_replays_total', 'Starts of a task that replayed transactions')
    this.replayed = counter('millrace_replayed_transactions_total', 'Transactions replayed when a task started')
    this.troubles = counter('millrace_troubles_total', 'What went wrong and was got over')
    this.failures = counter('millrace_task_failures_total', 'Ends of a task by an error')
    const labelNames = ['stream', 'kind'] as const
    const byKind = (name: string, help: string) => new Counter({ name, help, labelNames, registers })
    this.signals = byKind('millrace_signal_kinds_total', 'Signals that this process has published, by kind')
    this.steps = byKind('millrace_model_steps_total', 'Model events that this process has published, by kind')
    this.counters = counted.map(([key, name, help]) => [key, counter(name, help)])
    this.running = gauge('millrace_task_running', '1 while a task of the stream is at work, else 0')
    this.stalled = gauge(
      'millrace_task_stalled',
      '1 while the stream waits for what it cannot go on without, such as a schema registry, else 0',
    )
    this.role = new Gauge({
      name: 'millrace_task_role',
      help: '1 for what this process is in the group of the stream’s task: active, standby or joining',
      labelNames: ['stream', 'role'],
      registers,
    })
    this.standbyLag = gauge(
      'millrace_standby_lag_transactions',
      'Committed transactions that a standby has not computed yet; about, until it has read them',
    )
    this.paused = gauge('millrace_task_paused', '1 while a command has paused the stream, else 0')
    this.lag = gauge('millrace_consumer_lag_records', 'Input records that are readable and not yet committed')
    this.pending = gauge('millrace_pending_labels', 'Predicted events that wait for their labels')
    this.streamTime = gauge('millrace_stream_timestamp_seconds', 'The stream’s clock: arrival of its latest record')
    this.incarnation = gauge('millrace_task_incarnation', 'How often a task of the stream has been started')
    this.sequence = gauge('millrace_journal_sequence', 'Number of the latest committed transaction')
    this.tail = gauge('millrace_transactions_since_snapshot', 'Transactions that a start would have to replay')
    this.scores = new ScoreMetrics(registers)
    this.projection = new ProjectionMetrics(registers)
  }

  /** A stream's metrics are shown from now on, its rates from zero. */
  add(stream: string, source: MetricsSource): void {
    this.streams.set(stream, source)
    for (const metric of [this.records, this.transactions, this.replays, this.replayed, this.troubles, this.failures]) {
      metric.inc({ stream }, 0)
    }
    for (const kind of kinds.signals) this.signals.inc({ stream, kind }, 0)
    for (const kind of kinds.models) this.steps.inc({ stream, kind }, 0)
    this.commit.zero({ stream })
    this.eventToWeight.zero({ stream })
  }

  committed(stream: string, measures: CommitMeasures): void {
    const { rows, signals, models, latencyMs, committedAtMs, newestArrivalMs } = measures
    this.transactions.inc({ stream })
    this.records.inc({ stream }, rows)
    for (const kind of signals) this.signals.inc({ stream, kind: kind.replace('-', '_') })
    for (const kind of models) this.steps.inc({ stream, kind })
    this.lastCommit.set({ stream }, committedAtMs / 1000)
    if (rows > 0) this.commit.observe({ stream }, latencyMs / 1000)
    if (newestArrivalMs === undefined) return
    const ageMs = committedAtMs - newestArrivalMs
    if (ageMs >= 0 && ageMs <= HISTORY_MS) this.eventToWeight.observe({ stream }, ageMs / 1000)
  }

  /** A transaction was replayed; `first` of a start. */
  replayedOne(stream: string, first: boolean): void {
    if (first) this.replays.inc({ stream })
    this.replayed.inc({ stream })
  }

  troubled(stream: string): void {
    this.troubles.inc({ stream })
  }

  failed(stream: string): void {
    this.failures.inc({ stream })
  }

  /** Sets everything that is not fed by commits; call before the registry is read out. */
  async collect(): Promise<void> {
    this.scores.reset()
    await Promise.all([...this.streams].map(([stream, source]) => this.collectStream(stream, source)))
  }

  private async collectStream(stream: string, source: MetricsSource): Promise<void> {
    this.running.set({ stream }, source.isRunning() ? 1 : 0)
    this.stalled.set({ stream }, source.isStalled() ? 1 : 0)
    for (const role of ['joining', 'standby', 'active'] as const)
      this.role.set({ stream, role }, source.role() === role ? 1 : 0)
    const behind = source.standbyLag()
    if (behind === undefined) this.standbyLag.remove({ stream })
    else this.standbyLag.set({ stream }, behind)
    const projection = source.projection?.()
    if (projection !== undefined) this.projection.set(stream, projection)
    const lag = await source.lagRecords()
    if (lag === undefined) this.lag.remove({ stream })
    else this.lag.set({ stream }, lag)
    const figures = source.figures()
    if (figures === undefined) {
      // A task that has gone to another process is that one's to tell of.
      for (const gauge of [this.paused, this.pending, this.streamTime, this.sequence, this.tail])
        gauge.remove({ stream })
      return
    }
    const { commit, progress } = figures
    for (const [key, metric] of this.counters) {
      metric.remove({ stream })
      metric.inc({ stream }, progress.counters[key] ?? 0)
    }
    this.paused.set({ stream }, progress.isPaused ? 1 : 0)
    this.pending.set({ stream }, progress.pending)
    if (progress.streamTimeMs > 0) this.streamTime.set({ stream }, progress.streamTimeMs / 1000)
    this.incarnation.set({ stream }, commit.incarnation)
    this.sequence.set({ stream }, commit.seq)
    this.tail.set({ stream }, commit.seq - (commit.snapshots[0]?.seq ?? -1))
    this.scores.set(stream, figures)
  }
}
