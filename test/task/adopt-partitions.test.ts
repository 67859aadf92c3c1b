import { expect, it } from 'vitest'
import { partitionName } from '../../src/task/partition-feed.ts'
import { flightGraph, flights } from './flight-log.ts'
import { FlightTask } from './flight-task.ts'

it('a state that gets more partitions knows where each is read on, and which records are to be left out', async () => {
  const task = await (await FlightTask.of(flights(20, 1))).run(flightGraph(), 'one', 40)
  const { state, computation } = task.recovered
  const partitions = computation.feeds.map(({ at }) => at)
  expect(partitions.map(partitionName)).toEqual([
    'flights.arrivals/0',
    'flights.arrivals/1',
    'flights.departures/0',
    'flights.departures/1',
  ])
  state.noteFeeds(computation.feeds)
  state.control.skips.push({ partition: 2, offset: 7, cause: 'it ended the process' })
  const grown = partitions.toSpliced(2, 0, { input: partitions[0].input, topic: 'flights.arrivals', partition: 2 })
  const places = grown.map((one) => {
    const known = partitions.indexOf(one)
    return known < 0 ? { position: 5, arrival: Number.NEGATIVE_INFINITY } : state.placeOf(known)
  })
  const after = state.withPartitions(grown, places)
  expect(grown.map((_, i) => after.placeOf(i).position)).toEqual([10, 10, 5, 10, 10])
  expect(after.placeOf(3).arrival).toBe(state.placeOf(2).arrival)
  expect(after.control.skips).toEqual([{ partition: 3, offset: 7, cause: 'it ended the process' }])
  expect(after.learning).toBe(state.learning)
  const part = after.parts().find(({ path }) => path === 'task.inputs')
  expect(part?.definition).toBe(JSON.stringify(grown.map(partitionName)))
})
