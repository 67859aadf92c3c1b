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

/** Will this flight land more than 15 minutes late? Said at departure, judged at landing, on real flights of 2001. */
export default defineStream({
  name: 'flight-delay',
  inputs: {
    departures: { topic: 'flights.departures', schema: 'departure.avsc', key: 'flightId', time: 'departedAt' },
    arrivals: { topic: 'flights.arrivals', schema: 'arrival.avsc', key: 'flightId', time: 'landedAt' },
  },
  build: ({ departures, arrivals }) => {
    const flights = departures.validate({ distance: { min: 0, onFail: 'quarantine' }, origin: 'required' })
    const landed = arrivals.validate({ delayMinutes: { min: -1000, max: 1000, onFail: 'quarantine' } })
    const late = flights.label(landed, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36h', never: 'drop' })
    const lateByOrigin = late.by('origin') // of the flights that the labels judge
    const lateByOriginHour = late.by('origin', (flight) => hourOfDay(flight.departedAt))
    const rows = flights.featurize({
      hour: (flight) => String(hourOfDay(flight.departedAt)), // a string is a category
      distance: 'distance',
      origin: 'origin',
      destination: 'destination',
      departuresNow: flights.by('origin').window('30m').count(), // before this row
      originLateRate: lateByOrigin.ewMean('2h'), // labels that had arrived by then
      destinationLateRate: late.by('destination').ewMean('2h'),
      usualLateRate: lateByOriginHour.ewMean('14d'),
    })
    const prior = { value: 0.2, weight: 10 }
    return rows.predict(late, {
      model: pipeline(oneHot(), standardScaler(), logisticRegression()),
      challengers: [pipeline(oneHot(), standardScaler(), gaussianNaiveBayes())],
      baselines: {
        originRate: lateByOrigin.ewMean('2h', { prior }),
        originHourRate: lateByOriginHour.ewMean('14d', { prior }),
      },
      drift: { loss: adwin() },
      retrain: { on: ['loss'], every: '7d', from: { latest: 200_000, since: 'drift' } },
    })
  },
})
