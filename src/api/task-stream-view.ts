import type { EventSchema } from '../codec/event-schema.ts'
import { publishedSchemas } from '../codec/published-schemas.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import { MillraceError } from '../errors.ts'
import type { Problem } from '../learners/learner.ts'
import type { Clock } from '../log/clock.ts'
import type { Log } from '../log/log.ts'
import type { Graph } from '../stream/graph.ts'
import { nearest } from '../stream/nearest.ts'
import type { JournalRecord } from '../task/journal-record.ts'
import type { ControlState } from '../task/control-state.ts'
import type { Task } from '../task/task.ts'
import type { CommitFacts, TaskOptions } from '../task/task-options.ts'
import type { CommittedFigures, ModelFigures } from '../telemetry/committed-figures.ts'
import { CommittedView } from '../telemetry/committed-view.ts'
import type { ProjectionFigures } from '../telemetry/projection-figures.ts'
import type { TaskMetrics } from '../telemetry/task-metrics.ts'
import { checkCommand } from './check-command.ts'
import { CommandWriter } from './command-writer.ts'
import { PublishedTopic } from './published-topic.ts'
import { RecordAppender } from './record-appender.ts'
import type {
  AppendOptions,
  AppendReport,
  PartitionStatus,
  PublishedKind,
  StreamCommand,
  StreamInput,
  StreamPhase,
  StreamView,
} from './stream-view.ts'
import { commitFigures, TaskFigures } from './task-figures.ts'

export interface TaskStreamViewOptions {
  readonly graph: Graph
  /** By file name. */
  readonly schemas: ReadonlyMap<string, EventSchema>
  readonly log: Log
  readonly registry: SchemaRegistry
  readonly clock: Clock
  readonly metrics: TaskMetrics
  /** The timestamp that appended records get as `now`, ms. Default: the clock's; a played-back history has a time of its own. */
  readonly recordTimeMs?: () => number
  /** Of writing to Redis. */
  readonly projection?: () => ProjectionFigures
}

/**
 * A stream whose task runs in this process. Whoever runs it passes `hooks` to `startTask` and tells of each start and end;
 * the view outlives its tasks.
 */
export class TaskStreamView implements StreamView {
  readonly name: string
  readonly problem: Problem
  readonly inputs: readonly StreamInput[]
  /** For the options of the task. */
  readonly hooks: Required<Pick<TaskOptions, 'onCommit' | 'onReplay' | 'onTrouble'>>
  private readonly options: TaskStreamViewOptions
  private readonly committed: CommittedView
  private readonly topics: Readonly<Record<PublishedKind, PublishedTopic>>
  private readonly appenders: ReadonlyMap<string, RecordAppender>
  private readonly commands: CommandWriter
  private life: StreamPhase = { phase: 'starting', reason: 'it has not begun' }
  /** Why an input can't be read on, of a task that runs; until records are taken again. */
  private stall: string | undefined
  /** Of the latest task. */
  private control: ControlState | undefined
  /** Of a standby: transactions behind. */
  private followedBehind: number | undefined
  private newestArrivalMs = Number.NEGATIVE_INFINITY

  private constructor(options: TaskStreamViewOptions, published: Awaited<ReturnType<typeof publishedSchemas>>) {
    const { graph, schemas, log, registry, clock, metrics } = options
    const { name } = graph
    this.options = options
    this.name = name
    this.problem = graph.label.problem
    const schemaOf = (file: string) => schemas.get(file) as EventSchema // the graph was built with it
    this.inputs = graph.inputs.map((input) => ({
      name: input.name,
      topic: input.topic,
      format: input.format,
      key: input.fields[input.key].name,
      time: input.fields[input.time].name,
      fields: schemaOf(input.schema).fields,
    }))
    this.appenders = new Map(
      graph.inputs.map((input) => [input.name, new RecordAppender(input, schemaOf(input.schema), log, registry)]),
    )
    this.topics = {
      predictions: new PublishedTopic(`${name}.predictions`, published.prediction, log, registry),
      signals: new PublishedTopic(`${name}.signals`, published.signal, log, registry),
      models: new PublishedTopic(`${name}.models`, published['model-event'], log, registry),
    }
    this.commands = new CommandWriter(name, published['control-command'], log, registry)
    this.committed = new CommittedView(() => clock.now())
    this.hooks = {
      onCommit: (record, facts) => this.took(record, facts),
      onReplay: ({ done, total }) => {
        this.life = { phase: 'replaying', reason: `transaction ${done} of ${total} is replayed` }
        metrics.replayedOne(name, done === 1)
      },
      onTrouble: (error) => {
        metrics.troubled(name)
        if (error instanceof MillraceError && error.code === 'MILLRACE_CODEC_REGISTRY_UNREACHABLE')
          this.stall = error.message.replace(/\.$/, '')
      },
    }
    metrics.add(name, {
      figures: () => this.figures(),
      lagRecords: () => this.lagRecords(),
      isRunning: () => this.life.phase === 'running',
      isStalled: () => this.phase().phase === 'stalled',
      role: () => this.role,
      standbyLag: () => (this.role === 'active' ? undefined : this.followedBehind),
      projection: () => this.projection(),
    })
  }

