import { BehaviorSubject, type Observable } from 'rxjs'
import type { TaskStreamView } from '../api/task-stream-view.ts'
import type { Config } from '../config/config-schema.ts'
import { type ErrorCode, MillraceError } from '../errors.ts'
import type { Clock } from '../log/clock.ts'
import { systemClock } from '../log/clock.ts'
import { Retrainer } from '../lifecycle/retrainer.ts'
import { durationMs } from '../stats/duration.ts'
import type { JournalRecord } from '../task/journal-record.ts'
import { startTask } from '../task/start-task.ts'
import type { Task } from '../task/task.ts'
import type { CommitFacts, TaskOptions } from '../task/task-options.ts'
import type { EmbeddedPlatform } from './embedded-platform.ts'
import { eventDecoderOf } from './event-decoder-of.ts'
import type { LoadedStream } from './load-stream.ts'
import type { CommittedFigures } from '../telemetry/committed-figures.ts'
import { emptyStatus, type StreamStatus } from './stream-status.ts'

export interface StreamRunnerOptions {
  readonly loaded: LoadedStream
  readonly platform: Pick<EmbeddedPlatform, 'log' | 'blobs' | 'blobFolder' | 'registry'>
  readonly config: Pick<Config, 'application' | 'commitInterval' | 'stopTimeout' | 'keepModels'>
  /** Shows the stream to the API and the metrics, and says what is committed. */
  readonly view: TaskStreamView
  /** Accepts that the code is not what made the journal's tail. */
  readonly fork?: boolean
  /** Since when what a change of the stream lets begin anew is rebuilt from the log. */
  readonly rebuild?: string
  readonly clock?: Clock
  /** Overrides of the task's own options, for tests. */
  readonly task?: Partial<TaskOptions>
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000
const FRUITLESS_STARTS = 7 // about 10 s of trying
/** Not retryable for whoever called, and yet nothing that a fresh start would not mend. */
const mendedByStart: ReadonlySet<ErrorCode> = new Set(['MILLRACE_LOG_PRODUCER_FAILED', 'MILLRACE_LOG_CONCURRENT_CALL'])

/**
 * Keeps a stream's task running. An error throws the task away and starts it anew, which is the way it starts after a
 * crash; the pause before doubles, and after seven starts without a commit the error is final. So are, at once, being
 * fenced and all that a fresh start can't mend. `status` is as of the last commit.
 */
export class StreamRunner {
  readonly status: Observable<StreamStatus>
  private readonly options: StreamRunnerOptions
  private readonly clock: Clock
  private readonly states: BehaviorSubject<StreamStatus>
  private task: Task | undefined
  private retrainer: Retrainer | undefined
  private stopping = false
  private endPause: (() => void) | undefined
  private fruitless = 0

  constructor(options: StreamRunnerOptions) {
    this.options = options
    this.clock = options.clock ?? systemClock
    this.states = new BehaviorSubject(emptyStatus(options.loaded.name))
    this.status = this.states.asObservable()
  }

  get current(): StreamStatus {
    return this.states.value
  }

  /** The latest committed figures, also where nothing has been committed for a while. */
  figures(): CommittedFigures | undefined {
    return this.options.view.figures()
  }

  /** Resolves after a clean stop; rejects with the error that is final. */
  async run(): Promise<void> {
    try {
      await this.createInputs()
      while (!this.stopping && !(await this.runTask())) await this.pause()
      this.show({ phase: 'stopped' })
    } catch (error) {
      this.trouble(error)
      this.states.next({ ...this.current, phase: 'failed' })
      throw error
    } finally {
      this.states.complete()
    }
  }

  /** Drains, commits, snapshots at the head and ends `run`. */
  stop(): void {
    if (this.stopping) return
    this.stopping = true
    this.show({ phase: 'stopping', figures: this.figures() ?? this.current.figures })
    this.task?.stop()
    this.endPause?.()
  }

  /** `stop`, and throws MILLRACE_SERVICE_STOP_TIMEOUT where `running`, what `run` gave, does not end in time. */
  async stopWithin(running: Promise<void>): Promise<void> {
    this.stop()
    const { stopTimeout } = this.options.config
    let cancel = (): void => {}
    const late = new Promise<never>((_, reject) => {
      cancel = this.clock.after(durationMs(stopTimeout, 'stopTimeout'), () => reject(this.tooLate(stopTimeout)))
    })
    await Promise.race([running, late]).finally(cancel)
  }

