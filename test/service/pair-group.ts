import type { TaskGroup, TaskGroupMember } from '../../src/log/task-group.ts'

/** Two members, of which the first has the task until it gives it back or leaves. */
export class PairGroup {
  generation = 0
  owner = 0
  private readonly members: TaskGroupMember[] = []

  seat(index: number): TaskGroup {
    return {
      join: (member) => {
        this.members[index] = member
        this.assign()
      },
      reassign: () => {
        this.owner = 1 - index
        this.assign()
        return true
      },
      report: () => {},
      leave: async () => {
        delete this.members[index]
        this.owner = 1 - index
        this.assign()
      },
    }
  }

  private assign(): void {
    this.generation++
    this.members.forEach((member, i) =>
      member.onAssignment({ generation: this.generation, hasTask: i === this.owner, members: 2 }),
    )
  }
}
