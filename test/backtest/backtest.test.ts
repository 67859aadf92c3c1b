import { defineStream, lastLabel, priorClass } from 'millrace'
import { describe, expect, it } from 'vitest'
import { backtest } from '../../src/backtest/backtest.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'
import { type Arrived, outcome, visit, visitInputs, visitSchemas } from '../operators/visits.ts'

const DAY = 86_400_000
const shops = ['a', '<b> & "c"']

const graph = buildGraph(
  defineStream({
    name: 'sold',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const good = visits.validate({ shop: 'required' })
      const sold = good.label(outcomes, { value: (one) => one.sold, horizon: '12h' })
      const rows = good.featurize({ shop: 'shop', kind: 'kind' })
      return rows.predict(sold, {
        model: priorClass(),
        challengers: [lastLabel()],
        baselines: { shopRate: sold.by('shop').ewMean('30d') },
        slices: ['shop'],
      })
    },
  }),
  visitSchemas,
)

/** Ninety days of ten visits each: those to the first shop buy every other time, those to the second never. */
const records: Arrived[] = Array.from({ length: 900 }, (_, i) => {
  const at = DAY + Math.floor(i / 10) * DAY + (i % 10) * 1000
  const shop = shops[i % 3 === 0 ? 1 : 0]
  return [visit(`${i}`, at, { shop }), outcome(`${i}`, at + 500, i % 3 !== 0 && i % 2 === 0)]
}).flat()

describe('backtest', () => {
  it('predicts, waits for each label and learns, whatever the batches', async () => {
    const result = await backtest(graph, records)
    expect(result.events).toBe(1800)
    expect(result.predictions).toBe(900)
    expect([result.from, result.to]).toEqual([DAY, DAY + 89 * DAY + 9500])
    expect(result.count('learned')).toBe(900)
    const [served, prior, last, shopRate] = result.scores
    expect(result.scores.map(({ name }) => name)).toEqual(['served', 'prior', 'lastLabel', 'shopRate'])
    expect(served.whole).toEqual(prior.whole)
    expect(served.whole.values['log-loss']).toBeCloseTo(-(Math.log(1 / 3) + 2 * Math.log(2 / 3)) / 3, 1)
    // All of the first shop's against the second's, and against its own rather the wrong way round: a sale raises the rate, and the next visit buys nothing.
    expect(shopRate.whole.values['roc-auc']).toBeCloseTo(0.5633, 3)
    expect(result.challengers.map(({ name, outcomes }) => [name, outcomes])).toEqual([['v0.0-c1', 900]])
    expect(result.challengers[0].whole).toEqual(last.whole)
    const cut = await backtest(graph, records, { batchRows: 7 })
    expect(cut.scores).toEqual(result.scores)
    expect(cut.curve).toEqual(result.curve)
  })

  it('follows the figures day by day', async () => {
    const { curve } = await backtest(graph, records)
    expect(curve.map(({ time, outcomes }) => [time, outcomes])).toEqual(
      Array.from({ length: 90 }, (_, day) => [DAY + day * DAY, 10]),
    )
    expect(curve[89].values.map(({ accuracy }) => accuracy)).toEqual([0.6, 0.6, 0.2, 0.5])
  })

  it('tells slices apart by category, the most frequent first', async () => {
    const { slices } = await backtest(graph, records)
    expect(Object.keys(slices)).toEqual(['shop'])
    expect(slices.shop.map(({ category, outcomes }) => [category, outcomes])).toEqual([
      ['a', 600],
      [shops[1], 300],
    ])
    expect(slices.shop[1].values.accuracy).toBeGreaterThan(0.99)
  })

  it('says which records were of no use', async () => {
    const { deadLetters, count } = await backtest(graph, [
      records[0],
      visit('x', DAY + 100, { shop: null }),
      visit('y', DAY + 200),
      outcome('z', DAY + 300, 7 as never),
    ])
    expect(deadLetters).toEqual([
      { input: 'visits', record: 1, cause: "'shop' is missing" },
      { input: 'outcomes', record: 0, cause: "'sold' is a number, not a boolean" },
    ])
    expect(count('rejected')).toBe(2)
  })

  it('keeps the first thousand of those, and counts all', async () => {
    const bad = Array.from({ length: 3000 }, (_, i) => visit(`${i}`, DAY + i, { shop: null }))
    const { deadLetters, count } = await backtest(graph, bad)
    expect(deadLetters.length).toBe(1000)
    expect(count('rejected')).toBe(3000)
  })

  it('tells how far it is', async () => {
    const seen: number[][] = []
    await backtest(graph, records, { batchRows: 600, onProgress: (...progress) => seen.push(progress) })
    expect(seen.map(([events]) => events)).toEqual([600, 1200, 1800])
    expect(seen[2][1]).toBe(DAY + 89 * DAY + 9500)
  })

  it('of nothing gives nothing', async () => {
    const result = await backtest(graph, [])
    expect([result.events, result.predictions, result.curve]).toEqual([0, 0, []])
  })
})
