import { expect, it } from 'vitest'
import { logisticRegression, type Learner, priorClass } from 'millrace'
import { CommandWriter } from '../../src/api/command-writer.ts'
import { publishedSchemas } from '../../src/codec/published-schemas.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { applyDecision } from '../../src/task/apply-decision.ts'
import { SchemaBook } from '../../src/task/schema-book.ts'
import { TaskState } from '../../src/task/task-state.ts'
import { onDrift, raceGraph, type RaceOptions, turningVisits } from '../operators/race-stream.ts'
import { Run } from '../operators/run-graph.ts'
import { decodedTopic, flightGraph, flights, newRegistry } from './flight-log.ts'
import { FlightTask, flightGraphOf } from './flight-task.ts'

const faulty = (): never => {
  throw new Error('cannot be saved')
}

/** A learner that fails when a file of it is to be written, as a promotion does. */
const unsaved: Learner<any, any> = Object.freeze({
  ...priorClass(),
  build: (...given: [any, any]) => Object.assign(priorClass().build(...given), { save: faulty }),
})

/** A task that has learned, and what commands to it give; with a fault in its retraining, where one is planted. */
function commanded(options: RaceOptions = { retrain: onDrift }, fault?: () => never) {
  const run = new Run(raceGraph(options)).takeCut(turningVisits(8000), [500])
  if (fault !== undefined) run.state.race.request = fault
  const blobs = new MemoryBlobStore()
  const state = new TaskState(run.state, [], new SchemaBook(newRegistry(), blobs, []))
  let offset = 0
  return async (command: 'promote' | 'roll_back' | 'retrain') => {
    const id = `c${offset}`
    const decision = { kind: 'command', command, id, offset: offset++, version: 'v0.9', reason: '' } as const
    const output = await applyDecision(decision, state, blobs)
    return { models: output?.models.map(({ kind }) => kind), details: output?.signals.map(({ detail }) => detail) }
  }
}

it('a retrain while a job is at work is answered with a warning that says so', async () => {
  const command = commanded()
  expect(await command('retrain')).toEqual({ models: ['requested'], details: [] })
  const { models, details } = await command('retrain')
  expect(models).toEqual([])
  expect(details).toEqual([
    'command c1: a retrain job is at work, and goes first: ask again when it has ended; the versions are v0.0',
  ])
})

it.each([false, true])(
  'what cannot be done is answered with a warning that names the versions there are',
  async (isLinear) => {
    const command = commanded({ isLinear })
    const wrong = async (which: 'promote' | 'roll_back' | 'retrain') => (await command(which)).details?.[0]
    expect(await wrong('promote')).toBe(`command c0: there is no version 'v0.9' to promote; the versions are v0.0`)
    expect(await wrong('roll_back')).toBe(
      'command c1: there is no champion before to roll back to; the versions are v0.0',
    )
    expect(await wrong('retrain')).toBe('command c2: the stream does not say how to retrain; the versions are v0.0')
  },
)

it('a warning before the first record has the time at which the command was sent', async () => {
  const run = new Run(raceGraph({ retrain: onDrift }))
  const blobs = new MemoryBlobStore()
  const state = new TaskState(run.state, [], new SchemaBook(newRegistry(), blobs, []))
  const sentAtMs = Date.UTC(2026, 0, 1)
  const command = { kind: 'command', command: 'promote', id: 'c', offset: 0, version: 'v0.9', reason: '' } as const
  const output = await applyDecision({ ...command, sentAtMs }, state, blobs)
  expect(output?.signals.map(({ time }) => time)).toEqual([sentAtMs])
})

it('a command that throws is taken, and answered with a warning', async () => {
  const command = commanded({}, () => {
    throw new RangeError('out of rows')
  })
  expect((await command('retrain')).details).toEqual(['command c0: it failed (out of rows)'])
  expect((await command('roll_back')).details).toHaveLength(1)
})

it('after a crash a command that threw is found in the journal, and throws there again', async () => {
  const world = await FlightTask.of(flights(100, 7, 20_000))
  const graph = flightGraphOf(({ departures, arrivals }) => {
    const late = departures.label(arrivals, { value: (arrival: any) => arrival.delayMinutes > 15, horizon: '36h' })
    const rows = departures.featurize({ distance: 'distance' })
    return rows.predict(late, { model: logisticRegression(), challengers: [unsaved] })
  })
  const crash = new Error('killed')
  const crashed = await world.start(graph, 'one', {
    onCommit: (record) => {
      if (record.seq === 5) crashed.abandon(crash)
    },
  })
  const command = { kind: 'command', command: 'promote', version: 'v0.0-c1', reason: '', offset: 0 } as const
  crashed.decide({ ...command, id: 'a' })
  await expect(crashed.run()).rejects.toBe(crash)
  const again = await world.start(graph, 'one')
  expect(again.committed.seq).toBeGreaterThan(5)
  again.abandon(crash)
  await expect(again.run()).rejects.toBe(crash)
  const warned = await decodedTopic(world.log, 'flight-delay.signals', 'signal')
  expect(warned.map(({ message }) => message)).toEqual(['command a: it failed (cannot be saved)'])
})

it('a task that is stopped as soon as it runs takes the commands that wait all the same', async () => {
  const world = await FlightTask.of([])
  const graph = flightGraph()
  await (await world.start(graph, 'one')).recovered.producer.close()
  const schema = (await publishedSchemas())['control-command']
  const writer = new CommandWriter('flight-delay', schema, world.log, newRegistry())
  for (const command of ['retrain', 'pause'] as const) await writer.write({ command }, 1000)
  const task = await world.run(graph, 'one', 0)
  const { control } = task.recovered.state
  expect(control.position).toBe(2)
  expect(control.paused).toBe(true)
})