  static async create(options: TaskStreamViewOptions): Promise<TaskStreamView> {
    return new TaskStreamView(options, await publishedSchemas())
  }

  /** A task is about to recover. */
  starting(): void {
    this.stall = undefined
    this.life = { phase: 'starting', reason: 'its task recovers' }
  }

  /** Another process has the task, or nobody yet; how far this one follows. */
  standing(
    role: 'joining' | 'standby',
    { seq, behind }: { readonly seq: number; readonly behind: number | undefined },
  ): void {
    const who =
      role === 'joining' ? 'its group has not assigned the task yet' : 'another process of its group has the task'
    const far = behind === undefined ? 'nothing is followed' : `followed up to transaction ${seq}, ${behind} behind`
    this.life = { phase: role, reason: `${who}; ${far}` }
    this.followedBehind = behind
    this.committed.forget()
  }

  /** A task has recovered and is about to run. */
  started(task: Task): void {
    this.control = task.recovered.state.control
    this.committed.attach(new TaskFigures(task), commitFigures(task.recovered.first))
    this.newestArrivalMs = this.figures()?.progress.streamTimeMs ?? 0
    this.life = { phase: 'running', reason: '' }
  }

  /** The task has ended: cleanly, or by an error after which it is started anew (`restarting`) or not. */
  ended(error?: unknown, restarting = false): void {
    if (error === undefined) this.committed.settle()
    this.committed.detach()
    if (error !== undefined) this.options.metrics.failed(this.name)
    const reason =
      error === undefined ? 'it was stopped' : error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
    this.life = { phase: error === undefined ? 'stopped' : restarting ? 'restarting' : 'failed', reason }
  }

  /** What this process is in the group of the stream's task. */
  get role(): 'joining' | 'standby' | 'active' {
    const { phase } = this.life
    return phase === 'joining' || phase === 'standby' ? phase : 'active'
  }

  phase(): StreamPhase {
    if (this.life.phase === 'running' && this.control?.paused && this.figures()?.progress.isPaused) {
      return { phase: 'paused', reason: 'a command has paused it, and one to resume lets it go on' }
    }
    if (this.life.phase === 'running' && this.stall !== undefined) return { phase: 'stalled', reason: this.stall }
    return this.life
  }

  figures(): CommittedFigures | undefined {
    return this.committed.read()
  }

  projection(): ProjectionFigures | undefined {
    return this.options.projection?.()
  }

  async partitions(): Promise<PartitionStatus[]> {
    const { log, graph } = this.options
    const commit = this.figures()?.commit
    const used = new Set(graph.inputs.map(({ topic }) => topic))
    const places = (await log.topics())
      .filter(({ name }) => used.has(name))
      .flatMap(({ name, partitions }) =>
        Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition })),
      )
    return Promise.all(
      places.map(async ({ topic, partition }) => {
        const { start, readableEnd: end } = await log.bounds({ topic, partition })
        const position = commit?.positions[commit.partitions.indexOf(`${topic}/${partition}`)] ?? null
        return { topic, partition, start, end, position, lag: position === null ? null : Math.max(0, end - position) }
      }),
    )
  }

  topic(kind: PublishedKind): PublishedTopic {
    return this.topics[kind]
  }

  async append(input: string, records: readonly unknown[], options: AppendOptions): Promise<AppendReport> {
    const appender = this.appenders.get(input)
    if (appender === undefined) {
      const remedy = nearest(input, [...this.appenders.keys()])
      throw new MillraceError(
        'MILLRACE_API_UNKNOWN_INPUT',
        `stream '${this.name}'`,
        `it has no input '${input}'`,
        remedy,
      )
    }
    const { clock, recordTimeMs } = this.options
    return appender.append(records, options, Math.floor(recordTimeMs?.() ?? clock.now()))
  }

  async command(command: StreamCommand): Promise<string> {
    checkCommand(command, this.options.graph, await this.modelsBefore(command))
    return this.commands.write(command, this.options.clock.now())
  }

  /** The models that a command will find; undefined while one before it waits, and where it is sent again, for it leads to nothing then. */
  private async modelsBefore({ id = '' }: StreamCommand): Promise<readonly ModelFigures[] | undefined> {
    const progress = this.figures()?.progress
    if (progress === undefined || this.control?.has(id)) return undefined
    const { readableEnd } = await this.options.log.bounds({ topic: `${this.name}.control`, partition: 0 })
    return progress.nextCommand < readableEnd ? undefined : progress.models
  }

  private took(record: JournalRecord, { rows, signals, models, latencyMs }: CommitFacts): void {
    const { clock, metrics } = this.options
    if (rows > 0) this.stall = undefined
    const arrivalMs = this.committed.committed(commitFigures(record))?.progress.streamTimeMs ?? 0
    const isNewer = arrivalMs > this.newestArrivalMs
    if (isNewer) this.newestArrivalMs = arrivalMs
    metrics.committed(this.name, {
      rows,
      signals,
      models,
      latencyMs,
      committedAtMs: clock.now(),
      newestArrivalMs: isNewer ? arrivalMs : undefined,
    })
  }

  private async lagRecords(): Promise<number | undefined> {
    if (this.figures() === undefined) return undefined
    const partitions = await this.partitions()
    return partitions.reduce((sum, { lag }) => sum + (lag ?? 0), 0)
  }
}
