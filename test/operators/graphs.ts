import {
  adwin,
  defineStream,
  gaussianNaiveBayes,
  linearRegression,
  logisticRegression,
  oneHot,
  pipeline,
  priorClass,
  ratio,
  standardScaler,
  type Events,
  type Schemas,
} from 'millrace'
import { buildGraph } from '../../src/stream/build-graph.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { visitInputs, visitSchemas } from './visits.ts'

type Visit = Schemas['visit.avsc'] & { shop: string }

/** One feature of every kind that events feed. */
function featuresOf(visits: Events<Visit>) {
  const byShop = visits.by('shop')
  const byShopAndKind = visits.where((one) => one.member).by('shop', (one) => one.kind.length)
  return {
    shop: 'shop' as const,
    kind: 'kind' as const,
    amount: 'amount' as const,
    double: (one: Visit) => (one.amount ?? 0) * 2,
    parity: (one: Visit) => ((one.amount ?? 1) % 2 === 0 ? 'even' : 'odd'),
    count: byShop.window('100ms', { every: '10ms', grace: '20ms' }).count(),
    tumbling: byShop.window('50ms', { every: '50ms' }).mean('amount'),
    sliding: byShopAndKind.window('90ms').max('amount'),
    quantile: byShop.session('60ms').quantile(0.5, 'amount'),
    distinct: byShop.session('30ms').distinct('kind'),
    top: byShop.latest(5).top(1, 'kind'),
    share: ratio(byShop.window('60ms').sum('amount'), byShop.window('60ms').count()),
    rate: byShop.ewRate('20ms'),
    fading: byShopAndKind.ewMean('15ms', 'amount', { prior: { value: 1, weight: 2 } }),
    lag: byShop.lag(2, 'amount'),
    since: byShop.timeSince(),
    spent: byShop.fold({
      init: () => ({ sum: 0, seen: [] as string[] }),
      step: (state, one) => {
        if (one.amount === 4) throw new Error('four')
        return { sum: state.sum + (one.amount ?? 0), seen: [...state.seen.slice(-2), one.kind] }
      },
      read: (state, one) => {
        if (one.amount === -4) throw new Error('minus four')
        return state.sum + state.seen.length
      },
      expire: '400ms',
    }),
  }
}

function binary(): Graph {
  const stream = defineStream({
    name: 'binary',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const shops = visits.validate({ shop: 'required', amount: { min: -100, onFail: 'warn' } })
      const ends = outcomes.validate({ price: { max: 90, onFail: 'quarantine' } })
      const sold = shops.label(ends, {
        value: (one) => one.sold,
        horizon: '200ms',
        never: { value: false },
        maxPending: 20,
      })
      const byShop = sold.by('shop')
      const rows = shops.featurize({
        ...featuresOf(shops),
        soldLately: byShop.ewMean('50ms'),
        soldWindow: sold.by('kind').window('100ms').mean(),
        streak: byShop.fold({ init: () => 0, step: (streak, was) => (was ? streak + 1 : 0), read: (streak) => streak }),
      })
      const scaled = pipeline(oneHot(), standardScaler({ learn: 'on-arrival' }), logisticRegression())
      return rows.predict(sold, {
        model: scaled,
        challengers: [pipeline(oneHot(), standardScaler(), gaussianNaiveBayes())],
        baselines: { shopRate: byShop.ewMean('30ms', { prior: { value: 0.5, weight: 3 } }) },
        drift: { loss: adwin({ clock: 1, gracePeriod: 5 }) },
      })
    },
  })
  return buildGraph(stream, visitSchemas)
}

function multiclass(): Graph {
  const stream = defineStream({
    name: 'multiclass',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const shops = visits.validate({ shop: { onFail: 'impute', with: 'none' } })
      const reason = shops.label(outcomes, { value: (one) => one.reason ?? undefined, horizon: '100ms' })
      const rows = shops.featurize({ ...featuresOf(shops), usual: reason.by('shop').latest(4).top(1) })
      return rows.predict(reason, { model: priorClass() })
    },
  })
  return buildGraph(stream, visitSchemas)
}

function joinedAndCorrected(): Graph {
  const stream = defineStream({
    name: 'joined',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const shops = visits.validate({ shop: 'required' })
      const gain = shops.label(outcomes, {
        value: (end, start) => {
          if (end.price === 13) throw new Error('thirteen')
          return end.price === null ? undefined : end.price - (start.amount ?? 0)
        },
        horizon: '150ms',
        corrected: 'learn',
      })
      const rows = shops.featurize({ ...featuresOf(shops), gained: gain.by('shop').latest(3).mean() })
      return rows.predict(gain, { model: pipeline(oneHot(), standardScaler(), linearRegression()) })
    },
  })
  return buildGraph(stream, visitSchemas)
}

function sameTopic(): Graph {
  const stream = defineStream({
    name: 'same-topic',
    inputs: { visits: visitInputs.visits, outcomes: visitInputs.outcomes },
    build: ({ visits, outcomes }) => {
      const shops = visits.validate({ shop: 'required' })
      const next = shops.label(shops, { value: (one) => one.member, horizon: '60ms', maxPending: 10 })
      const rows = shops.featurize({ ...featuresOf(shops), members: next.by('shop').window('50ms').mean() })
      void outcomes.validate({ price: { min: 0, onFail: 'quarantine' } })
      return rows.predict(next, { model: priorClass() })
    },
  })
  return buildGraph(stream, visitSchemas)
}

function sameRecord(): Graph {
  const stream = defineStream({
    name: 'same-record',
    inputs: visitInputs,
    build: ({ visits }) => {
      const shops = visits.validate({ shop: 'required' })
      const member = shops.label({ value: (one) => one.member, after: '40ms' })
      const rows = shops.featurize({ ...featuresOf(shops), members: member.by('shop').ewMean('20ms') })
      return rows.predict(member, { model: priorClass() })
    },
  })
  return buildGraph(stream, visitSchemas)
}

/** Streams that between them use all that a stream can. */
export const graphs: Readonly<Record<string, () => Graph>> = {
  'a binary problem with a challenger, an implicit label and few waiting': binary,
  'classes that come from another topic': multiclass,
  'labels computed from both records, and corrected': joinedAndCorrected,
  'labels that are the next record of the same topic': sameTopic,
  'labels of the same record, later': sameRecord,
}
