import { describe, expect, it } from 'vitest'
import { Membership } from '../../src/service/membership.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'

/** A membership in a group of which only what it is asked counts. */
function newMembership(more: { journaled?: () => Promise<number>; isAtWork?: boolean } = {}) {
  const asked = { times: 0, canAssign: true }
  const clock = new ManualClock()
  const troubles: unknown[] = []
  const group = {
    join: () => {},
    reassign: () => {
      asked.times++
      return asked.canAssign
    },
    report: () => {},
    leave: async () => {},
  }
  const membership = new Membership(group, {
    clock,
    journaled: more.journaled ?? (async () => 3),
    isAtWork: () => more.isAtWork ?? false,
    progress: () => 77,
    onAssignment: () => {},
    onTrouble: (error) => troubles.push(error),
  })
  return { membership, asked, clock, troubles }
}

const given = (generation: number, hasTask = true) => ({ generation, hasTask, members: 2 })

describe('a membership', () => {
  it('joins, stands by, is at work; claims what it has, and the newest generation that it knows of', async () => {
    const { membership } = newMembership()
    expect(membership.role).toBe('joining')
    expect(await membership.claim()).toEqual({ hasTask: false, generation: 3, progress: 77 })
    membership.onAssignment(given(5, false))
    expect(membership.role).toBe('standby')
    membership.onAssignment(given(6))
    expect(membership.role).toBe('active')
    expect(await membership.claim()).toEqual({ hasTask: true, generation: 6, progress: 77 })
  })

  it('after its task was taken away has it in a newer generation only, and asks for one', async () => {
    const { membership, asked } = newMembership()
    membership.onAssignment(given(5))
    expect(membership.giveUp()).toBe(true)
    expect(asked.times).toBe(1)
    expect(membership.hasTask).toBe(false)
    expect((await membership.claim()).hasTask).toBe(false)
    membership.onAssignment(given(5))
    expect(membership.hasTask).toBe(false)
    membership.onAssignment(given(6))
    expect(membership.hasTask).toBe(true)
    membership.onAssignment(given(7, false))
    expect(membership.giveUp()).toBe(true) // it is told already: nothing to ask for
    expect(asked.times).toBe(1)
  })

  it('in a group that can assign nothing anew says that this is the end', () => {
    const { membership, asked } = newMembership()
    asked.canAssign = false
    membership.onAssignment(given(0))
    expect(membership.giveUp()).toBe(false)
  })

  it('given up by the group may not start the task, and claims it for as long as it is at work', async () => {
    const { membership } = newMembership({ isAtWork: true })
    membership.onAssignment(given(5))
    membership.onAssignment(undefined)
    expect(membership.role).toBe('joining')
    expect(membership.hasTask).toBe(false)
    expect(await membership.claim()).toEqual({ hasTask: true, generation: 5, progress: 77 })
    membership.giveUp()
    expect((await membership.claim()).hasTask).toBe(false)
    const idle = newMembership().membership
    idle.onAssignment(given(5))
    idle.onAssignment(undefined)
    expect((await idle.claim()).hasTask).toBe(false)
  })

  it('joins without the journal where that can not be read, and says so', async () => {
    const { membership, troubles } = newMembership({ journaled: () => Promise.reject(new Error('away')) })
    expect(await membership.claim()).toEqual({ hasTask: false, generation: 0, progress: 77 })
    expect(troubles).toMatchObject([{ message: 'away' }])
  })

  it('wakes who waits at each change, or after the time', async () => {
    const { membership, clock } = newMembership()
    const woken: string[] = []
    const wait = async (name: string): Promise<void> => {
      await membership.changed(1000)
      woken.push(name)
    }
    const first = wait('assigned')
    membership.onAssignment(given(1))
    await first
    const second = wait('late')
    clock.advance(999)
    expect(woken).toEqual(['assigned'])
    clock.advance(1)
    await second
    const third = wait('failed')
    membership.onFailure(new Error('denied'))
    await third
    expect(membership.failure?.error).toMatchObject({ message: 'denied' })
    expect(woken).toEqual(['assigned', 'late', 'failed'])
    expect(clock.pending).toBe(0)
    for (let look = 0; look < 3; look++) {
      const again = membership.changed(1000)
      clock.advance(1000)
      await again
    }
    expect((membership as unknown as { waiting: Set<unknown> }).waiting.size).toBe(0) // a standby waits for days
  })
})
