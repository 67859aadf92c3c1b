import { BehaviorSubject, type Observable } from 'rxjs'
import type { TaskStreamView } from '../api/task-stream-view.ts'
import type { Config } from '../config/config-schema.ts'
import { type Clock, systemClock } from '../log/clock.ts'
import { SoleOwner } from '../log/sole-owner.ts'
import type { TaskGroup } from '../log/task-group.ts'
import { Retrainer } from '../lifecycle/retrainer.ts'
import { durationMs } from '../stats/duration.ts'
import type { JournalRecord } from '../task/journal-record.ts'
import type { RedisProjection } from '../projection/redis-projection.ts'
import type { FollowedTask } from '../task/standby.ts'
import { startTask } from '../task/start-task.ts'
import type { Task } from '../task/task.ts'
import type { CommitFacts, TaskOptions } from '../task/task-options.ts'
import { committedPositions } from './committed-positions.ts'
import { createInputs } from './create-inputs.ts'
import type { EmbeddedPlatform } from './embedded-platform.ts'
import { eventDecoderOf } from './event-decoder-of.ts'
import { journaledGeneration } from './journaled-generation.ts'
import type { LoadedStream } from './load-stream.ts'
import { Membership } from './membership.ts'
import { PartitionWatch } from './partition-watch.ts'
import { StandBy, type StandbyProgress } from './stand-by.ts'
import type { CommittedFigures } from '../telemetry/committed-figures.ts'
import { emptyStatus, type StreamStatus } from './stream-status.ts'
import { taskEndings } from './task-endings.ts'
import { Watchdog } from './watchdog.ts'

export interface StreamRunnerOptions {
  readonly loaded: LoadedStream
  readonly platform: Pick<EmbeddedPlatform, 'log' | 'blobs' | 'blobFolder' | 'registry'>
  readonly config: Pick<Config, 'application' | 'commitInterval' | 'stopTimeout' | 'keepModels'>
  /** The processes that can run the task. Default: this one alone. */
  readonly group?: TaskGroup
  /** In a group: a task that has something to read and commits nothing for so long is given back. Default 30,000. */
  readonly stuckAfterMs?: number
  /** In a group: how often it looks whether partitions were added to the inputs. Default 15,000. */
  readonly partitionsEveryMs?: number
  /** Shows the stream to the API and the metrics, and says what is committed. */
  readonly view: TaskStreamView
  /** Told of what is computed, and when that is committed. */
  readonly projection?: Pick<RedisProjection, 'starting' | 'computed' | 'committed' | 'followed'>
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
const STUCK_MS = 30_000
const PARTITIONS_MS = 15_000

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
  private readonly group: TaskGroup
  private readonly membership: Membership
  private standBy: StandBy | undefined
  private task: Task | undefined
  private retrainer: Retrainer | undefined
  private stopping = false
  private fruitless = 0

  constructor(options: StreamRunnerOptions) {
    this.options = options
    this.clock = options.clock ?? systemClock
    this.group = options.group ?? new SoleOwner()
    this.membership = new Membership(this.group, {
      clock: this.clock,
      journaled: () => journaledGeneration(options.platform.log, options.loaded.name),
      isAtWork: () => this.task !== undefined,
      progress: () => this.task?.committed.seq ?? this.standBy?.progress.seq ?? -1,
      onAssignment: () => this.assigned(),
      onTrouble: (error) => this.trouble(error),
    })
    this.states = new BehaviorSubject(emptyStatus(options.loaded.name))
    this.status = this.states.asObservable()
  }

  get current(): StreamStatus {
    return this.states.value
  }

  /** Whether this process is the one that works at the task, or is about to. */
  get hasTask(): boolean {
    return this.membership.hasTask
  }

  /** The latest committed figures, also where nothing has been committed for a while. */
  figures(): CommittedFigures | undefined {
    return this.options.view.figures()
  }

