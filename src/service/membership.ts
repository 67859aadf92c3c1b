import type { Clock } from '../log/clock.ts'
import type { TaskAssignment, TaskClaim, TaskGroup, TaskGroupMember } from '../log/task-group.ts'

export interface MembershipOptions {
  readonly clock: Clock
  /** The newest generation in the journal. */
  readonly journaled: () => Promise<number>
  /** Whether the task runs in this process. */
  readonly isAtWork: () => boolean
  /** Up to which transaction this process holds the task's state; -1: none. */
  readonly progress: () => number
  readonly onAssignment: () => void
  readonly onTrouble: (error: unknown) => void
}

/** What a process is in the group of its task. `joining`: the group has not taken it in, or has given it up. */
export type TaskRole = 'joining' | 'standby' | 'active'

/** This process in the group of its task: what it was assigned, and what it claims. */
export class Membership implements TaskGroupMember {
  /** What it can't be a member after. */
  failure: { readonly error: unknown } | undefined
  assignment: TaskAssignment | undefined
  /** The latest, also where the group has given this process up since. */
  private latest: TaskAssignment | undefined
  private readonly group: TaskGroup
  private readonly options: MembershipOptions
  /** It may start the task in a newer generation only. */
  private ended = -1
  private readonly waiting = new Set<() => void>()

  constructor(group: TaskGroup, options: MembershipOptions) {
    this.group = group
    this.options = options
  }

  get role(): TaskRole {
    if (this.assignment === undefined) return 'joining'
    return this.hasTask ? 'active' : 'standby'
  }

  get generation(): number {
    return this.latest?.generation ?? 0
  }

  /** Whether it was given the task and may start it, or go on with it. */
  get hasTask(): boolean {
    return this.assignment !== undefined && this.assignment.hasTask && this.assignment.generation > this.ended
  }

  /**
   * Its task was taken away or got nowhere: it may not start it before it is assigned anew. False where that can't come.
   */
  giveUp(): boolean {
    const { hasTask, assignment } = this
    this.ended = this.generation
    return hasTask || assignment === undefined ? this.group.reassign() : true
  }

  async claim(): Promise<TaskClaim> {
    const { options, latest, ended } = this
    // Given up by the group, perhaps with everybody: as long as the log does not fence it, the task is its.
    const hasTask = this.hasTask || (latest?.hasTask === true && latest.generation > ended && options.isAtWork())
    const journaled = await options.journaled().catch((error: unknown) => {
      options.onTrouble(error)
      return 0
    })
    const generation = Math.max(this.generation, ended, journaled)
    return { hasTask, generation, progress: options.progress() }
  }

  onAssignment(assignment: TaskAssignment | undefined): void {
    this.assignment = assignment
    this.latest = assignment ?? this.latest
    this.options.onAssignment()
    this.wake()
  }

  onTrouble(error: unknown): void {
    this.options.onTrouble(error)
  }

  onFailure(error: unknown): void {
    this.failure = { error }
    this.options.onAssignment()
    this.wake()
  }

  /** Resolves when something may have changed, or after so long. */
  async changed(atMostMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancel()
        this.waiting.delete(end)
        resolve()
      }
      const cancel = this.options.clock.after(atMostMs, end)
      this.waiting.add(end)
    })
  }

  wake(): void {
    for (const end of this.waiting) end()
  }
}
