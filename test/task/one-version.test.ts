import { expect, it } from 'vitest'
import { gaussianNaiveBayes, logisticRegression, oneHot, pipeline, standardScaler } from '../../src/index.ts'
import type { Learner } from '../../src/learners/learner.ts'
import type { LearningState } from '../../src/operators/learning-state.ts'
import type { Graph } from '../../src/stream/graph.ts'
import type { Decision } from '../../src/task/decision.ts'
import { decodedTopic, flights } from './flight-log.ts'
import { FlightTask, flightGraphOf } from './flight-task.ts'

// Whatever becomes of a stream's file: a version is one model for ever, and what is told of the models is how it was.

const all = flights(1500, 7, 20_000)
const logistic = pipeline(oneHot(), standardScaler(), logisticRegression())
const bayes = pipeline(oneHot(), standardScaler(), gaussianNaiveBayes())
const other = pipeline(oneHot(), gaussianNaiveBayes())
const hourly = { every: '1h', from: { latest: 200 } }

interface Wanted {
  readonly features?: readonly ('origin' | 'distance' | 'destination')[]
  readonly model?: Learner<any, any>
  readonly challengers?: readonly Learner<any, any>[]
  readonly retrain?: unknown
  readonly gate?: Record<string, unknown>
}

/** The flight-delay stream; people decide who serves. */
function graphWith({ features = ['origin', 'distance'], model = logistic, ...rest }: Wanted): Graph {
  return flightGraphOf(({ departures, arrivals }) => {
    const value = (arrival: any): boolean => arrival.delayMinutes > 15
    const late = departures.label(arrivals, { value, horizon: '36h', never: 'drop' })
    const rows = departures.featurize(Object.fromEntries(features.map((name) => [name, name])))
    return rows.predict(late, { model, gate: { promote: 'manual' }, ...rest } as never)
  })
}

/** A learner whose models begin anew where columns change. */
function stubborn(learner: Learner<any, any>): Learner<any, any> {
  return Object.freeze({ ...learner, carry: undefined }) as Learner<any, any>
}

let ids = 0

/** A command, such as `promote v0.1`. */
function command(text: string): Decision {
  const [what, version = null] = text.split(' ')
  return { kind: 'command', command: what as 'promote', id: `c${ids++}`, version, reason: 'to try', offset: -1 }
}

/** Runs so many rows, after these commands. */
async function run(world: FlightTask, graph: Graph, code: string, rows: number, commands: readonly string[] = []) {
  const commanding = Object.create(world) as FlightTask
  commanding.start = async (...what) => {
    const task = await world.start(...what)
    for (const text of commands) task.decide(command(text))
    return task
  }
  return (await commanding.run(graph, code, rows)).recovered.state.learning
}

async function events(world: FlightTask): Promise<Record<string, unknown>[]> {
  return decodedTopic(world.log, 'flight-delay.models', 'model-event')
}

/** The versions that came to be, in order. */
async function born(world: FlightTask): Promise<unknown[]> {
  const births = ['trained', 'carried', 'anew']
  return (await events(world)).filter(({ kind }) => births.includes(kind as string)).map((one) => one.modelVersion)
}

function rolesOf({ models }: LearningState): Record<string, string> {
  return Object.fromEntries(models.slots.flatMap((slot) => (slot === undefined ? [] : [[slot.version, slot.role]])))
}

for (const [what, changed] of Object.entries({
  'its schedule': { retrain: { ...hourly, every: '2h' } },
  'the number of rows': { retrain: { every: '1h', from: { latest: 300 } } },
  'its model': { retrain: hourly, model: bayes },
  'its challengers': { retrain: hourly, challengers: [bayes] },
})) {
  it(`a stream that changes ${what} gives no version twice`, async () => {
    const world = await FlightTask.of(all)
    await run(world, graphWith({ retrain: hourly }), 'one', 1200, ['retrain'])
    expect(await born(world)).toContain('v0.1')
    await run(world, graphWith(changed), 'two', 1200, ['retrain'])
    const versions = await born(world)
    expect(versions.length).toBeGreaterThan(1)
    expect(new Set(versions).size).toBe(versions.length)
  })
}

it('a stream that retrains no more, and then again, gives no version twice', async () => {
  const world = await FlightTask.of(all)
  await run(world, graphWith({ retrain: hourly }), 'one', 1200, ['retrain'])
  const first = await born(world)
  await run(world, graphWith({}), 'two', 300)
  await run(world, graphWith({ retrain: hourly }), 'three', 1000, ['retrain'])
  const versions = await born(world)
  expect(versions.length).toBeGreaterThan(first.length)
  expect(new Set(versions).size).toBe(versions.length)
})

