import { expect, it } from 'vitest'
import { logisticRegression, pipeline, standardScaler } from '../../src/index.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { decodedTopic, flights } from './flight-log.ts'
import { FlightTask, flightGraphOf } from './flight-task.ts'

const all = flights(900, 11, 20_000)

/** Flights by a group of 25 one after the other, which never comes again; the features remember a group for 10 minutes, or for days. */
function graphWith(features: readonly ('count' | 'mean' | 'total')[]): Graph {
  return flightGraphOf(({ departures, arrivals }) => {
    const value = (arrival: any): boolean => arrival.delayMinutes > 15
    const late = departures.label(arrivals, { value, horizon: '36h' })
    const group = departures.by((flight: any) => Math.floor(Number(flight.flightId) / 25))
    const named = {
      count: group.window('10m').count(),
      mean: group.ewMean('2d', 'distance'),
      total: group.fold({
        init: () => ({ far: 0 }),
        step: (state: any, flight: any) => ({ far: state.far + flight.distance }),
        read: (state: any) => state.far,
      }),
    }
    const rows = departures.featurize(Object.fromEntries(features.map((name) => [name, named[name]])))
    const model = pipeline(standardScaler(), logisticRegression({ learningRate: 0.01 * features.length }))
    return rows.predict(late, { model })
  })
}

async function predictions(world: FlightTask): Promise<unknown[]> {
  const rows = await decodedTopic(world.log, 'flight-delay.predictions', 'prediction')
  return rows.sort((a, b) => Number(a.sequence) - Number(b.sequence)).map(({ prediction }) => prediction)
}

it('a key that is new after a rebuild begins empty, where history holds another of which nothing is known any more', async () => {
  const changed = graphWith(['count', 'mean', 'total'])
  const always = await FlightTask.of(all)
  await always.run(changed, 'two', 1800)
  const world = await FlightTask.of(all)
  const first = (await world.run(graphWith(['count']), 'one', 700)).recovered.state.learning
  const [table] = first.keyed.tables
  expect(table.expired).toBeGreaterThan(5)
  const [predicted, learned] = [first.count('predicted'), first.count('learned')]
  const task = await world.run(changed, 'two', 1800 - predicted - learned, { rebuild: 'beginning' })
  const change = task.recovered.first.decisions.find(({ kind }) => kind === 'change')
  expect(change).toMatchObject({
    rebuilt: expect.arrayContaining(['models', 'features.mean', 'features.total']),
    kept: expect.arrayContaining(['features.count']),
  })
  const { slots } = task.recovered.state.learning.models
  expect(slots[0]).toMatchObject({ born: predicted, firstLabel: 0 }) // it has learned them all, off the log
  expect((await predictions(world)).slice(predicted)).toEqual((await predictions(always)).slice(predicted))
})
