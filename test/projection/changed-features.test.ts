import { defineStream, priorClass, ratio } from 'millrace'
import { expect, test } from 'vitest'
import { ChangedFeatures } from '../../src/projection/changed-features.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'
import { Run } from '../operators/run-graph.ts'
import { visit, visitInputs, visitSchemas } from '../operators/visits.ts'

const graph = buildGraph(
  defineStream({
    name: 'features',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const shops = visits.validate({ shop: 'required' })
      const sold = shops.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
      const all = shops.by('shop').window('10s')
      const rows = shops.featurize({
        amount: 'amount',
        count: all.count(),
        rate: all.rate(),
        share: ratio(all.sum('amount'), all.count()),
        ofOthers: ratio(all.sum('amount'), shops.by('kind').window('10s').count()),
        top: shops.by('shop', 'kind').latest(3).top(1, 'kind'),
        twice: shops.by('shop').fold({ init: () => 0, step: (count) => count + 2, read: (count) => count }),
      })
      return rows.predict(sold, { model: priorClass() })
    },
  }),
  visitSchemas,
)

function readAll(features: ChangedFeatures, most = 100): Record<string, string | null> {
  const values: Record<string, string | null> = {}
  features.read(most, (feature, key, value) => {
    values[`${feature} ${key}`] = value
  })
  return values
}

test('changed features are those whose keys were fed, as of the latest event, with it counted in', () => {
  const run = new Run(graph)
  run.take([visit('1', 0, { amount: 4, kind: 'x' }), visit('2', 1000, { amount: 6, shop: 'b', kind: 'y' })])
  const features = new ChangedFeatures(run.state)
  expect(readAll(features)).toEqual({
    'count a': '1',
    'rate a': '0.1',
    'share a': '4',
    'count b': '1',
    'rate b': '0.1',
    'share b': '6',
    'top a|x': 'x',
    'top b|y': 'y',
  })
  expect(readAll(features)).toEqual({})
  run.take([visit('3', 9000, { amount: 2, kind: 'x' })])
  expect(readAll(features)).toEqual({ 'count a': '2', 'rate a': '0.2', 'share a': '3', 'top a|x': 'x' })
  // Nothing to say of it any more: nothing to divide by.
  run.take([visit('4', 60_000, { shop: 'c', amount: null })])
  expect(readAll(features)).toMatchObject({ 'count c': '1', 'share c': expect.anything() })
  features.touchAll()
  expect(readAll(features)).toMatchObject({ 'count a': '0', 'share a': null, 'count c': '1' })
})

test('only so many keys are read at a time, the others later', () => {
  const run = new Run(graph)
  run.take(Array.from({ length: 10 }, (_, i) => visit(String(i), i, { shop: `shop ${i}` })))
  const features = new ChangedFeatures(run.state)
  const counts = () => Object.keys(readAll(features, 4)).filter((name) => name.startsWith('count '))
  expect([counts().length, counts().length, counts().length, counts().length]).toEqual([4, 4, 2, 0])
})