it('a model that begins anew and a retrained one never have the same number', async () => {
  const world = await FlightTask.of(all)
  const first = await run(world, graphWith({ retrain: hourly }), 'one', 30)
  const predicted = first.count('predicted')
  // As many requests as there were predictions, of which the last is carried out.
  const requests = Array.from({ length: predicted }, () => 'retrain')
  await run(world, graphWith({ retrain: { ...hourly, every: '1000d' }, model: bayes }), 'two', 1500, requests)
  expect(await born(world)).toEqual([`v0.${predicted}`, `v0.${2 * predicted}`])
})

/** A world in which a retrained challenger serves: `v0.1` of the challenger's algorithm, while that itself is the former champion. */
async function withRetrainedChallenger(graph: Graph): Promise<FlightTask> {
  const world = await FlightTask.of(all)
  await run(world, graph, 'one', 900)
  const trained = await run(world, graph, 'one', 100, ['promote v0.0-c1', 'retrain'])
  expect(rolesOf(trained)).toEqual({ 'v0.0': 'former', 'v0.0-c1': 'champion', 'v0.1': 'trial' })
  const promoted = await run(world, graph, 'one', 60, ['promote v0.1'])
  expect(rolesOf(promoted)).toEqual({ 'v0.0-c1': 'former', 'v0.1': 'champion' })
  return world
}

it('a champion that begins anew beside the model of its kind that the stream names becomes that one', async () => {
  const wanted: Wanted = { challengers: [stubborn(bayes)], retrain: { ...hourly, every: '1000d' } }
  const world = await withRetrainedChallenger(graphWith(wanted))
  const before = await events(world)
  const learning = await run(world, graphWith({ ...wanted, features: ['origin', 'destination'] }), 'two', 400)
  const predictions = await decodedTopic(world.log, 'flight-delay.predictions', 'prediction')
  const number = predictions.filter(({ modelVersion }) => !/^v0\.\d{3}/.test(String(modelVersion))).length
  expect(rolesOf(learning)).toEqual({ [`v0.${number}-c1`]: 'champion' })
  expect(learning.models.champion).toBe(1) // where the stream has its first challenger
  expect((await events(world)).slice(before.length)).toMatchObject([
    { kind: 'retired', modelVersion: 'v0.0-c1', parent: null, reason: 'the columns changed: +destination, -distance' },
    { kind: 'anew', modelVersion: `v0.${number}-c1`, parent: 'v0.1' },
  ])
  const again = await run(world, graphWith({ ...wanted, features: ['origin', 'destination'] }), 'two', 300, ['retrain'])
  expect(Object.values(rolesOf(again)).toSorted()).toEqual(['champion', 'trial'])
})

it('what cannot be carried over and is not always there is told to have left', async () => {
  const world = await FlightTask.of(all)
  const wanted: Wanted = { challengers: [stubborn(bayes)], retrain: { ...hourly, every: '1000d' } }
  await run(world, graphWith(wanted), 'one', 900)
  await run(world, graphWith(wanted), 'one', 100, ['promote v0.0-c1', 'retrain'])
  const learning = await run(world, graphWith({ ...wanted, features: ['origin'] }), 'two', 100)
  const { version } = learning.models.serving
  expect((await events(world)).slice(-3)).toMatchObject([
    { kind: 'retired', modelVersion: 'v0.1', parent: 'v0.0-c1', reason: 'the columns changed: -distance' },
    { kind: 'carried', parent: 'v0.0' },
    { kind: 'anew', modelVersion: version, parent: 'v0.0-c1' },
  ])
})

it('where the definition of the models changes, the champion before is told to be replaced, and the others to have left', async () => {
  const one = graphWith({ challengers: [bayes], retrain: { ...hourly, every: '1000d' } })
  const world = await withRetrainedChallenger(one)
  await run(world, one, 'one', 30, ['retrain'])
  const before = await events(world)
  const trial = String(before.findLast(({ kind }) => kind === 'challenger')?.modelVersion)
  expect(trial).not.toBe('v0.1')
  const learning = await run(world, graphWith({ model: other }), 'two', 100)
  const [champion, ...others] = Object.keys(rolesOf(learning))
  expect(others).toEqual([])
  expect((await events(world)).slice(before.length)).toMatchObject([
    { kind: 'retired', modelVersion: trial, parent: 'v0.1', algorithm: before.at(-1)?.algorithm },
    { kind: 'retired', modelVersion: 'v0.0-c1', parent: null },
    { kind: 'anew', modelVersion: champion, parent: 'v0.1' },
  ])
})

