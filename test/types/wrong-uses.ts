import {
  adaptiveConformalIntervals,
  adwin,
  categoricalNaiveBayes,
  defineStream,
  gaussianNaiveBayes,
  imputer,
  lastLabel,
  linearRegression,
  logisticRegression,
  oneHot,
  pipeline,
  plattScaling,
  priorClass,
  ratio,
  standardScaler,
} from 'millrace'
import { scan } from 'rxjs'

// Compiled, never run: every use below is wrong, and the compiler says so.

const inputs = {
  departures: { topic: 'd', schema: 'departure.avsc', key: 'flightId', time: 'departedAt' },
  arrivals: { topic: 'a', schema: 'arrival.avsc', key: 'flightId', time: 'landedAt' },
} as const
const { departures } = inputs

/** Keys, times and schemas of inputs. */
export const wrongInputs = [
  // @ts-expect-error there is no such schema
  defineStream({ name: 'x', inputs: { d: { ...departures, schema: 'nope.avsc' } }, build: () => ({}) }),
  // @ts-expect-error the key is no field
  defineStream({ name: 'x', inputs: { d: { ...departures, key: 'flight' } }, build: () => ({}) }),
  // @ts-expect-error the key may be null
  defineStream({ name: 'x', inputs: { d: { ...departures, key: 'origin' } }, build: () => ({}) }),
  // @ts-expect-error the time is no timestamp
  defineStream({ name: 'x', inputs: { d: { ...departures, time: 'distance' } }, build: () => ({}) }),
  // @ts-expect-error the arrival is no timestamp
  defineStream({ name: 'x', inputs: { d: { ...departures, arrival: 'flightId' } }, build: () => ({}) }),
  // @ts-expect-error there is no topic
  defineStream({ name: 'x', inputs: { d: { ...departures, topic: undefined } }, build: () => ({}) }),
  // @ts-expect-error no duration
  defineStream({ name: 'x', inputs: { d: { ...departures, maxAhead: 'a day' } }, build: () => ({}) }),
  // @ts-expect-error no format
  defineStream({ name: 'x', inputs: { d: { ...departures, format: 'protobuf' } }, build: () => ({}) }),
  // @ts-expect-error there is no such input
  defineStream({ name: 'x', inputs, build: ({ landings }) => landings }),
  // @ts-expect-error build returns no model
  defineStream({ name: 'x', inputs, build: ({ departures: d }) => d }),
]

