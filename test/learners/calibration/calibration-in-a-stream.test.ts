import {
  adaptiveConformalIntervals,
  adaptiveConformalSets,
  betaCalibration,
  defineStream,
  gaussianNaiveBayes,
  isotonicCalibration,
  linearRegression,
  logisticRegression,
  oneHot,
  pipeline,
  plattScaling,
  standardScaler,
} from 'millrace'
import { expect, it } from 'vitest'
import { simulate } from '../../../src/testing/index.ts'
import { flights } from '../../task/flight-log.ts'

const inputs = {
  departures: { topic: 'flights.departures', schema: 'departure.avsc', key: 'flightId', time: 'departedAt' },
  arrivals: { topic: 'flights.arrivals', schema: 'arrival.avsc', key: 'flightId', time: 'landedAt' },
} as const
const logistic = pipeline(oneHot(), standardScaler(), logisticRegression())

const late = defineStream({
  name: 'late',
  inputs,
  build: ({ departures, arrivals }) => {
    const isLate = departures.label(arrivals, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36h' })
    return departures.featurize({ distance: 'distance', origin: 'origin' }).predict(isLate, {
      model: plattScaling(logistic),
      challengers: [
        betaCalibration(gaussianNaiveBayes()),
        isotonicCalibration(logistic, { forgetting: 0.99 }),
        adaptiveConformalSets(gaussianNaiveBayes()),
      ],
    })
  },
})

const minutes = defineStream({
  name: 'minutes',
  inputs,
  build: ({ departures, arrivals }) => {
    const delay = departures.label(arrivals, { value: (arrival) => arrival.delayMinutes, horizon: '36h' })
    return departures.featurize({ distance: 'distance' }).predict(delay, {
      model: adaptiveConformalIntervals(pipeline(standardScaler(), linearRegression()), { coverage: 0.8 }),
    })
  },
})

it.each([late, minutes])(
  'a stream learns with learners around others: $name, with crashes the same bits',
  async (stream) => {
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
    const expected = await simulate(stream, records)
    expect(new Set(expected.predictions.map(({ prediction }) => prediction)).size).toBeGreaterThan(100)
    const crashed = await simulate(stream, records, { crashAfter: [2, 5], seed: 3 })
    expect(crashed.predictions).toEqual(expected.predictions)
    expect(crashed.state.parts).toEqual(expected.state.parts)
  },
)
