import {
  adwin,
  defineStream,
  gaussianNaiveBayes,
  hourOfDay,
  logisticRegression,
  oneHot,
  pipeline,
  standardScaler,
} from 'millrace'

/** The demo's stream without retraining: a job ends when it ends, and then what is published depends on more than the log. */
export default defineStream({
  name: 'flight-delay',
  inputs: {
    departures: { topic: 'flights.departures', schema: 'departure.avsc', key: 'flightId', time: 'departedAt' },
    arrivals: { topic: 'flights.arrivals', schema: 'arrival.avsc', key: 'flightId', time: 'landedAt' },
  },
  build: ({ departures, arrivals }) => {
    const flights = departures.validate({ origin: 'required' })
    const late = flights.label(arrivals, {
      value: (arrival) => arrival.delayMinutes > 15,
      horizon: '36h',
      never: 'drop',
    })
    const rows = flights.featurize({
      hour: (flight) => String(hourOfDay(flight.departedAt)),
      distance: 'distance',
      origin: 'origin',
      destination: 'destination',
      departuresNow: flights.by('origin').window('30m').count(),
      originLateRate: late.by('origin').ewMean('2h'),
      usualLateRate: late.by('origin', (flight) => hourOfDay(flight.departedAt)).ewMean('14d'),
    })
    return rows.predict(late, {
      model: pipeline(oneHot(), standardScaler(), logisticRegression()),
      challengers: [pipeline(oneHot(), standardScaler(), gaussianNaiveBayes())],
      drift: { loss: adwin() },
    })
  },
})
