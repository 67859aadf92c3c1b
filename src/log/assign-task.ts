import type { TaskClaim } from './task-group.ts'

/**
 * Gives the task to one of the members of a group. Whoever has it keeps it; of several that say so, the one whose assignment is
 * the newest. Where nobody has it, it goes to the one that holds the most of its state. The generation is higher than every
 * one that a member knows of, and than the group's own count, which begins anew where a group was forgotten. Pure: by
 * the members' names where all else is equal.
 */
export function assignTask(
  members: ReadonlyMap<string, TaskClaim>,
  groupGeneration: number,
): { readonly owner: string; readonly generation: number } {
  let owner: string | undefined
  let generation = groupGeneration
  for (const name of [...members.keys()].toSorted()) {
    const claim = members.get(name) as TaskClaim
    generation = Math.max(generation, claim.generation + 1)
    if (owner === undefined || isBefore(claim, members.get(owner) as TaskClaim)) owner = name
  }
  return { owner: owner ?? '', generation }
}

function isBefore(one: TaskClaim, other: TaskClaim): boolean {
  if (one.hasTask !== other.hasTask) return one.hasTask
  if (one.hasTask && one.generation !== other.generation) return one.generation > other.generation
  return one.progress > other.progress
}
