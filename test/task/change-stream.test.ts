import { expect, it } from 'vitest'
import { logisticRegression, oneHot, pipeline, standardScaler } from '../../src/index.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { decodedTopic, flightGraph, flights } from './flight-log.ts'
import { FlightTask, flightGraphOf } from './flight-task.ts'

const before = flightGraph()

/** The flight-delay stream with other features: two fewer categories and rates, one more window. */
function changed(): Graph {
  return flightGraphOf(({ departures, arrivals }: any) => {
    const flights = departures.validate({ distance: { min: 0, onFail: 'quarantine' }, origin: 'required' })
    const landed = arrivals.validate({ delayMinutes: { min: -1000, max: 1000, onFail: 'quarantine' } })
    const value = (arrival: any): boolean => arrival.delayMinutes > 15
    const late = flights.label(landed, { value, horizon: '36h', never: 'drop' })
    const rows = flights.featurize({
      origin: 'origin',
      landingsNow: flights.by('destination').window('1h').count(),
      originLateRate: late.by('origin').ewMean('2h'),
    })
    return rows.predict(late, { model: pipeline(oneHot(), standardScaler(), logisticRegression()) })
  })
}

it('a stream with another set of features goes on after a clean stop: every waiting event gets its label, and what did not change keeps its state', async () => {
  const all = flights(600, 5)
  const world = await FlightTask.of(all)
  const first = (await world.run(before, 'one', 400)).recovered.state.learning
  expect(first.pending.count).toBeGreaterThan(50)
  const rest = 1200 - first.count('predicted') - first.count('learned')
  const task = await world.run(changed(), 'two', rest)
  const { decisions } = task.recovered.first
  expect(decisions).toMatchObject([{ kind: 'change', code: 'two', fork: false }])
  const [{ kept, reset }] = decisions as unknown as [{ kept: string[]; reset: string[] }]
  expect(kept).toEqual(
    expect.arrayContaining([
      'label.pending',
      'models',
      'features.originLateRate',
      'features.origin.categories',
      'counters',
    ]),
  )
  expect(reset).toEqual(expect.arrayContaining(['features.landingsNow']))
  const second = task.recovered.state.learning
  expect(second.count('learned')).toBe(600)
  expect(second.pending.count).toBe(0)
  const predictions = await decodedTopic(world.log, 'flight-delay.predictions', 'prediction')
  expect(predictions.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(all.map((_, i) => i))
  const versions = new Set(predictions.map(({ modelVersion }) => modelVersion))
  expect(versions).toEqual(new Set(['v0.0', `v0.0.${first.count('predicted')}`]))
})

it('a lower maxPending holds for those that wait already, a few with each event', async () => {
  const world = await FlightTask.of(flights(600, 5))
  const waiting = (maxPending: number): Graph =>
    flightGraphOf(({ departures, arrivals }: any) => {
      const value = (arrival: any): boolean => arrival.delayMinutes > 15
      const late = departures.label(arrivals, { value, horizon: '36h', maxPending })
      return departures.featurize({ distance: 'distance' }).predict(late, { model: logisticRegression() })
    })
  const first = (await world.run(waiting(1_000_000), 'one', 500)).recovered.state.learning
  expect(first.pending.count).toBeGreaterThan(400)
  const second = (await world.run(waiting(5), 'two', 32)).recovered.state.learning
  expect(second.pending.count).toBe(5)
  const predicted = second.count('predicted') - first.count('predicted')
  const learned = second.count('learned') - first.count('learned')
  expect(second.count('dropped')).toBe(first.pending.count + predicted - learned - 5)
})
