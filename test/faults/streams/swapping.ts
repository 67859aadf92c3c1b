import { defineStream, gaussianNaiveBayes, logisticRegression, oneHot, pipeline, standardScaler } from 'millrace'

/** Two models that take turns by command, and jobs that are asked for by command and need few rows. */
export default defineStream({
  name: 'swapping',
  inputs: {
    departures: { topic: 'flights.departures', schema: 'departure.avsc', key: 'flightId', time: 'departedAt' },
    arrivals: { topic: 'flights.arrivals', schema: 'arrival.avsc', key: 'flightId', time: 'landedAt' },
  },
  build: ({ departures, arrivals }) => {
    const known = departures.validate({ origin: 'required' })
    const late = known.label(arrivals, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36h' })
    const rows = known.featurize({
      distance: 'distance',
      origin: 'origin',
      lateRate: late.by('origin').ewMean('2h'),
    })
    return rows.predict(late, {
      model: pipeline(oneHot(), standardScaler(), logisticRegression()),
      challengers: [pipeline(oneHot(), standardScaler(), gaussianNaiveBayes())],
      retrain: { every: '1000d', from: { latest: 300 } },
      gate: { promote: 'manual' },
    })
  },
})
