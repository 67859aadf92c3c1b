import { afterEach, expect, it } from 'vitest'
import { PartitionWatch } from '../../src/service/partition-watch.ts'
import type { Task } from '../../src/task/task.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { flightGraph, flights } from '../task/flight-log.ts'
import { FlightTask } from '../task/flight-task.ts'

let close = async (): Promise<void> => {}
afterEach(() => close())

/** Looks three times; gives what it told. */
async function watched(task: Task): Promise<unknown[]> {
  const clock = new ManualClock()
  const watch = new PartitionWatch(clock, 1000)
  const told: unknown[] = []
  watch.watch(task, (error) => told.push(error))
  for (let look = 0; look < 3; look++) {
    clock.advance(1000)
    await new Promise((resolve) => setTimeout(resolve, 5)) // in which the log answers
  }
  watch.end()
  expect(clock.pending).toBe(0)
  return told
}

it('tells once of partitions that are there and are not read, and nothing where there are none', async () => {
  const task = await (await FlightTask.of(flights(10, 1))).start(flightGraph(), 'one')
  close = () => task.recovered.computation.close()
  expect(await watched(task)).toEqual([])
  const { recovered } = task
  const first = { ...recovered.first, partitions: recovered.first.partitions.slice(0, 3) }
  const before = { recovered: { ...recovered, first } } as unknown as Task // as it was started before they were added
  const told = await watched(before)
  expect(told).toMatchObject([{ code: 'MILLRACE_TASK_PARTITIONS_ADDED', retryable: true }])
  expect(String(told[0])).toContain('flights.departures/1')
})
