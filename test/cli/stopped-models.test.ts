import { expect, it } from 'vitest'
import { checkCommand } from '../../src/api/check-command.ts'
import { CommandWriter } from '../../src/api/command-writer.ts'
import type { StreamCommand } from '../../src/api/stream-view.ts'
import { stoppedModels } from '../../src/cli/stopped-models.ts'
import { publishedSchemas } from '../../src/codec/published-schemas.ts'
import { flightGraph, flights, newRegistry } from '../task/flight-log.ts'
import { FlightTask } from '../task/flight-task.ts'

const graph = flightGraph()

/** What is said to a command that is given while the stream does not run; empty where it is taken. */
async function answer(world: FlightTask, command: StreamCommand): Promise<string> {
  try {
    checkCommand(command, graph, await stoppedModels(world, graph.name))
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

async function write(world: FlightTask, command: StreamCommand): Promise<void> {
  const schema = (await publishedSchemas())['control-command']
  await new CommandWriter(graph.name, schema, world.log, newRegistry()).write(command, 0)
}

it('a command to a stream that does not run is refused where its models, as they were left, say that it leads to nothing', async () => {
  const world = await FlightTask.of(flights(200, 7))
  const back: StreamCommand = { command: 'roll_back' }
  expect(await answer(world, back)).toBe('') // it has never run: nobody knows what will be there
  await world.run(graph, 'one', 200)
  expect(await answer(world, back)).toMatch(
    /command roll_back: there is no former champion to return to\. Promote one that is at work: v0\.0-c1\.$/,
  )
  expect(await answer(world, { command: 'promote', modelVersion: 'v0.1-c1' })).toContain("no model 'v0.1-c1' at work")
  expect(await answer(world, { command: 'retrain' })).toBe('')

  await write(world, { command: 'promote', modelVersion: 'v0.0-c1' })
  expect(await answer(world, back)).toBe('') // by then there will be one
  await world.run(graph, 'one', 100)
  expect(await answer(world, back)).toBe('')
  await write(world, back)
  await world.run(graph, 'one', 50)
  expect(await answer(world, back)).toContain('no former champion')
})

it('what has yet to be replayed may have changed them', async () => {
  const world = await FlightTask.of(flights(200, 7))
  await world.run(graph, 'one', 200)
  const task = await world.start(graph, 'one')
  await task.recovered.producer.close() // it died
  expect(await stoppedModels(world, graph.name)).toBeUndefined()
})
