import { MillraceError } from '../errors.ts'
import type { Clock } from '../log/clock.ts'
import { endOf } from '../task/journal-record.ts'
import type { Task } from '../task/task.ts'

const LOOKS = 30 // in the time after which a task counts as stuck

/** Tells of a task that has records to read and commits nothing for a while: it can't say so itself. */
export class Watchdog {
  /** Rejects with MILLRACE_TASK_STUCK. */
  readonly stuck: Promise<never>
  private readonly clock: Clock
  private readonly afterMs: number
  private readonly reject: (error: unknown) => void
  private positions = ''
  private movedMs: number
  private cancel: () => void = () => {}

  constructor(clock: Clock, afterMs: number) {
    this.clock = clock
    this.afterMs = afterMs
    this.movedMs = clock.now()
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => {}) // nobody may be waiting any more
    this.stuck = promise
    this.reject = reject
  }

  /** Begins to look. `isExcused`: whether there is a reason that is shown elsewhere. */
  watch(task: Task, isExcused: () => boolean): void {
    this.cancel = this.clock.after(this.afterMs / LOOKS, () => {
      if (this.isStuck(task, isExcused())) this.reject(stuckError(task, this.afterMs))
      else this.watch(task, isExcused)
    })
  }

  end(): void {
    this.cancel()
  }

  private isStuck(task: Task, isExcused: boolean): boolean {
    const { computation, state } = task.recovered
    const nowMs = this.clock.now()
    const positions = endOf(task.committed).join()
    const isWaitedFor = computation.feeds.some(({ lag }) => lag > 0)
    if (positions !== this.positions || !isWaitedFor || isExcused || state.control.paused) this.movedMs = nowMs
    this.positions = positions
    return nowMs - this.movedMs >= this.afterMs
  }
}

function stuckError(task: Task, afterMs: number): MillraceError {
  const { options, computation } = task.recovered
  const lagging = computation.feeds.filter(({ lag }) => lag > 0)
  const where = lagging.map(
    ({ at, lag, position }) => `${at.topic}/${at.partition}: ${lag} records after offset ${position}`,
  )
  return new MillraceError(
    'MILLRACE_TASK_STUCK',
    `task ${options.task} of stream '${options.graph.name}'`,
    `it has committed nothing for ${Math.round(afterMs / 1000)} s, and there is something to read (${where.join('; ')})`,
    'It is given to another process of its group, or started anew where there is none; look for what this one waits for',
  )
}
