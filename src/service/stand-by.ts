import { MillraceError } from '../errors.ts'
import { type FollowedTask, Standby } from '../task/standby.ts'
import type { TaskOptions } from '../task/task-options.ts'
import type { Membership } from './membership.ts'

const WARM_AFTER_MS = 500
const LOOK_AGAIN_MS = 1000
const LONGEST_PAUSE_MS = 5000
const FRUITLESS_OPENINGS = 7

/** How far a standby is. */
export interface StandbyProgress {
  /** Number of the transaction up to which it holds the state; -1: none yet. */
  readonly seq: number
  /** Committed transactions that it has not computed, as far as it knows; undefined where it follows nothing. */
  readonly behind: number | undefined
}

export interface StandByOptions {
  readonly taskOptions: () => TaskOptions
  readonly isStopping: () => boolean
  readonly onProgress: (progress: StandbyProgress) => void
  readonly onTrouble: (error: unknown) => void
}

/** Follows a task for as long as another process has it, and begins to follow anew after errors. */
export class StandBy {
  private readonly membership: Membership
  private readonly options: StandByOptions
  private standby: Standby | undefined
  private fruitless = 0

  constructor(membership: Membership, options: StandByOptions) {
    this.membership = membership
    this.options = options
  }

  private get isWaiting(): boolean {
    return !this.options.isStopping() && !this.membership.hasTask && this.membership.failure === undefined
  }

  get progress(): StandbyProgress {
    const { standby } = this
    return { seq: standby?.seq ?? -1, behind: standby?.behind }
  }

  /**
   * Resolves when it is no longer to wait, with what a start goes on from. Rejects with what following can't get over: a
   * replay that gave something else, or snapshots that can't be read.
   */
  async follow(): Promise<FollowedTask | undefined> {
    const { membership } = this
    if (this.isWaiting) {
      this.options.onProgress(this.progress)
      await membership.changed(WARM_AFTER_MS) // the task may be assigned to this process at once
    }
    while (this.isWaiting) {
      this.options.onProgress(this.progress)
      try {
        const followed = await this.followOnce()
        if (!this.isWaiting) return followed
        await followed?.computation.close()
        await membership.changed(LOOK_AGAIN_MS)
      } catch (error) {
        await this.getOver(error)
      } finally {
        this.standby = undefined
      }
    }
    return undefined
  }

  private async followOnce(): Promise<FollowedTask | undefined> {
    const { membership } = this
    const { taskOptions, onProgress } = this.options
    const standby = await Standby.open(taskOptions())
    if (standby === undefined) return undefined
    this.standby = standby
    const end: { outcome?: { readonly error?: unknown } } = {}
    const ended = standby
      .run(() => {
        this.fruitless = 0
        onProgress(this.progress)
      })
      .then(
        () => {
          end.outcome = {}
        },
        (error: unknown) => {
          end.outcome = { error }
        },
      )
      .then(() => membership.wake())
    while (end.outcome === undefined && this.isWaiting) await membership.changed(LOOK_AGAIN_MS)
    standby.stop()
    if (end.outcome === undefined && !membership.hasTask) return void (await standby.discard())
    await ended
    if (end.outcome?.error === undefined) return standby.handOver()
    await standby.discard()
    throw end.outcome.error
  }

  /** What other code has written can't be followed, and no harm is done: where that code stops cleanly, this one starts after it. */
  private async getOver(error: unknown): Promise<void> {
    const { onTrouble, onProgress } = this.options
    onTrouble(error)
    const code = error instanceof MillraceError ? error.code : undefined
    const isRetryable = error instanceof MillraceError && error.retryable
    if (code === 'MILLRACE_TASK_DIVERGED') throw error
    if (code !== 'MILLRACE_TASK_CODE_CHANGED' && !isRetryable && ++this.fruitless >= FRUITLESS_OPENINGS) throw error
    this.standby = undefined
    onProgress(this.progress)
    await this.membership.changed(Math.min(LONGEST_PAUSE_MS, LOOK_AGAIN_MS * 2 ** this.fruitless))
  }
}
