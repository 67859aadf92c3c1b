import {
  adwin,
  defineStream,
  linearRegression,
  logisticRegression,
  MillraceError,
  oneHot,
  pipeline,
  priorClass,
  ratio,
  standardScaler,
} from 'millrace'
import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/stream/build-graph.ts'
import { visitInputs, visitSchemas } from '../operators/visits.ts'

// What the compiler refuses is refused at start, too: streams may be written in JavaScript. Hence the `any`.

const inputs = { ...visitInputs }
type Change = Record<string, unknown>

function failure(work: () => unknown): { code: string; message: string } {
  try {
    work()
  } catch (error) {
    if (error instanceof MillraceError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('nothing was wrong')
}

function built(build: (inputs: any) => any, change: Change = {}): unknown {
  const given = { name: 'shop', inputs, build, ...change }
  return buildGraph(defineStream(given as any) as any, visitSchemas)
}

/** The error of a build that begins well and then does this. */
function wrong(build: (at: { visits: any; outcomes: any; shops: any; sold: any; rows: any }) => unknown) {
  return failure(() =>
    built(({ visits, outcomes }) => {
      const shops = visits.validate({ shop: 'required' })
      const sold = shops.label(outcomes, { value: (one: any) => one.sold, horizon: '1h' })
      const rows = shops.featurize({ amount: 'amount' })
      build({ visits, outcomes, shops, sold, rows })
      return rows.predict(sold, { model: priorClass() })
    }),
  )
}

function wrongInput(change: Change) {
  return failure(() => built(() => {}, { inputs: { visits: { ...inputs.visits, ...change } } }))
}

const AT_ONCE = 'Leave async, await and generators out; what has to be looked up comes as an input of its own.'
const PLAIN = 'Keep numbers, strings, booleans, null, and arrays and plain objects of them: only such can be saved.'
const names = 'The names are: id, at, shop, amount, member, kind'

describe('a stream that starts with a wrong', () => {
  it('name', () => {
    expect(failure(() => built(() => {}, { name: 'My Stream' }))).toEqual({
      code: 'MILLRACE_STREAM_NAME',
      message: "stream 'My Stream', name: is not possible. Use small letters, digits and dashes, a letter first.",
    })
  })

  it.each([
    [
      { schema: 'visits.avsc' },
      'MILLRACE_STREAM_UNKNOWN_SCHEMA',
      "stream 'shop', input 'visits': there is no schema 'visits.avsc'. Did you mean 'visit.avsc'? The names are: visit.avsc, outcome.avsc.",
    ],
    [
      { key: 'di' },
      'MILLRACE_STREAM_UNKNOWN_FIELD',
      `stream 'shop', input 'visits': key 'di' is no field of visit.avsc. Did you mean 'id'? ${names}.`,
    ],
    [
      { key: 'member' },
      'MILLRACE_STREAM_FIELD_TYPE',
      "stream 'shop', input 'visits': key 'member' is a boolean. Name a field of type string or number.",
    ],
    [
      { time: 'amount' },
      'MILLRACE_STREAM_FIELD_TYPE',
      "stream 'shop', input 'visits': time 'amount' is a number. Name a field of type timestamp.",
    ],
    [
      { arrival: 'kind' },
      'MILLRACE_STREAM_FIELD_TYPE',
      "stream 'shop', input 'visits': arrival 'kind' is a string. Name a field of type timestamp.",
    ],
    [
      { topic: '' },
      'MILLRACE_STREAM_NAME',
      "stream 'shop', input 'visits': has no topic. Name one, such as topic: 'flights.departures'.",
    ],
    [
      { formats: 'json' },
      'MILLRACE_STREAM_MODEL',
      "stream 'shop', input 'visits': 'formats' is no option. Did you mean 'format'? The names are: topic, schema, key, time, arrival, format, maxAhead.",
    ],
    [
      { format: 'protobuf' },
      'MILLRACE_STREAM_MODEL',
      "stream 'shop', input 'visits', format: 'protobuf' is not possible. Use one of: avro, json.",
    ],
    [
      { maxAhead: 'soon' },
      'MILLRACE_STATS_PARAMETER',
      `stream 'shop', input 'visits', maxAhead: "soon" is no duration. Write a number and a unit (ms, s, m, h, d), such as '30m'.`,
    ],
  ])('input %j', (change, code, message) => {
    expect(wrongInput(change)).toEqual({ code, message })
  })
})

describe('a build that is wrong about', () => {
  const cases: [string, Parameters<typeof wrong>[0], string, string][] = [
    [
      'a field of a check',
      ({ visits }) => visits.validate({ amont: { min: 0 } }),
      'MILLRACE_STREAM_UNKNOWN_FIELD',
      `validate of 'amont': 'amont' is no field of visit.avsc. Did you mean 'amount'? ${names}.`,
    ],
    [
      'a check of a type',
      ({ visits }) => visits.validate({ kind: { min: 0 } }),
      'MILLRACE_STREAM_CHECK',
      "validate of 'kind': 'min' is no check for a string. Use one of: pattern, oneOf, onFail, with.",
    ],
    [
      'a check',
      ({ visits }) => visits.validate({ kind: 'needed' }),
      'MILLRACE_STREAM_CHECK',
      "validate of 'kind': 'needed' is no check. Give 'required', or an object such as { min: 0, onFail: 'warn' }.",
    ],
    [
      'an action',
      ({ visits }) => visits.validate({ amount: { min: 0, onFail: 'imput' } }),
      'MILLRACE_STREAM_CHECK',
      "validate of 'amount': onFail 'imput' is not possible. Did you mean 'impute'? The names are: warn, impute, quarantine, stop.",
    ],
    [
      'an imputed value',
      ({ visits }) => visits.validate({ amount: { min: 0, onFail: 'impute' } }),
      'MILLRACE_STREAM_CHECK',
      "validate of 'amount': onFail 'impute' needs a number to put in place. Add with: and the value that replaces a bad one.",
    ],
    [
      'a value that nothing takes',
      ({ visits }) => visits.validate({ amount: { min: 0, with: 3 } }),
      'MILLRACE_STREAM_CHECK',
      "validate of 'amount': 'with' has no meaning for onFail 'quarantine'. Choose onFail: 'impute', or leave it out.",
    ],
    [
      'a range',
      ({ visits }) => visits.validate({ amount: { min: 3, max: 2 } }),
      'MILLRACE_STREAM_CHECK',
      "validate of 'amount': no value is from 3 to 2. Give numbers, min not above max.",
    ],
    [
      'a pattern',
      ({ visits }) => visits.validate({ kind: { pattern: '^a' } }),
      'MILLRACE_STREAM_CHECK',
      "validate of 'kind': '^a' is no pattern. Give a regular expression, such as /^[A-Z]{3}$/.",
    ],
    [
      'a list',
      ({ visits }) => visits.validate({ kind: { oneOf: [1] } }),
      'MILLRACE_STREAM_CHECK',
      "validate of 'kind': 'oneOf' is no list of strings. Give one, such as ['a', 'b'].",
    ],
    [
      'a field of a filter',
      ({ visits }) => visits.where((one: any) => one.amont > 0),
      'MILLRACE_STREAM_UNKNOWN_FIELD',
      `where((one) => one.amont > 0): reads the field 'amont', which visit.avsc does not have. Did you mean 'amount'? ${names}.`,
    ],
    [
      'features',
      ({ shops }) => shops.featurize({}),
      'MILLRACE_STREAM_NO_FEATURES',
      "featurize: there are no features. Name at least one, for example { distance: 'distance' }.",
    ],
    [
      "a feature's field",
      ({ shops }) => shops.featurize({ x: 'shp' }),
      'MILLRACE_STREAM_UNKNOWN_FIELD',
      `feature 'x': 'shp' is no field of visit.avsc. Did you mean 'shop'? ${names}.`,
    ],
    [
      "a feature's arrow",
      ({ shops }) => shops.featurize({ x: (one: any) => one.amont * 2 }),
      'MILLRACE_STREAM_UNKNOWN_FIELD',
      `feature 'x': reads the field 'amont', which visit.avsc does not have. Did you mean 'amount'? ${names}.`,
    ],
    [
      'what an arrow may do',
      ({ shops }) =>
        shops.featurize({
          x: (one: any) => {
            one.amount = 3
            return one.amount
          },
        }),
      'MILLRACE_STREAM_FEATURE',
      "feature 'x': writes 'amount' to the record, which is used again for the next one. Compute values without changing the record; state of your own goes through fold.",
    ],
    [
      'what an arrow returns',
      ({ shops }) => shops.featurize({ x: (one: any) => (one.member ? 1 : 'one') }),
      'MILLRACE_STREAM_ARROW_TYPE',
      "feature 'x': the arrow returns number and string. Return a number (a quantity) or a string (a category) for every record, for example by Number(...) or String(...).",
    ],
    [
      'what an arrow returns for a missing value',
      ({ shops }) => shops.featurize({ x: (one: any) => one.amount ?? 'none' }),
      'MILLRACE_STREAM_ARROW_TYPE',
      "feature 'x': the arrow returns number and string. Return a number (a quantity) or a string (a category) for every record, for example by Number(...) or String(...).",
    ],
    [
      'an arrow that returns nothing',
      ({ shops }) => shops.featurize({ x: () => undefined }),
      'MILLRACE_STREAM_ARROW_TYPE',
      "feature 'x': the arrow returns nothing for made-up records, so its type is unknown. Return a number (a quantity) or a string (a category) for every record, for example by Number(...) or String(...).",
    ],
    [
      'a promise',
      ({ shops }) => shops.featurize({ x: async () => 1 }),
      'MILLRACE_STREAM_ARROW_TYPE',
      `feature 'x': it does not answer at once. ${AT_ONCE}`,
    ],
    [
      'a feature',
      ({ shops }) => shops.featurize({ x: 7 }),
      'MILLRACE_STREAM_FEATURE',
      "feature 'x': 7 is no feature. Give a field name, an arrow, or a feature such as events.by(...).window(...).count().",
    ],
    [
      'the name of a feature',
      ({ shops }) => shops.featurize({ 'a.b': 'amount' }),
      'MILLRACE_STREAM_FEATURE',
      "feature 'a.b': the name is not possible. Use letters, digits, _ and -, a letter first.",
    ],
    [
      'the events of a feature',
      ({ shops, outcomes }) => shops.featurize({ x: outcomes.by('id').window('1h').count() }),
      'MILLRACE_STREAM_FEATURE',
      "features.x: is keyed by fields of 'outcomes', but the rows are events of 'visits'. Build features from the events that are predicted on, or from their labels.",
    ],
    [
      'a key',
      ({ shops }) => shops.by(),
      'MILLRACE_STREAM_FEATURE',
      "by(...): no key is given. Name a field or an arrow, for example by('origin').",
    ],
    [
      "a key's field",
      ({ shops }) => shops.featurize({ x: shops.by('sop').window('1h').count() }),
      'MILLRACE_STREAM_UNKNOWN_FIELD',
      `by(...): 'sop' is no field of visit.avsc. Did you mean 'shop'? ${names}.`,
    ],
    [
      'a mean of strings',
      ({ shops }) => shops.by('shop').window('1h').mean('kind'),
      'MILLRACE_STREAM_FEATURE',
      "by(...): 'kind' is a string, and a number is needed. Use count, distinct or top for strings, or another field.",
    ],
    [
      'a mean of what',
      ({ shops }) => shops.by('shop').window('1h').mean(),
      'MILLRACE_STREAM_FEATURE',
      "by(...): a statistic of events needs a field. Name the field, for example mean('distance').",
    ],
    [
      'the most frequent number',
      ({ shops }) => shops.by('shop').latest(5).top(1, 'amount'),
      'MILLRACE_STREAM_FEATURE',
      "by(...): 'amount' is a number, and top counts strings. Use last, mean or quantile for numbers, or another field.",
    ],
    [
      'the most frequent boolean label',
      ({ sold }) => sold.by('shop').latest(5).top(1),
      'MILLRACE_STREAM_FEATURE',
      'by(...): the label is no string, and top counts strings. Use last, mean or quantile for numbers, or another field.',
    ],
    [
      'a rate without time',
      ({ shops }) => shops.by('shop').latest(5).rate(),
      'MILLRACE_STREAM_FEATURE',
      "by(...): rate: this window has no length in time. Use window('10m').rate() or ewRate('10m').",
    ],
    [
      'a rank',
      ({ shops }) => shops.by('shop').latest(5).top(0, 'kind'),
      'MILLRACE_STREAM_MODEL',
      'top: 0 is not possible. Give a whole number, at least 1 and at most 100.',
    ],
    [
      "a window's option",
      ({ shops }) => shops.by('shop').window('1h', { step: '1m' }),
      'MILLRACE_STREAM_MODEL',
      "window: 'step' is no option. Use one of: every, grace.",
    ],
    [
      'a ratio of ratios',
      ({ shops }) => {
        const count = shops.by('shop').window('1h').count()
        return ratio(ratio(count, count), count)
      },
      'MILLRACE_STREAM_FEATURE',
      'ratio(...): it divides plain features with state, neither categories nor other ratios. Give it two features such as events.by(...).window(...).count().',
    ],
    [
      "a fold's option",
      ({ shops }) => shops.by('shop').fold({ init: () => 0, step: () => 0, read: () => 0, expires: '1d' }),
      'MILLRACE_STREAM_MODEL',
      "fold: 'expires' is no option. Did you mean 'expire'? The names are: init, step, read, expire.",
    ],
    [
      "a label's horizon",
      ({ shops, outcomes }) => shops.label(outcomes, { value: (one: any) => one.sold }),
      'MILLRACE_STREAM_LABEL',
      "label: has no horizon. Say how long a label is waited for, for example horizon: '36h'.",
    ],
    [
      'a horizon of nothing',
      ({ shops, outcomes }) => shops.label(outcomes, { value: (one: any) => one.sold, horizon: '0s' }),
      'MILLRACE_STREAM_LABEL',
      "label: the horizon is 0. Give a time to wait, such as '36h'.",
    ],
    [
      "a label's option",
      ({ shops, outcomes }) => shops.label(outcomes, { value: (one: any) => one.sold, horizon: '1h', maxpending: 5 }),
      'MILLRACE_STREAM_MODEL',
      "label: 'maxpending' is no option. Did you mean 'maxPending'? The names are: value, maxPending, onFull, horizon, never, corrected.",
    ],
    [
      'a label without a value',
      ({ shops, outcomes }) => shops.label(outcomes, { horizon: '1h' }),
      'MILLRACE_STREAM_LABEL',
      'label: has no value. Say what the label is, for example { value: (arrival) => arrival.late }.',
    ],
    [
      'what a label is',
      ({ shops, outcomes }) => shops.label(outcomes, { value: (one: any) => (one.sold ? 1 : 'no'), horizon: '1h' }),
      'MILLRACE_STREAM_LABEL',
      'label: the value arrow returns number and string. Return a boolean (binary), a string (multiclass) or a number (regression), the same for every record.',
    ],
    [
      'a field of both records',
      ({ shops, outcomes }) =>
        shops.label(outcomes, { value: (end: any, start: any) => end.price > start.amont, horizon: '1h' }),
      'MILLRACE_STREAM_UNKNOWN_FIELD',
      `label: reads the field 'amont', which visit.avsc does not have. Did you mean 'amount'? ${names}.`,
    ],
    [
      'an implicit value',
      ({ shops, outcomes }) =>
        shops.label(outcomes, { value: (one: any) => one.sold, horizon: '1h', never: { value: 'no' } }),
      'MILLRACE_STREAM_LABEL',
      "label: never has the value no. Give a boolean, as the label's value is.",
    ],
    [
      'a policy',
      ({ shops, outcomes }) => shops.label(outcomes, { value: (one: any) => one.sold, horizon: '1h', onFull: 'stall' }),
      'MILLRACE_STREAM_MODEL',
      "label.onFull: 'stall' is not possible. Use one of: drop-oldest, stop.",
    ],
    [
      'how many may wait',
      ({ shops, outcomes }) => shops.label(outcomes, { value: (one: any) => one.sold, horizon: '1h', maxPending: 0 }),
      'MILLRACE_STREAM_MODEL',
      'label.maxPending: 0 is not possible. Give a whole number, at least 1 and at most 20000000.',
    ],
    [
      'whom the label judges',
      ({ sold, outcomes }) => outcomes.featurize({ price: 'price' }).predict(sold, { model: priorClass() }),
      'MILLRACE_STREAM_LABEL',
      'predict: the label judges other events than those the rows are made of. Call label and featurize on the same events, for example both on `flights`.',
    ],
    [
      'which label a feature is made of',
      ({ shops, outcomes, sold }) => {
        const price = shops.label(outcomes, { value: (one: any) => one.price ?? 0, horizon: '1h' })
        return shops.featurize({ price: price.by('shop').ewMean('1h') }).predict(sold, { model: priorClass() })
      },
      'MILLRACE_STREAM_LABEL',
      'predict: a feature is made of another label than the one that is predicted. Make features of the label that you pass to predict, or of the events that carry the other one.',
    ],
    [
      'the problem of a model',
      ({ rows, sold }) => rows.predict(sold, { model: linearRegression() }),
      'MILLRACE_STREAM_MODEL',
      'model: linear-regression learns regression, but the label makes a binary problem. A boolean label is binary, a string multiclass, a number regression: change the label or the model.',
    ],
    [
      'the problem of a challenger',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), challengers: [linearRegression()] }),
      'MILLRACE_STREAM_MODEL',
      'challengers.0: linear-regression learns regression, but the label makes a binary problem. A boolean label is binary, a string multiclass, a number regression: change the label or the model.',
    ],
    [
      'a category where a number is needed',
      ({ shops, sold }) =>
        shops
          .featurize({ shop: 'shop' })
          .predict(sold, { model: pipeline(standardScaler(), logisticRegression() as any) }),
      'MILLRACE_STREAM_MODEL',
      "model: the model can't learn from these rows (logistic-regression, column 'shop': it takes numbers and indicators, not a category. Put oneHot() or hashing() before it in a pipeline). Change the features or the model.",
    ],
    [
      'a model',
      ({ rows, sold }) => rows.predict(sold, { model: oneHot() }),
      'MILLRACE_STREAM_MODEL',
      'model: is no learner. Give one, such as logisticRegression() or a pipeline that ends in it.',
    ],
    [
      'a baseline',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), baselines: { usual: 0.2 } }),
      'MILLRACE_STREAM_MODEL',
      "baseline 'usual': is no feature with state that is a number. Give one such as late.by('origin').ewMean('2h').",
    ],
    [
      "a baseline's name",
      ({ rows, sold }) =>
        rows.predict(sold, { model: priorClass(), baselines: { prior: sold.by('shop').ewMean('1h') } }),
      'MILLRACE_STREAM_MODEL',
      "baseline 'prior': the name is not possible. Use letters, digits, _ and -; served, prior, lastLabel are taken.",
    ],
    [
      'a slice',
      ({ shops, sold }) =>
        shops.featurize({ amount: 'amount', shop: 'shop' }).predict(sold, { model: priorClass(), slices: ['shops'] }),
      'MILLRACE_STREAM_MODEL',
      "predict: slices names 'shops', which is no category among the features. Did you mean 'shop'? The names are: shop.",
    ],
    [
      'a slice where there are no categories',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), slices: ['amount'] }),
      'MILLRACE_STREAM_MODEL',
      "predict: slices names 'amount', which is no category among the features. There are none to choose from.",
    ],
    [
      'an option of predict',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), challenger: [] }),
      'MILLRACE_STREAM_MODEL',
      "predict: 'challenger' is no option. Did you mean 'challengers'? The names are: model, challengers, baselines, slices, drift, retrain, gate.",
    ],
    [
      'what is watched',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), drift: { features: adwin() } }),
      'MILLRACE_STREAM_MODEL',
      "predict, drift: 'features' is no option. Use one of: loss.",
    ],
    [
      'a detector',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), drift: { loss: {} } }),
      'MILLRACE_STREAM_MODEL',
      'predict, drift: loss has no detector. Give one, such as adwin().',
    ],
    [
      'why to retrain',
      ({ rows, sold }) =>
        rows.predict(sold, { model: priorClass(), retrain: { on: ['loss'], from: { latest: 1000 } } }),
      'MILLRACE_STREAM_MODEL',
      "predict: retrain.on names 'loss', but drift.loss has no detector. Add drift: { loss: adwin() }.",
    ],
    [
      'when to retrain',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), retrain: { from: { latest: 1000 } } }),
      'MILLRACE_STREAM_MODEL',
      "retrain: nothing asks for a model. Add on: ['loss'] or every: '7d'.",
    ],
    [
      'what to retrain from',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), retrain: { every: '7d' } }),
      'MILLRACE_STREAM_MODEL',
      'retrain: nothing says what to train from. Add from: { latest: 200_000 }.',
    ],
    [
      'how much to retrain from',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), retrain: { every: '7d', from: { latest: 10 } } }),
      'MILLRACE_STREAM_MODEL',
      'retrain.from.latest: 10 is not possible. Give a whole number, at least 100.',
    ],
    [
      'the gate',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), gate: { alpha: 1 } }),
      'MILLRACE_STREAM_MODEL',
      'gate.alpha: 1 is not possible. Give a number above 0 and below 1.',
    ],
    [
      'the list of challengers',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), challengers: priorClass() }),
      'MILLRACE_STREAM_MODEL',
      'challengers: are no list of learners. Give one, such as challengers: [gaussianNaiveBayes()].',
    ],
    [
      'a detector that only looks like one',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), drift: { loss: { build() {} } } }),
      'MILLRACE_STREAM_MODEL',
      'predict, drift: loss has no detector. Give one, such as adwin().',
    ],
    [
      'an empty list of reasons to retrain',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), retrain: { on: [], from: { latest: 1000 } } }),
      'MILLRACE_STREAM_MODEL',
      "retrain: nothing asks for a model. Add on: ['loss'] or every: '7d'.",
    ],
    [
      'the drift since which to retrain',
      ({ rows, sold }) =>
        rows.predict(sold, { model: priorClass(), retrain: { every: '7d', from: { latest: 1000, since: 'drift' } } }),
      'MILLRACE_STREAM_MODEL',
      "retrain: from.since is 'drift', but no drift asks for a model. Add on: ['loss'], or leave since out.",
    ],
    [
      'the kind of a number of the gate',
      ({ rows, sold }) => rows.predict(sold, { model: priorClass(), gate: { alpha: '0.05' } }),
      'MILLRACE_STREAM_MODEL',
      'gate.alpha: 0.05 is not possible. Give a number above 0 and below 1.',
    ],
    [
      'a filter that promises',
      ({ shops }) => shops.where(async (one: any) => one.member),
      'MILLRACE_STREAM_ARROW_TYPE',
      `where(async (one) => one.member): it does not answer at once. ${AT_ONCE}`,
    ],
    [
      'a filter that answers with a promise of another',
      ({ shops }) => shops.where((one: any) => Promise.reject(one.member)),
      'MILLRACE_STREAM_ARROW_TYPE',
      `where((one) => Promise.reject(one.member)): it does not answer at once. ${AT_ONCE}`,
    ],
    [
      'a filter that answers nothing',
      ({ shops }) =>
        shops.where((one: any) => {
          void one.member
        }),
      'MILLRACE_STREAM_ARROW_TYPE',
      'where((one) => { void one.member; }): the arrow returns nothing. Return true or false for every record.',
    ],
    [
      'a feature that is the record itself',
      ({ shops }) => shops.featurize({ x: (one: any) => one }),
      'MILLRACE_STREAM_ARROW_TYPE',
      "feature 'x': the arrow returns other. Return a number (a quantity) or a string (a category) for every record, for example by Number(...) or String(...).",
    ],
    [
      'a filter',
      ({ shops }) => shops.where('member'),
      'MILLRACE_STREAM_ARROW_TYPE',
      "where(member): is no arrow. Give one, such as where((event) => event.status === 'open').",
    ],
    [
      'the value of a label, which promises',
      ({ shops, outcomes }) => shops.label(outcomes, { value: async (one: any) => one.sold, horizon: '1h' }),
      'MILLRACE_STREAM_ARROW_TYPE',
      `label: it does not answer at once. ${AT_ONCE}`,
    ],
    [
      'the value where no label comes',
      ({ shops, outcomes }) =>
        shops.label(outcomes, { value: (one: any) => one.price ?? 0, horizon: '1h', never: { value: Number.NaN } }),
      'MILLRACE_STREAM_LABEL',
      "label: never has the value NaN. Give a finite number, or never: 'drop'.",
    ],
    [
      'a fold that promises',
      ({ shops }) => shops.by('shop').fold({ init: () => 0, step: async (sum: number) => sum, read: () => 1 }),
      'MILLRACE_STREAM_ARROW_TYPE',
      `fold, step: it does not answer at once. ${AT_ONCE}`,
    ],
    [
      'a fold without read',
      ({ shops }) => shops.by('shop').fold({ init: () => 0, step: (sum: number) => sum }),
      'MILLRACE_STREAM_FEATURE',
      'fold: read is no function. Give init, step and read.',
    ],
    [
      'the state of a fold',
      ({ shops }) => shops.by('shop').fold({ init: () => new Map(), step: (seen: unknown) => seen, read: () => 1 }),
      'MILLRACE_STREAM_FEATURE',
      `fold, init: the state is or holds a Map. ${PLAIN}`,
    ],
    [
      'the state of a fold after a step',
      ({ shops }) =>
        shops.by('shop').fold({
          init: () => ({ days: [] }),
          step: ({ days }: any, one: any) => ({ days: [...days, new Date(one.at)] }),
          read: ({ days }: any) => days.length,
        }),
      'MILLRACE_STREAM_FEATURE',
      `fold, step: the state is or holds a Date. ${PLAIN}`,
    ],
    [
      'a step that forgets to return',
      ({ sold }) =>
        sold.by('shop').fold({
          init: () => ({ sold: 0 }),
          step: (state: any, isSold: boolean) => {
            state.sold += Number(isSold)
          },
          read: (state: any) => state.sold,
        }),
      'MILLRACE_STREAM_FEATURE',
      `fold, step: the state is or holds nothing. ${PLAIN}`,
    ],
    [
      'a field that a fold reads',
      ({ shops }) =>
        shops.by('shop').fold({ init: () => 0, step: (sum: number, one: any) => sum + one.amont, read: () => 1 }),
      'MILLRACE_STREAM_UNKNOWN_FIELD',
      `fold, step: reads the field 'amont', which visit.avsc does not have. Did you mean 'amount'? ${names}.`,
    ],
    [
      'what may be',
      ({ visits }) => visits.validate({ kind: { oneOf: [] } }),
      'MILLRACE_STREAM_CHECK',
      "validate of 'kind': 'oneOf' is empty, and no value passes. Name the values that may be, such as ['a', 'b'].",
    ],
    [
      'the number put in the place of others',
      ({ visits }) => visits.validate({ amount: { min: 5, onFail: 'impute', with: 1 } }),
      'MILLRACE_STREAM_CHECK',
      "validate of 'amount': the value to put in place, 1, fails the check itself. Give one that passes it.",
    ],
    [
      'the string put in the place of others',
      ({ visits }) => visits.validate({ kind: { pattern: /^[a-z]+$/g, onFail: 'impute', with: 'A' } }),
      'MILLRACE_STREAM_CHECK',
      `validate of 'kind': the value to put in place, "A", fails the check itself. Give one that passes it.`,
    ],
  ]

  it.each(cases)('%s', (_, build, code, message) => {
    const found = wrong(build)
    expect(found.code).toBe(code)
    expect(found.message).toBe(message.startsWith('ratio(') ? message : `stream 'shop', ${message}`)
  })

  it('an input', () => {
    expect(failure(() => built(({ visit }) => visit))).toEqual({
      code: 'MILLRACE_STREAM_UNKNOWN_FIELD',
      message:
        "stream 'shop', build: there is no input 'visit'. Did you mean 'visits'? The names are: visits, outcomes.",
    })
  })

  it('a ratio, which stands outside of the stream', () => {
    expect(failure(() => ratio('amount' as never, 'amount' as never))).toEqual({
      code: 'MILLRACE_STREAM_FEATURE',
      message:
        'ratio(...): it divides plain features with state, neither categories nor other ratios. Give it two features such as events.by(...).window(...).count().',
    })
  })

  it('a duration', () => {
    expect(wrong(({ shops }) => shops.by('shop').window('2 hours'))).toEqual({
      code: 'MILLRACE_STATS_PARAMETER',
      message: `stream 'shop', window: "2 hours" is no duration. Write a number and a unit (ms, s, m, h, d), such as '30m'.`,
    })
  })

  it('whether to predict at all', () => {
    expect(failure(() => built(() => {}))).toEqual({
      code: 'MILLRACE_STREAM_MODEL',
      message: "stream 'shop', build: nothing is predicted. Return rows.predict(label, { model }) from build.",
    })
  })

  it('how often to predict', () => {
    expect(wrong(({ rows, sold }) => rows.predict(sold, { model: priorClass() }))).toEqual({
      code: 'MILLRACE_STREAM_MODEL',
      message: "stream 'shop', predict: is called a second time. Give each model a stream of its own.",
    })
  })

  it('classes that a number predicts', () => {
    const found = failure(() =>
      built(({ visits, outcomes }) => {
        const why = visits.label(outcomes, { value: (one: any) => one.reason ?? 'none', horizon: '1h' })
        return visits
          .featurize({ amount: 'amount' })
          .predict(why, { model: priorClass(), baselines: { x: why.by('kind').window('1h').count() } })
      }),
    )
    expect(found.message).toBe(
      "stream 'shop', baselines: a number is no prediction of classes. Leave baselines out: prior and lastLabel run anyway.",
    )
  })

  it('an option of the stream itself', () => {
    expect(failure(() => built(() => {}, { retention: '7d' }))).toEqual({
      code: 'MILLRACE_STREAM_MODEL',
      message: "stream 'shop', defineStream: 'retention' is no option. Use one of: name, inputs, build.",
    })
  })

  it.each(['predictions', 'signals', 'models', 'dead-letters', 'control', 'journal'])(
    'an input of its own %s',
    (own) => {
      expect(wrongInput({ topic: `shop.${own}` })).toEqual({
        code: 'MILLRACE_STREAM_NAME',
        message: `stream 'shop', input 'visits': the topic 'shop.${own}' is what this stream writes itself. Read another topic, or read ${own} in a stream of another name.`,
      })
    },
  )
})