  /** Runs the task once. Whether it stopped cleanly; false: it is to be started anew. */
  private async runTask(): Promise<boolean> {
    const { view } = this.options
    try {
      view.starting()
      this.show({ phase: 'starting', replay: undefined })
      const task = await startTask(this.taskOptions())
      this.task = task
      this.retrainer = new Retrainer({
        blobs: this.options.platform.blobs,
        onDecision: (decision) => task.decide(decision),
        onTrouble: (error) => this.trouble(error),
      })
      this.retrainer.attend(task.recovered.state.learning) // a job that a crash cut short
      view.started(task)
      this.show({ phase: 'running', replay: undefined, figures: view.figures() })
      if (this.stopping) task.stop()
      await task.run()
      view.ended()
      return true
    } catch (error) {
      this.fruitless++
      const final = isFinal(error) || this.fruitless >= FRUITLESS_STARTS
      view.ended(error, !final)
      if (final) throw error
      this.trouble(error)
      this.show({ phase: 'restarting', restarts: this.current.restarts + 1 })
      return false
    } finally {
      this.task = undefined
      await this.retrainer?.close()
      this.retrainer = undefined
    }
  }

  private taskOptions(): TaskOptions {
    const { loaded, platform, config, fork, rebuild, view } = this.options
    return {
      ...this.options.task,
      application: config.application,
      graph: loaded.graph,
      task: 0,
      log: platform.log,
      blobs: platform.blobs,
      blobFolder: platform.blobFolder,
      registry: platform.registry,
      decoder: (input) => eventDecoderOf(loaded, input),
      code: loaded.code,
      clock: this.clock,
      commitIntervalMs: durationMs(config.commitInterval, 'commitInterval'),
      keepModels: config.keepModels,
      fork,
      rebuild,
      onCommit: (record, facts) => this.committed(record, facts),
      onReplay: (replay) => {
        view.hooks.onReplay(replay)
        this.show({ replay })
      },
      onTrouble: (error) => {
        view.hooks.onTrouble(error)
        this.trouble(error)
        this.show({ stalled: this.stallOf() })
      },
    }
  }

  /** Topics of a log of one's own are made when first read; whoever produces later finds them. */
  private async createInputs(): Promise<void> {
    const { loaded, platform } = this.options
    const there = new Set((await platform.log.topics()).map(({ name }) => name))
    for (const { topic } of loaded.graph.inputs) {
      if (!there.has(topic)) await platform.log.createTopic(topic, { partitions: 1 })
    }
  }

  private committed(record: JournalRecord, facts: CommitFacts): void {
    if (this.task !== undefined) this.retrainer?.attend(this.task.recovered.state.learning)
    if (facts.rows > 0) this.fruitless = 0
    const { rows, predictions } = this.current
    this.options.view.hooks.onCommit(record, facts)
    const figures = this.options.view.figures()
    const committed = { rows: rows + facts.rows, predictions: predictions + facts.predictions }
    this.show({ ...committed, figures, stalled: this.stallOf() })
    this.options.task?.onCommit?.(record, facts)
  }

  private stallOf(): string | undefined {
    const { phase, reason } = this.options.view.phase()
    return phase === 'stalled' ? reason : undefined
  }

  private trouble(error: unknown): void {
    this.show({ trouble: error instanceof Error ? error.message : String(error) })
  }

  private show(changes: Partial<StreamStatus>): void {
    const phase = this.stopping && changes.phase !== 'stopped' ? 'stopping' : (changes.phase ?? this.current.phase)
    this.states.next({ ...this.current, ...changes, phase })
  }

  private async pause(): Promise<void> {
    const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.fruitless - 1))
    await new Promise<void>((resolve) => {
      const cancel = this.clock.after(ms, resolve)
      this.endPause = () => {
        cancel()
        resolve()
      }
      if (this.stopping) this.endPause()
    })
    this.endPause = undefined
  }

  private tooLate(timeout: string): MillraceError {
    return new MillraceError(
      'MILLRACE_SERVICE_STOP_TIMEOUT',
      `stream '${this.options.loaded.name}'`,
      `it did not stop cleanly within ${timeout}`,
      'Nothing committed is lost and the next start replays the rest; give it longer with stopTimeout',
    )
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof MillraceError && !error.retryable && !mendedByStart.has(error.code)
}