/** Everything inside of build. */
export const wrongBuild = defineStream({
  name: 'x',
  inputs,
  build: ({ departures: d, arrivals: a }) => {
    // Checks
    // @ts-expect-error unknown field
    d.validate({ distanse: { min: 0 } })
    // @ts-expect-error a range of a string
    d.validate({ origin: { min: 0 } })
    // @ts-expect-error a pattern of a number
    d.validate({ distance: { pattern: /1/ } })
    // @ts-expect-error an unknown check
    d.validate({ distance: 'require' })
    // @ts-expect-error an unknown action
    d.validate({ distance: { min: 0, onFail: 'drop' } })
    // @ts-expect-error impute without a value
    d.validate({ distance: { min: 0, onFail: 'impute' } })
    // @ts-expect-error impute with a value of another type
    d.validate({ distance: { min: 0, onFail: 'impute', with: 'far' } })
    // @ts-expect-error a value that nothing takes
    d.validate({ distance: { min: 0, onFail: 'warn', with: 3 } })
    // @ts-expect-error a list of numbers for a string
    d.validate({ destination: { oneOf: [1, 2] } })
    // @ts-expect-error unknown field in a filter
    d.where((event) => event.distanse > 0)
    // @ts-expect-error a filter that says neither yes nor no
    d.where((event) => event.distance)

    // Features
    // @ts-expect-error unknown field
    d.featurize({ x: 'distanse' })
    // @ts-expect-error unknown field in an arrow
    d.featurize({ x: (event) => event.distanse })
    // @ts-expect-error an arrow that gives an object
    d.featurize({ x: (event) => ({ distance: event.distance }) })
    // @ts-expect-error a date is no value
    d.featurize({ x: (event) => new Date(event.departedAt) })
    // @ts-expect-error a promise is no value
    d.featurize({ x: async (event) => event.distance })
    // @ts-expect-error a number is no feature
    d.featurize({ x: 7 })

    // Keys
    // @ts-expect-error a key that may be null: origin is not required yet
    d.by('origin')
    // @ts-expect-error no key at all
    d.by()
    // @ts-expect-error unknown field
    d.by('airport')
    // @ts-expect-error an arrow that may give null
    d.by((event) => event.origin)
    // @ts-expect-error a boolean is no key
    d.by((event) => event.distance > 5)

    const flights = d.validate({ origin: 'required' })
    const byOrigin = flights.by('origin')

    // Windows and statistics
    // @ts-expect-error no duration
    byOrigin.window('2 hours')
    // @ts-expect-error a number is no duration
    byOrigin.window(7200)
    // @ts-expect-error unknown option
    byOrigin.window('2h', { step: '1m' })
    // @ts-expect-error no duration
    byOrigin.window('2h', { every: 'minute' })
    // @ts-expect-error mean of a string
    byOrigin.window('2h').mean('destination')
    // @ts-expect-error mean of what
    byOrigin.window('2h').mean()
    // @ts-expect-error unknown field
    byOrigin.window('2h').sum('delay')
    // @ts-expect-error quantile of what
    byOrigin.window('2h').quantile(0.5)
    // @ts-expect-error the most frequent number
    byOrigin.window('2h').top(1, 'distance')
    // @ts-expect-error a count of events has no time
    byOrigin.latest(10).rate()
    // @ts-expect-error lag of what
    byOrigin.lag(2)
    // @ts-expect-error a last string is no number
    byOrigin.last('destination')
    // @ts-expect-error half a prior
    byOrigin.ewMean('2h', 'distance', { prior: { value: 0.2 } })
    // @ts-expect-error unknown option
    byOrigin.ewMean('2h', 'distance', { initial: 0.2 })
    // @ts-expect-error a rate has no field
    byOrigin.ewRate('2h', 'distance')

    // Folds
    // @ts-expect-error a Map can't be saved
    byOrigin.fold({ init: () => new Map<string, number>(), step: (state) => state, read: () => 1 })
    // @ts-expect-error a Set can't be saved
    byOrigin.fold({ init: () => new Set<string>(), step: (state) => state, read: () => 1 })
    // @ts-expect-error a Date can't be saved
    byOrigin.fold({ init: () => ({ at: new Date(0) }), step: (state) => state, read: () => 1 })
    // @ts-expect-error a function can't be saved
    byOrigin.fold({ init: () => ({ next: () => 1 }), step: (state) => state, read: () => 1 })
    // @ts-expect-error step returns another state
    byOrigin.fold({ init: () => ({ sum: 0 }), step: () => ({ total: 1 }), read: () => 1 })
    // @ts-expect-error read gives no number
    byOrigin.fold({ init: () => ({ sum: 0 }), step: (state) => state, read: (state) => state })
    // @ts-expect-error unknown field in step
    byOrigin.fold({ init: () => 0, step: (state, event) => state + event.delay, read: (state) => state })
    // @ts-expect-error no duration
    byOrigin.fold({ init: () => 0, step: (state) => state, read: (state) => state, expire: 'never' })

    // Labels
    // @ts-expect-error no horizon
    flights.label(a, { value: (arrival) => arrival.delayMinutes > 15 })
    // @ts-expect-error no duration
    flights.label(a, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36 hours' })
    // @ts-expect-error unknown field
    flights.label(a, { value: (arrival) => arrival.delay > 15, horizon: '36h' })
    // @ts-expect-error a label is a boolean, a string or a number
    flights.label(a, { value: (arrival) => ({ late: arrival.delayMinutes > 15 }), horizon: '36h' })
    // @ts-expect-error null is no label: undefined says that there is none
    flights.label(a, { value: () => null, horizon: '36h' })
    // @ts-expect-error an implicit value of another kind
    flights.label(a, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36h', never: { value: 'late' } })
    // @ts-expect-error an unknown policy
    flights.label(a, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36h', corrected: 'relearn' })
    // @ts-expect-error an unknown policy
    flights.label(a, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36h', onFull: 'stall' })
    // @ts-expect-error a label of the same record has no horizon
    flights.label({ value: (flight) => flight.distance > 500, horizon: '36h' })
    // @ts-expect-error a label of the same record can't stay away
    flights.label({ value: (flight) => flight.distance > 500, never: { value: false } })
    // @ts-expect-error not a field of the flight that the label judges
    flights.label(a, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36h' }).by('landedAt')

    const late = flights.label(a, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36h' })
    const delay = flights.label(a, { value: (arrival) => arrival.delayMinutes, horizon: '36h' })
    const why = flights.label(a, { value: (arrival) => (arrival.delayMinutes > 15 ? 'late' : 'fine'), horizon: '36h' })

    // Features of labels
    // @ts-expect-error a label has no fields
    late.by('origin').window('2h').mean('delayMinutes')
    // @ts-expect-error mean of classes
    why.by('origin').window('2h').mean()
    // @ts-expect-error mean of classes
    why.by('origin').ewMean('2h')
    // @ts-expect-error the most frequent boolean
    late.by('origin').latest(5).top(1)
    // @ts-expect-error a boolean has no length
    late.by('origin').fold({ init: () => 0, step: (state, isLate) => state + isLate.length, read: (state) => state })

    const numeric = flights.featurize({ distance: 'distance' })
    const mixed = flights.featurize({ distance: 'distance', origin: 'origin' })
    const topped = flights.featurize({ usual: byOrigin.latest(5).top(1, 'destination') })
    const toArrows = flights.featurize({ size: (flight) => (flight.distance > 500 ? 'far' : 'near') })

    // Models
    // @ts-expect-error a regression for a binary label
    numeric.predict(late, { model: linearRegression() })
    // @ts-expect-error a binary model for a number
    numeric.predict(delay, { model: logisticRegression() })
    // @ts-expect-error a binary model for classes
    numeric.predict(why, { model: logisticRegression() })
    // @ts-expect-error a challenger for another problem
    numeric.predict(late, { model: logisticRegression(), challengers: [linearRegression()] })
    // @ts-expect-error a category into a linear model
    mixed.predict(late, { model: pipeline(standardScaler(), logisticRegression()) })
    // @ts-expect-error a category into a linear model
    topped.predict(late, { model: logisticRegression() })
    // @ts-expect-error a number into a model of categories
    mixed.predict(late, { model: categoricalNaiveBayes() })
    // @ts-expect-error a string from an arrow is a category
    toArrows.predict(late, { model: logisticRegression() })
    // @ts-expect-error probabilities of a regression
    numeric.predict(late, { model: plattScaling(linearRegression()) })
    // @ts-expect-error intervals of a classifier
    numeric.predict(delay, { model: adaptiveConformalIntervals(logisticRegression()) })
    // @ts-expect-error a category into a linear model that is calibrated
    mixed.predict(late, { model: plattScaling(logisticRegression()) })
    // @ts-expect-error a category into an imputer
    mixed.predict(late, { model: pipeline(imputer(), gaussianNaiveBayes()) })
    // @ts-expect-error a transformer is no model
    mixed.predict(late, { model: oneHot() })
    // @ts-expect-error the label judges flights, not arrivals
    a.featurize({ delay: 'delayMinutes' }).predict(late, { model: priorClass() })
    // @ts-expect-error no model
    mixed.predict(late, {})
    // @ts-expect-error a model watches its loss
    mixed.predict(late, { model: priorClass(), drift: { features: adwin() } })
    // @ts-expect-error a model is no detector
    mixed.predict(late, { model: priorClass(), drift: { loss: lastLabel() } })

    // Baselines, slices, retraining, gate
    // @ts-expect-error a baseline is a feature
    mixed.predict(late, { model: priorClass(), baselines: { usual: 0.2 } })
    // @ts-expect-error a number is no prediction of classes
    mixed.predict(why, { model: priorClass(), baselines: { usual: byOrigin.window('1h').count() } })
    // @ts-expect-error a slice is of a category
    mixed.predict(late, { model: priorClass(), slices: ['distance'] })
    // @ts-expect-error unknown slice
    mixed.predict(late, { model: priorClass(), slices: ['destination'] })
    // @ts-expect-error from what
    mixed.predict(late, { model: priorClass(), retrain: { every: '7d' } })
    // @ts-expect-error an unknown reason
    mixed.predict(late, { model: priorClass(), retrain: { on: ['accuracy'], from: { latest: 1000 } } })
    // @ts-expect-error no duration
    mixed.predict(late, { model: priorClass(), retrain: { every: 'weekly', from: { latest: 1000 } } })
    // @ts-expect-error an unknown option
    mixed.predict(late, { model: priorClass(), gate: { confidence: 0.95 } })
    // @ts-expect-error an unknown way to promote
    mixed.predict(late, { model: priorClass(), gate: { promote: 'canary' } })

    // Others
    // @ts-expect-error operators of RxJS hold state that can't be saved
    flights.pipe(scan((count: number) => count + 1, 0))
    // @ts-expect-error a field is no feature with state
    ratio('distance', byOrigin.window('1h').count())
    // @ts-expect-error a pipeline ends in a model
    pipeline(oneHot(), standardScaler())
    // @ts-expect-error a scaler before the encoder gets categories
    mixed.predict(late, { model: pipeline(standardScaler(), oneHot(), gaussianNaiveBayes()) })
    return mixed.predict(late, { model: pipeline(oneHot(), standardScaler(), logisticRegression()) })
  },
})
