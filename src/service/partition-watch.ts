import { MillraceError } from '../errors.ts'
import type { Clock } from '../log/clock.ts'
import { partitionName } from '../task/partition-feed.ts'
import type { Task } from '../task/task.ts'
import { taskPartitions } from '../task/task-partitions.ts'

/** Looks now and then whether partitions were added to a task's inputs: the next start takes them in. */
export class PartitionWatch {
  private readonly clock: Clock
  private readonly everyMs: number
  private cancel: () => void = () => {}
  private hasEnded = false

  constructor(clock: Clock, everyMs: number) {
    this.clock = clock
    this.everyMs = everyMs
  }

  /** `onAdded` is told once, with MILLRACE_TASK_PARTITIONS_ADDED. */
  watch(task: Task, onAdded: (error: MillraceError) => void): void {
    this.cancel = this.clock.after(this.everyMs, () => {
      void this.added(task).then((names) => {
        if (this.hasEnded) return
        if (names.length > 0) onAdded(addedError(task, names))
        else this.watch(task, onAdded)
      })
    })
  }

  end(): void {
    this.hasEnded = true
    this.cancel()
  }

  private async added({ recovered }: Task): Promise<readonly string[]> {
    const { options, first } = recovered
    const now = await taskPartitions(options.graph, options.log).catch(() => []) // the log is away: the task itself says so
    return now.map(partitionName).filter((name) => !first.partitions.includes(name))
  }
}

function addedError({ recovered }: Task, names: readonly string[]): MillraceError {
  const { task, graph } = recovered.options
  return new MillraceError(
    'MILLRACE_TASK_PARTITIONS_ADDED',
    `task ${task} of stream '${graph.name}'`,
    `its inputs have more partitions now: ${names.join(', ')}`,
    'Nothing is to be done: it starts anew, and reads them from their first records on',
  )
}
