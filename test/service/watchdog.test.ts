import { afterEach, describe, expect, it } from 'vitest'
import { Watchdog } from '../../src/service/watchdog.ts'
import type { Task } from '../../src/task/task.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { FlightTask } from '../task/flight-task.ts'
import { flightGraph, flights } from '../task/flight-log.ts'

const tasks: Task[] = []
afterEach(async () => {
  for (const task of tasks.splice(0)) await task.recovered.computation.close()
})

/** A task that has been started and is not run, with so many flights to be read. */
async function newTask(count: number): Promise<Task> {
  const task = await (await FlightTask.of(flights(count, 1))).start(flightGraph(), 'one')
  tasks.push(task)
  const { computation } = task.recovered
  const live = computation.feeds.map(() => Number.POSITIVE_INFINITY)
  while (computation.feeds.some(({ caughtUp, ready }) => !caughtUp && !ready)) {
    computation.peek(live, true)
    await computation.change(1000)
  }
  return task
}

/** Watches for a while; gives how it ended. */
async function watched(task: Task, ms: number, isExcused = () => false, everyMs = 100): Promise<unknown> {
  const clock = new ManualClock()
  const watchdog = new Watchdog(clock, 3000)
  watchdog.watch(task, isExcused)
  for (let passed = 0; passed < ms; passed += everyMs) clock.advance(everyMs)
  watchdog.end()
  return Promise.race([
    watchdog.stuck.catch((error: unknown) => error),
    new Promise((resolve) => setTimeout(resolve, 5)),
  ])
}

describe('a watchdog', () => {
  it('tells of a task that has records to read and commits nothing for as long as that, and where', async () => {
    const task = await newTask(40)
    expect(await watched(task, 2900)).toBeUndefined()
    expect(await watched(task, 3400)).toMatchObject({
      code: 'MILLRACE_TASK_STUCK',
      retryable: true,
      message: expect.stringContaining('flights.arrivals/1: 20 records after offset 0'),
    })
  })

  it('leaves a task alone that has nothing to read, is paused, or waits for what is shown elsewhere', async () => {
    expect(await watched(await newTask(0), 10_000)).toBeUndefined()
    const task = await newTask(40)
    expect(await watched(task, 10_000, () => true)).toBeUndefined()
    const pause = { kind: 'command', command: 'pause', id: 'a', offset: 0, version: null, reason: '' } as const
    task.recovered.state.control.take(pause)
    expect(task.recovered.state.control.paused).toBe(true)
    expect(await watched(task, 10_000)).toBeUndefined()
  })
})
