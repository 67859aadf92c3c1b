import {
  bole,
  defineStream,
  exponentiallyWeightedAverage,
  hourOfDay,
  leveragingBagging,
  logisticRegression,
  oneHot,
  pipeline,
  standardScaler,
  streamingGradientBoostedTrees,
  streamingRandomPatches,
} from 'millrace'
import { expect, it } from 'vitest'
import { simulate } from '../../../src/testing/index.ts'
import { flights } from '../../task/flight-log.ts'

const delayed = defineStream({
  name: 'delayed-by-ensembles',
  inputs: {
    departures: { topic: 'flights.departures', schema: 'departure.avsc', key: 'flightId', time: 'departedAt' },
    arrivals: { topic: 'flights.arrivals', schema: 'arrival.avsc', key: 'flightId', time: 'landedAt' },
  },
  build: ({ departures, arrivals }) => {
    const late = departures.label(arrivals, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36h' })
    const rows = departures.featurize({
      hour: (flight) => String(hourOfDay(flight.departedAt)),
      distance: 'distance',
      origin: 'origin',
    })
    return rows.predict(late, {
      model: leveragingBagging({ trees: 3, gracePeriod: 20, delta: 0.1 }),
      challengers: [
        streamingRandomPatches({ trees: 3, gracePeriod: 20, delta: 0.1 }),
        streamingGradientBoostedTrees({ trees: 5 }),
        exponentiallyWeightedAverage([pipeline(oneHot(), standardScaler(), logisticRegression()), bole({ trees: 3 })]),
      ],
    })
  },
})

it('a stream learns with ensembles over numbers and categories, and with crashes gives the same bits', async () => {
  const all = flights(400, 1, 60_000)
  const records = {
    departures: all.map(({ flightId, departedAt, distance, origin, destination }) => ({
      flightId,
      departedAt,
      distance,
      origin: origin as string | null,
      destination,
    })),
    arrivals: all.map(({ flightId, landedAt, delayMinutes }) => ({ flightId, landedAt, delayMinutes })),
  }
  const expected = await simulate(delayed, records)
  expect(expected.predictions.length).toBe(all.length)
  expect(new Set(expected.predictions.map(({ prediction }) => prediction)).size).toBeGreaterThan(50)
  const crashed = await simulate(delayed, records, { crashAfter: [2, 5, 9], seed: 3 })
  expect(crashed.predictions).toEqual(expected.predictions)
  expect(crashed.state.parts).toEqual(expected.state.parts)
})
