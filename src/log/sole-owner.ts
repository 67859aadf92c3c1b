import type { TaskGroup, TaskGroupMember } from './task-group.ts'

/** A group of one, for a log that one process writes to: it always has the task, in generation 0. */
export class SoleOwner implements TaskGroup {
  join(member: TaskGroupMember): void {
    member.onAssignment({ generation: 0, hasTask: true, members: 1 })
  }

  reassign(): boolean {
    return false
  }

  report(): void {}

  async leave(): Promise<void> {}
}
