import { expect, it } from 'vitest'
import { Retrainer } from '../../src/lifecycle/retrainer.ts'
import { logisticRegression, oneHot, pipeline, standardScaler } from '../../src/index.ts'
import type { Graph } from '../../src/stream/graph.ts'
import type { TaskOptions } from '../../src/task/task-options.ts'
import { decodedTopic, flights } from './flight-log.ts'
import { FlightTask, flightGraphOf } from './flight-task.ts'

// A stream that dies with transactions after its newest snapshot, and goes on from there with other code.

const all = flights(3000, 7, 20_000)

/** The flight-delay stream with these features; people decide who serves. */
function graphWith(features: readonly string[], every = '1000d'): Graph {
  return flightGraphOf(({ departures, arrivals }) => {
    const value = (arrival: any): boolean => arrival.delayMinutes > 15
    const late = departures.label(arrivals, { value, horizon: '36h', never: 'drop' })
    const rows = departures.featurize(Object.fromEntries(features.map((name) => [name, name])))
    const model = pipeline(oneHot(), standardScaler(), logisticRegression())
    return rows.predict(late, {
      model,
      gate: { promote: 'manual' },
      retrain: { every, from: { latest: 200 } },
    } as never)
  })
}

let ids = 0

/** Takes rows after these commands, until so many are committed, and dies without a snapshot. */
async function die(
  world: FlightTask,
  graph: Graph,
  code: string,
  rows: number,
  commands: readonly string[] = [],
  options: Partial<TaskOptions> = {},
) {
  let seen = 0
  const task = await world.start(graph, code, {
    ...options,
    snapshotDue: () => false,
    onCommit: (_, facts) => {
      seen += facts.rows
      retrainer.attend(task.recovered.state.learning)
      if (seen >= rows) task.abandon(new Error('killed'))
    },
  })
  const retrainer = new Retrainer({ blobs: world.blobs, inline: true, onDecision: (decision) => task.decide(decision) })
  for (const text of commands) {
    const [command, version = null] = text.split(' ')
    task.decide({
      kind: 'command',
      command: command as 'promote',
      id: `f${ids++}`,
      version,
      reason: 'to try',
      offset: -1,
    })
  }
  await expect(task.run()).rejects.toThrow('killed')
  await retrainer.close()
}

async function told(world: FlightTask): Promise<Record<string, any>[]> {
  return decodedTopic(world.log, 'flight-delay.models', 'model-event')
}

/** A stream with a retrained champion `v0.1`, of which no snapshot knows. */
async function withLostChampion(): Promise<FlightTask> {
  const world = await FlightTask.of(all)
  const graph = graphWith(['origin', 'distance'], '90m')
  await world.run(graph, 'one', 300)
  await die(world, graph, 'one', 900)
  await die(world, graph, 'one', 100, ['promote v0.1'])
  expect((await told(world)).map(({ kind, modelVersion }) => `${kind} ${modelVersion}`)).toEqual([
    'requested v0.0',
    'trained v0.1',
    'challenger v0.1',
    'promoted v0.1',
  ])
  return world
}

it('a fork gives no version again that was told of in what it leaves behind, and keeps its files', async () => {
  const world = await withLostChampion()
  const files = (await told(world)).flatMap(({ blob }) => (blob === null ? [] : [blob]))
  expect(files.length).toBe(2)
  const two = graphWith(['origin', 'distance'])
  await world.run(two, 'two', 400, { fork: true })
  await die(world, two, 'two', 60, ['retrain'])
  await world.run(two, 'two', 1200)
  const births = (await told(world)).filter(({ kind }) => kind === 'trained').map(({ modelVersion }) => modelVersion)
  expect(births.length).toBeGreaterThan(1)
  expect(new Set(births).size).toBe(births.length)
  const there = await world.blobs.list('flight-delay-0-')
  expect(there).toEqual(expect.arrayContaining(files))
})

it('a fork tells who serves from there on, in the place of whom, and who is not there any more', async () => {
  const world = await withLostChampion()
  const old = (await told(world)).length
  const task = await world.run(graphWith(['origin', 'distance']), 'two', 100, { fork: true })
  expect(task.recovered.state.learning.models.serving.version).toBe('v0.0')
  const events = (await told(world)).slice(old, old + 2)
  expect(events).toMatchObject([
    { kind: 'rolled_back', modelVersion: 'v0.0', parent: 'v0.1' },
    { kind: 'retired', modelVersion: 'v0.1', parent: 'v0.0' },
  ])
  expect(await world.blobs.list('flight-delay-0-')).toContain(events[0].blob)
})

it('a fork tells what the change made of the models, and the same when it dies before its first snapshot', async () => {
  const world = await withLostChampion()
  const old = (await told(world)).length
  const two = graphWith(['origin', 'distance', 'destination'])
  await die(world, two, 'two', 200, [], { fork: true })
  const served = new Set(
    (await decodedTopic(world.log, 'flight-delay.predictions', 'prediction')).map((one) => one.modelVersion),
  )
  const { serving } = (await world.run(two, 'two', 100)).recovered.state.learning.models // replays what the fork left behind, and what came after
  expect(served).toContain(serving.version)
  const events = (await told(world)).slice(old)
  expect(events.filter(({ kind }) => kind === 'carried' || kind === 'rolled_back').length).toBe(2)
  expect(events.slice(0, 3)).toMatchObject([
    { kind: 'carried', modelVersion: serving.version, parent: 'v0.0' },
    { kind: 'rolled_back', modelVersion: serving.version, parent: 'v0.1' },
    { kind: 'retired', modelVersion: 'v0.1' },
  ])
})

it('a carried model gets a version of its own, where what a fork leaves behind had carried it over to other columns', async () => {
  const world = await FlightTask.of(all)
  const first = (await world.run(graphWith(['origin', 'distance']), 'one', 900)).recovered.state.learning
  const predicted = first.count('predicted')
  await die(world, graphWith(['origin']), 'two', 400)
  await world.run(graphWith(['origin', 'destination']), 'three', 400, { fork: true })
  expect((await told(world)).map(({ kind, modelVersion, parent }) => [kind, modelVersion, parent])).toEqual([
    ['carried', `v0.0.${predicted}`, 'v0.0'],
    ['carried', `v0.0.${predicted + 1}`, 'v0.0'],
    ['rolled_back', `v0.0.${predicted + 1}`, `v0.0.${predicted}`],
    ['retired', `v0.0.${predicted}`, 'v0.0'],
  ])
})