  /** Resolves after a clean stop; rejects with the error that is final. */
  async run(): Promise<void> {
    try {
      await createInputs(this.options.platform.log, this.options.loaded.graph)
      this.group.join(this.membership)
      while (!this.stopping) {
        const followed = await this.untilAssigned()
        if (this.stopping || (await this.runTask(followed))) break
        if (this.membership.hasTask) await this.pause()
      }
      await this.group.leave()
      this.show({ phase: 'stopped', figures: this.figures() ?? this.current.figures })
    } catch (failure) {
      const error = this.current.figures !== undefined ? taskEndings.deletedMeanwhile(failure) : failure
      this.trouble(error)
      await this.group.leave() // another process may take over at once
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
    this.membership.wake()
  }

  /** `stop`, and throws MILLRACE_SERVICE_STOP_TIMEOUT where `running`, what `run` gave, does not end in time. */
  async stopWithin(running: Promise<void>): Promise<void> {
    this.stop()
    const { stopTimeout } = this.options.config
    let cancel = (): void => {}
    const late = new Promise<never>((_, reject) => {
      cancel = this.clock.after(durationMs(stopTimeout, 'stopTimeout'), () =>
        reject(taskEndings.tooLate(this.options.loaded.name, stopTimeout)),
      )
    })
    await Promise.race([running, late]).finally(cancel)
  }

  /** Stands by for as long as this process does not have the task; gives what the task's start goes on from. */
  private async untilAssigned(): Promise<FollowedTask | undefined> {
    const { membership } = this
    const { projection } = this.options
    this.standBy = new StandBy(membership, {
      taskOptions: () => ({ ...this.taskOptions(), onComputed: projection && ((one) => projection.followed(one)) }),
      isStopping: () => this.stopping,
      onProgress: (progress) => this.standing(progress),
      onTrouble: (error) => this.trouble(error),
    })
    const followed = await this.standBy.follow()
    this.standBy = undefined
    if (membership.failure !== undefined) throw membership.failure.error
    return followed
  }

  /** Runs the task once. Whether it stopped cleanly; false: it is to be started anew, or belongs to another process now. */
  private async runTask(followed: FollowedTask | undefined): Promise<boolean> {
    const { view } = this.options
    const watchdog = new Watchdog(this.clock, this.options.stuckAfterMs ?? STUCK_MS)
    const added = new PartitionWatch(this.clock, this.options.partitionsEveryMs ?? PARTITIONS_MS)
    try {
      view.starting()
      this.options.projection?.starting()
      this.show({ phase: 'starting', replay: undefined })
      const task = await startTask(this.taskOptions(), followed)
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
      this.assigned() // what has changed while it started
      if (this.options.group !== undefined) watchdog.watch(task, () => this.stallOf() !== undefined)
      if (this.options.group !== undefined) added.watch(task, (error) => task.abandon(error))
      const running = task.run()
      running.catch(() => {}) // of a stuck one nobody waits for the end
      await Promise.race([running, watchdog.stuck])
      view.ended()
      return true
    } catch (error) {
      await followed?.computation.close()
      const isGivenUp = this.isGivenUp(error)
      if (!isGivenUp) this.fruitless++
      const final = !isGivenUp && (taskEndings.isFinal(error) || this.fruitless >= FRUITLESS_STARTS)
      view.ended(error, !final)
      if (final) throw error
      this.trouble(error)
      this.show({ phase: 'restarting', restarts: this.current.restarts + 1 })
      return false
    } finally {
      watchdog.end()
      added.end()
      this.task = undefined
      await this.retrainer?.close()
      this.retrainer = undefined
    }
  }

  /** Whether an error means no more than that the task is another process's, or is to be; and this process may have it again. */
  private isGivenUp(error: unknown): boolean {
    if (!taskEndings.isTakenAway(error)) return false
    this.task?.abandon(error) // a stuck one may come to itself
    return this.membership.giveUp()
  }

  /** The group has assigned the task anew, to this process or to another. */
  private assigned(): void {
    const { membership, task } = this
    if (task !== undefined && membership.hasTask) task.generation = membership.generation
    // Where the group has given this process up, the log says by fencing whether another has taken over.
    else if (membership.role === 'standby')
      task?.abandon(taskEndings.superseded(this.options.loaded.name, membership.generation))
  }

  private standing(progress: StandbyProgress): void {
    const phase = this.membership.role === 'joining' ? 'joining' : 'standby'
    this.options.view.standing(phase, progress)
    this.show({ phase, standby: progress, figures: undefined })
  }

  private taskOptions(): TaskOptions {
    const { loaded, platform, config, fork, rebuild, view, projection } = this.options
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
      generation: this.membership.generation,
      onComputed: projection && ((transaction) => projection.computed(transaction)),
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

  private committed(record: JournalRecord, facts: CommitFacts): void {
    if (this.task !== undefined) this.retrainer?.attend(this.task.recovered.state.learning)
    if (facts.rows > 0) this.fruitless = 0
    this.group.report(committedPositions(record))
    this.options.projection?.committed(record)
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
    if (this.stopping) return
    await this.membership.changed(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.fruitless - 1)))
  }
}