describe('a feature that gives the label away', () => {
  const leaking = (features: (visits: any, label: any) => Record<string, unknown>, value: (one: any) => unknown) =>
    built(({ visits }) => {
      const label = visits.label({ value, after: '1h' })
      return visits.featurize(features(visits, label)).predict(label, { model: priorClass() })
    })

  it.each([
    [(one: any) => one.member, 'member'],
    [(one: any) => !one.member && one.kind === 'a', 'kind'],
    [({ amount }: any) => amount > 3, 'amount'],
  ])('is refused: %s', (value, field) => {
    expect(failure(() => leaking(() => ({ at: 'at', known: field }), value))).toEqual({
      code: 'MILLRACE_STREAM_LABEL',
      message: `stream 'shop', feature 'known': the value of the label is read off '${field}' of the same event, so the model would be told what it is to foresee. Leave it out; or, where '${field}' alone does not give the label away, say so by an arrow: (event) => event.${field}.`,
    })
  })

  it.each([
    ['the field is another', () => ({ amount: 'amount', kind: 'kind' })],
    ['an arrow says that it is no leak', () => ({ member: (one: any) => one.member })],
    ['it is known from labels before', (_: any, label: any) => ({ member: label.by('kind').last() })],
  ])('is none where %s', (_, features) => {
    expect(leaking(features, (one) => one.member)).toBeDefined()
  })

  it('is none where the label comes from a later record', () => {
    const graph = built(({ visits }) => {
      const [opened, closed] = [visits.where((one: any) => !one.member), visits.where((one: any) => one.member)]
      const member = opened.label(closed, { value: (one: any) => one.member, horizon: '1h' })
      return opened.featurize({ member: 'member' }).predict(member, { model: priorClass() })
    })
    expect(graph).toBeDefined()
  })
})
