import type { TopicPartition } from './log.ts'

/** What a member says of itself whenever the task is assigned. */
export interface TaskClaim {
  /** Whether it was given the task and can go on with it. */
  readonly hasTask: boolean
  /** The newest generation that it knows of: of its own assignments and of the journal. */
  readonly generation: number
  /** Number of the transaction up to which it holds the task's state; -1: it holds none. */
  readonly progress: number
}

/** Who works at the task, as all members of a generation know it. */
export interface TaskAssignment {
  /** Higher than that of every earlier assignment. */
  readonly generation: number
  /** Whether this process is to work at the task; else it stands by. */
  readonly hasTask: boolean
  /** Processes in the group. */
  readonly members: number
}

/** A process as its group sees it. */
export interface TaskGroupMember {
  claim(): Promise<TaskClaim>
  /** Told of each assignment; undefined: the group has given this process up, and it asks to be taken in again. */
  onAssignment(assignment: TaskAssignment | undefined): void
  /** Told of what went wrong and is tried again. */
  onTrouble(error: unknown): void
  /** Told of what can't be mended by trying again; the process is no member any more. */
  onFailure(error: unknown): void
}

/**
 * The processes of an installation that can run one task: one of them is given it, the others stand by. Who has the task
 * when is a matter of time and networks; that nobody else writes is the log's fencing, and never a group's word.
 */
export interface TaskGroup {
  /** Asks to be taken in, and stays until `leave`: it shows the others that it lives, by a timer of its own. */
  join(member: TaskGroupMember): void
  /** The claim has changed: asks for a new assignment. False where none can come. */
  reassign(): boolean
  /** Tells programs that watch lag how far the task has come. Best effort, never waited for, never read by Millrace. */
  report(positions: readonly (TopicPartition & { readonly offset: number })[]): void
  /** The others may take over at once. Resolves when they know, or when it has taken too long to tell them. */
  leave(): Promise<void>
}
