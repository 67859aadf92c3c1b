import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assignTask } from '../../src/log/assign-task.ts'
import type { TaskClaim } from '../../src/log/task-group.ts'
import { SoleOwner } from '../../src/log/sole-owner.ts'

const has = (generation: number, progress = 0): TaskClaim => ({ hasTask: true, generation, progress })
const stands = (progress: number, generation = 0): TaskClaim => ({ hasTask: false, generation, progress })
const claim = fc.record({ hasTask: fc.boolean(), generation: fc.nat(9), progress: fc.integer({ min: -1, max: 9 }) })

describe('the assignment of a task', () => {
  it.each<[string, Record<string, TaskClaim>, string]>([
    ['who has it keeps it, however far a standby has come', { a: stands(900), b: has(4, 10) }, 'b'],
    ['of two that have it, the newer assignment holds', { a: has(4), b: has(5), c: has(3, 99) }, 'b'],
    ['nobody has it: the standby that has come farthest', { a: stands(-1, 8), b: stands(7), c: stands(12) }, 'c'],
    ['all alike: by name', { b: stands(-1), a: stands(-1) }, 'a'],
  ])('%s', (_, claims, owner) => {
    expect(assignTask(new Map(Object.entries(claims)), 1).owner).toBe(owner)
  })

  it('goes to a member, is higher than every generation known, and does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), claim, { minKeys: 1 }), fc.nat(20), (claims, group) => {
        const members = Object.entries(claims)
        const assigned = assignTask(new Map(members), group)
        expect(members.map(([name]) => name)).toContain(assigned.owner)
        for (const [, { generation }] of members) expect(assigned.generation).toBeGreaterThan(generation)
        expect(assigned.generation).toBeGreaterThanOrEqual(group)
        expect(assignTask(new Map(members.toReversed()), group)).toEqual(assigned)
      }),
    )
  })

  it('leaves the task to the sole owner of a log, who gets it once', async () => {
    const assignments: unknown[] = []
    const group = new SoleOwner()
    group.join({ onAssignment: (assignment: unknown) => assignments.push(assignment) } as never)
    expect(assignments).toEqual([{ generation: 0, hasTask: true, members: 1 }])
    expect(group.reassign()).toBe(false)
    await group.leave()
  })
})