it('columns that change twice before a prediction make one version', async () => {
  const world = await FlightTask.of(all)
  const first = await run(world, graphWith({}), 'one', 900)
  const predicted = first.count('predicted')
  await run(world, graphWith({ features: ['origin'] }), 'two', 0)
  const learning = await run(world, graphWith({ features: ['origin', 'destination'] }), 'three', 100)
  expect(learning.models.serving).toMatchObject({ version: `v0.0.${predicted}`, carriedFrom: 'v0.0' })
  expect((await events(world)).map(({ kind, modelVersion, parent }) => [kind, modelVersion, parent])).toEqual([
    ['carried', `v0.0.${predicted}`, 'v0.0'],
  ])
})

it('where the gate changes, each compares its models from there on, at a level that the new one gives', async () => {
  const world = await FlightTask.of(all)
  const wanted: Wanted = { challengers: [bayes], retrain: { ...hourly, every: '1000d' } }
  await run(world, graphWith(wanted), 'one', 900)
  const first = await run(world, graphWith(wanted), 'one', 300, ['retrain'])
  expect(rolesOf(first)).toEqual({ 'v0.0': 'champion', 'v0.0-c1': 'challenger', 'v0.1': 'trial' })
  const gate = { promote: 'manual', minLabels: 10, alpha: 0.04 }
  const learning = await run(world, graphWith({ ...wanted, gate }), 'two', 1700)
  for (const slot of [1, 2]) {
    const { alpha, labelDelay } = learning.race.report(slot)
    expect(alpha).toBeCloseTo((0.04 / 4) * (6 / Math.PI ** 2), 12) // half of the level, for the two of them
    expect(labelDelay).toBeGreaterThan(100) // it has looked
  }
})

it('a job that waits for its rows is kept where the schedule changes, and the next one comes as often as that says now', async () => {
  const world = await FlightTask.of(all)
  const retrain = { every: '1000d', from: { latest: 400 } }
  const first = await run(world, graphWith({ retrain }), 'one', 600, ['retrain'])
  expect(first.count('learned')).toBeLessThan(400)
  const learning = await run(world, graphWith({ retrain: { ...retrain, every: '3h' } }), 'two', 2300)
  expect(learning.count('learned')).toBeGreaterThan(1000)
  const told = (await events(world)).map(({ kind, modelVersion, reason }) => [kind, modelVersion, reason])
  expect(told.slice(0, 2)).toEqual([
    ['requested', 'v0.0', 'to try'],
    ['trained', 'v0.1', 'to try'],
  ])
  expect(told).toContainEqual(['requested', 'v0.0', 'the schedule asks for it'])
})

it('what became of the models is told before what is done with them', async () => {
  const world = await FlightTask.of(all)
  const first = await run(world, graphWith({ challengers: [bayes] }), 'one', 900)
  const predicted = first.count('predicted')
  await run(world, graphWith({ features: ['origin'], challengers: [bayes] }), 'two', 0)
  const version = `v0.0-c1.${predicted}`
  await run(world, graphWith({ features: ['origin'], challengers: [bayes] }), 'two', 50, [`promote ${version}`])
  expect((await events(world)).map(({ kind, modelVersion }) => `${kind} ${modelVersion}`)).toEqual([
    `carried v0.0.${predicted}`,
    `carried ${version}`,
    `promoted ${version}`,
  ])
})

it('a version that was told of is not given again where the columns change twice before a prediction', async () => {
  const world = await FlightTask.of(all)
  const wanted: Wanted = { challengers: [bayes], retrain: { ...hourly, every: '1000d' } }
  const first = await run(world, graphWith(wanted), 'one', 900)
  const predicted = first.count('predicted')
  const told = `v0.0-c1.${predicted}`
  await run(world, graphWith({ ...wanted, features: ['origin'] }), 'two', -1, ['pause', `promote ${told}`])
  const features = ['origin', 'destination'] as const
  await run(world, graphWith({ ...wanted, features }), 'three', 400, ['resume'])
  expect((await events(world)).slice(-2)).toMatchObject([
    { kind: 'carried', modelVersion: `v0.0.${predicted + 1}`, parent: `v0.0.${predicted}` },
    {
      kind: 'carried',
      modelVersion: `v0.0-c1.${predicted + 1}`,
      parent: told,
      reason: expect.stringMatching(/: \+destination$/),
    },
  ])
  const versions = await born(world)
  expect(new Set(versions).size).toBe(versions.length)
})

it('what a change made of the models is told also where the models change again before it is', async () => {
  const world = await FlightTask.of(all)
  const first = await run(world, graphWith({}), 'one', 900)
  const predicted = first.count('predicted')
  await run(world, graphWith({ features: ['origin'] }), 'two', 0)
  await run(world, graphWith({ features: ['origin'], model: other }), 'three', 100)
  expect((await events(world)).map(({ kind, modelVersion, parent }) => [kind, modelVersion, parent])).toEqual([
    ['carried', `v0.0.${predicted}`, 'v0.0'],
    ['anew', `v0.${predicted}`, `v0.0.${predicted}`],
  ])
})
