import { MillraceError } from '../errors.ts'
import { startTask } from '../task/start-task.ts'
import type { Task } from '../task/task.ts'
import type { TaskOptions } from '../task/task-options.ts'
import type { MemoryProcess } from './memory-process.ts'

/** How an owner's time with the task ended. */
export type OwnerEnd =
  | { readonly how: 'stopped' }
  | { readonly how: 'killed' }
  /** Somebody newer has the task. */
  | { readonly how: 'fenced' }
  | { readonly how: 'failed'; readonly error: unknown }

/** A process that was assigned the task in some generation: it starts it, and starts it anew after errors that allow it. */
export class SimulatedOwner {
  readonly generation: number
  readonly process: MemoryProcess
  task: Task | undefined
  end: OwnerEnd | undefined
  /** It stands still until this step. */
  stalledUntil = 0
  starts = 0

  constructor(generation: number, process: MemoryProcess) {
    this.generation = generation
    this.process = process
  }

  /** True while it may write. */
  get isAlive(): boolean {
    return this.end === undefined
  }

  kill(): void {
    this.process.kill()
    this.end = { how: 'killed' }
  }

  /** Runs the task until it is stopped, fenced, or cannot go on. */
  async own(options: TaskOptions, onError: (error: unknown) => void): Promise<void> {
    for (;;) {
      try {
        this.task = undefined
        this.starts++
        this.task = await startTask(options)
        await this.task.run()
        this.end = { how: 'stopped' }
        return
      } catch (error) {
        onError(error)
        if (!(error instanceof MillraceError)) this.end = { how: 'failed', error }
        else if (error.code === 'MILLRACE_LOG_FENCED' || error.code === 'MILLRACE_TASK_SUPERSEDED')
          this.end = { how: 'fenced' }
        else if (!error.retryable) this.end = { how: 'failed', error }
        if (this.end !== undefined) return
      }
    }
  }
}
