import {
  adwin,
  defineStream,
  gaussianNaiveBayes,
  hourOfDay,
  lastLabel,
  linearRegression,
  logisticRegression,
  oneHot,
  pipeline,
  priorClass,
  priorMean,
  ratio,
  standardScaler,
} from 'millrace'

// Compiled, never run: all that must be accepted.

const inputs = {
  departures: {
    topic: 'd',
    schema: 'departure.avsc',
    key: 'flightId',
    time: 'departedAt',
    maxAhead: '2h',
    format: 'json',
  },
  arrivals: { topic: 'a', schema: 'arrival.avsc', key: 'flightId', time: 'landedAt', arrival: 'landedAt' },
} as const

export const everything = defineStream({
  name: 'everything',
  inputs,
  build: ({ departures, arrivals }) => {
    const flights = departures
      .validate({
        origin: { oneOf: ['JFK', 'SFO'], onFail: 'impute', with: 'JFK' }, // no longer null
        destination: { pattern: /^[A-Z]{3}$/, onFail: 'warn' },
        distance: { min: 0, max: 1e5, onFail: 'stop' },
        departedAt: { min: 0 },
      })
      .where((flight) => flight.distance > 10)
    const landed = arrivals.validate({ delayMinutes: 'required' })
    const late = flights.label(landed, {
      value: (arrival, flight) => (flight.distance > 0 ? arrival.delayMinutes > 15 : undefined),
      horizon: '36h',
      never: { value: false },
      corrected: 'learn',
      maxPending: 1000,
      onFull: 'stop',
    })
    const byOrigin = flights.by('origin')
    const byRoute = flights.by('origin', 'destination', (flight) => hourOfDay(flight.departedAt))
    const hour = byRoute.window('1h', { every: '1m', grace: '5m' })
    const rows = flights.featurize({
      distance: 'distance',
      origin: 'origin',
      weekend: (flight) => flight.distance > 1000,
      size: (flight) => (flight.distance > 500 ? 'far' : null),
      count: hour.count(),
      rate: hour.rate(),
      variance: hour.variance('distance'),
      distinct: byOrigin.session('1h').distinct('destination'),
      median: byOrigin.latest(100).quantile(0.5, 'distance'),
      usual: byOrigin.window('1d', { every: '1d' }).top(1, 'destination'),
      share: ratio(byOrigin.window('1h').count(), byRoute.window('1d').count()),
      fading: byOrigin.ewMean('1h', 'distance', { prior: { value: 500, weight: 10 } }),
      ewRate: byOrigin.ewRate('1h'),
      last: byOrigin.last('distance'),
      lag: byOrigin.lag(3, 'distance'),
      since: byOrigin.timeSince(),
      flown: byOrigin.fold({
        init: () => 0,
        step: (miles, flight) => miles + flight.distance,
        read: (miles, flight) => miles / flight.distance,
        expire: '1d',
      }),
      places: byOrigin.fold({
        init: () => ({ seen: [] as string[], last: null as string | null }),
        step: (state, flight) => ({ seen: [...state.seen.slice(-9), flight.destination], last: flight.origin }),
        read: (state) => state.seen.length,
      }),
      lateRate: late.by('origin').ewMean('2h'),
      lateWindow: late.by('destination').window('1d').mean(),
      streak: late.by('origin').fold({ init: () => 0, step: (n, isLate) => (isLate ? n + 1 : 0), read: (n) => n }),
    })
    return rows.predict(late, {
      model: pipeline(oneHot(), standardScaler({ learn: 'on-arrival' }), logisticRegression()),
      challengers: [pipeline(oneHot(), gaussianNaiveBayes()), priorClass(), lastLabel()],
      baselines: { originRate: late.by('origin').ewMean('2h', { prior: { value: 0.2, weight: 10 } }) },
      slices: ['origin', 'size', 'usual'],
      drift: { loss: adwin({ delta: 0.01 }) },
      retrain: { on: ['loss'], every: '7d', from: { latest: 1000, since: 'drift' } },
      gate: { margin: 0.001, alpha: 0.01, minLabels: 500, cooldown: 1000, promote: 'manual' },
    })
  },
})

export const classes = defineStream({
  name: 'classes',
  inputs,
  build: ({ departures, arrivals }) => {
    const why = departures.label(arrivals, {
      value: (arrival) => (arrival.delayMinutes > 60 ? 'very late' : arrival.delayMinutes > 15 ? 'late' : 'fine'),
      horizon: '36h',
      never: { value: 'fine' },
    })
    const rows = departures.featurize({
      origin: 'origin',
      usual: why.by('destination').latest(20).top(1),
      kinds: why.by('destination').window('1d').distinct(),
      count: why.by('destination').window('1d').count(),
    })
    return rows.predict(why, { model: priorClass(), challengers: [gaussianNaiveBayes()], slices: ['usual'] })
  },
})

export const onlyTrue = defineStream({
  name: 'only-true',
  inputs,
  build: ({ departures, arrivals }) => {
    const landed = departures.label(arrivals, { value: () => true, horizon: '36h', never: { value: false } })
    return departures.featurize({ distance: 'distance' }).predict(landed, { model: logisticRegression() })
  },
})

export const sameRecord = defineStream({
  name: 'same-record',
  inputs: { departures: inputs.departures },
  build: ({ departures }) => {
    const distance = departures.label({
      value: (flight) => flight.distance,
      after: '1h',
      maxPending: 10,
      onFull: 'drop-oldest',
    })
    const rows = departures.featurize({
      hour: (flight) => hourOfDay(flight.departedAt),
      mean: distance.by('destination').ewMean('1d'),
    })
    return rows.predict(distance, { model: pipeline(standardScaler(), linearRegression()), challengers: [priorMean()] })
  },
})

export const laterRecord = defineStream({
  name: 'later-record',
  inputs: { departures: inputs.departures },
  build: ({ departures }) => {
    const starts = departures.where((flight) => flight.distance > 0)
    const further = starts.label(
      departures.where((flight) => flight.distance < 0),
      { value: (flight) => flight.distance > 500, horizon: '1d' },
    )
    return starts.featurize({ distance: 'distance' }).predict(further, { model: logisticRegression() })
  },
})
