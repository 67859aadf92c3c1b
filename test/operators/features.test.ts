import {
  defineStream,
  lastLabel,
  logisticRegression,
  oneHot,
  pipeline,
  priorClass,
  ratio,
  standardScaler,
} from 'millrace'
import type { Events, Feature, Schemas } from 'millrace'
import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/stream/build-graph.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { Run, runGraph } from './run-graph.ts'
import { outcome, visit, visitInputs, visitSchemas } from './visits.ts'

type Visit = Schemas['visit.avsc'] & { shop: string }
type Spec = Record<string, Feature<Visit> | keyof Visit | ((one: Visit) => string | number | boolean | null)>

/** Rows of these features; their labels come, if they do, within an hour. */
function rowsOf(
  features: (visits: Events<Visit>, sold: ReturnType<typeof soldOf>, outcomes: Events<Schemas['outcome.avsc']>) => Spec,
): Graph {
  const stream = defineStream({
    name: 'features',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const shops = visits.validate({ shop: 'required' })
      const sold = soldOf(shops, outcomes)
      return shops
        .featurize(features(shops, sold, outcomes) as { [name: string]: Feature<Visit> })
        .predict(sold, { model: priorClass() })
    },
  })
  return buildGraph(stream, visitSchemas)
}

function soldOf(visits: Events<Visit>, outcomes: Events<Schemas['outcome.avsc']>) {
  return visits.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
}

/** The first column of every row that waits. */
function column(run: Run): number[] {
  return run.waitingRows().map(([value]) => value)
}

describe('a feature of events', () => {
  const visits = [
    visit('1', 0, { amount: 4 }),
    visit('2', 1000, { amount: 6, shop: 'b' }),
    visit('3', 2000, { amount: 8 }),
    visit('4', 9000, { amount: 1 }),
    visit('5', 11_000, { amount: 3 }),
  ]

  it('counts what came before the row in its window, never the row itself', () => {
    const graph = rowsOf((shops) => ({ count: shops.by('shop').window('10s').count() }))
    expect(column(runGraph(graph, visits))).toEqual([0, 0, 1, 2, 2])
  })

  it('is a rate per second of the window', () => {
    const graph = rowsOf((shops) => ({ rate: shops.by('shop').window('10s').rate() }))
    expect(column(runGraph(graph, visits))).toEqual([0, 0, 0.1, 0.2, 0.2])
  })

  it('reads every statistic of the values so far', () => {
    const graph = rowsOf((shops) => {
      const all = shops.by('shop').window('1h')
      return {
        sum: all.sum('amount'),
        mean: all.mean('amount'),
        min: all.min('amount'),
        max: all.max('amount'),
        variance: all.variance('amount'),
        distinct: all.distinct('amount'),
        last: shops.by('shop').last('amount'),
        lag: shops.by('shop').lag(2, 'amount'),
        since: shops.by('shop').timeSince(),
        session: shops.by('shop').session('5s').count(),
        latest: shops.by('shop').latest(2).mean('amount'),
      }
    })
    const rows = runGraph(graph, visits).waitingRows()
    const expected = [13, 13 / 3, 1, 8, ((4 - 13 / 3) ** 2 + (8 - 13 / 3) ** 2 + (1 - 13 / 3) ** 2) / 2]
    expected.forEach((value, i) => expect(rows[4][i]).toBeCloseTo(value, 12))
    expect(Math.round(rows[4][5])).toBe(3)
    expect(rows[4].slice(6)).toEqual([1, 8, 2000, 1, 4.5])
    expect(rows[0].slice(6)).toEqual([Number.NaN, Number.NaN, Number.NaN, 0, Number.NaN])
  })

  it('knows the most frequent string before the row, as a category', () => {
    const graph = rowsOf((shops) => ({ top: shops.by('shop').latest(3).top(1, 'kind') }))
    const run = runGraph(
      graph,
      ['x', 'y', 'y', 'x', 'x'].map((kind, i) => visit(`${i}`, i, { kind })),
    )
    expect(column(run).map((code) => run.state.rows.category(0, code))).toEqual([undefined, 'x', 'x', 'y', 'y'])
  })

  it('divides one feature by another, missing where there is nothing to divide by', () => {
    const graph = rowsOf((shops) => {
      const all = shops.by('shop').window('1h')
      return { share: ratio(all.sum('amount'), all.count()) }
    })
    expect(column(runGraph(graph, visits))).toEqual([Number.NaN, Number.NaN, 4, 6, 13 / 3])
  })

  it('feeds on nothing where its field is missing', () => {
    const graph = rowsOf((shops) => ({ mean: shops.by('shop').window('1h').mean('amount') }))
    const run = runGraph(graph, [visit('1', 0, { amount: null }), visit('2', 1, { amount: 3 }), visit('3', 2)])
    expect(column(run)).toEqual([Number.NaN, Number.NaN, 3])
  })

  it('feeds on events that are not predicted on, and is read by those that are', () => {
    const graph = rowsOf((shops) => {
      const members = shops.where((one) => one.member)
      return {
        members: members
          .by((one) => `${one.shop}!`)
          .window('1h')
          .count(),
      }
    })
    const run = runGraph(graph, [
      visit('1', 0, { member: true }),
      visit('2', 1, { shop: 'b' }),
      visit('3', 2, { member: true, shop: 'b' }),
      visit('4', 3),
      visit('5', 4, { shop: 'b' }),
    ])
    expect(column(run)).toEqual([0, 0, 0, 1, 1])
  })

  it('counts what comes too late for a window, and tells of it ever more rarely', () => {
    const graph = rowsOf((shops) => ({ count: shops.by('shop').window('10s').count() }))
    const late = Array.from({ length: 5 }, (_, i) => visit(`${i}`, i, { arrival: 100_000 }))
    const run = runGraph(graph, [visit('0', 100_000), ...late])
    expect(run.state.count('lateUpdates')).toBe(5)
    expect(run.signals.map(({ kind, source, detail }) => [kind, source, detail])).toEqual(
      [1, 2, 4].map((count) => [
        'late',
        'features.count',
        `an event of 1970-01-01T00:00:00.00${count - 1}Z came too late for its window; ${count} such so far`,
      ]),
    )
  })
})

describe('a feature of labels', () => {
  it('is fed by arrival, for the key of the event that was judged', () => {
    const graph = rowsOf((_, sold) => ({ rate: sold.by('shop').latest(10).mean() }))
    const run = runGraph(graph, [
      visit('1', 0),
      visit('2', 1, { shop: 'b' }),
      outcome('1', 0, true, { arrival: 100 }), // about long ago, known now
      visit('3', 101),
      visit('4', 102, { shop: 'b' }),
      outcome('2', 103, false),
      outcome('3', 104, false),
      visit('5', 105),
      visit('6', 106, { shop: 'b' }),
    ])
    expect(column(run)).toEqual([Number.NaN, 0.5, 0]) // of visits 4, 5, 6, which wait
  })

  it('fades with the time since the label arrived, not since its event', () => {
    const graph = rowsOf((_, sold) => ({ rate: sold.by('shop').ewMean('1s', { prior: { value: 0, weight: 1 } }) }))
    const run = runGraph(graph, [
      visit('1', 0),
      outcome('1', 0, true, { arrival: 5000 }),
      visit('2', 5000),
      visit('3', 6000),
      visit('4', 8000),
    ])
    expect(column(run)).toEqual([0.5, 0.5 / 1.5, 0.125 / 1.125].map((rate) => expect.closeTo(rate, 14)))
  })

  it('keeps the key of an event that waits for its label', () => {
    const graph = rowsOf((_, sold) => ({ rate: sold.by('shop').ewMean('10ms') })) // a key without use is forgotten after 320 ms
    const others = Array.from({ length: 50 }, (_, i) => visit(`other ${i}`, 1000 + i, { shop: 'b' }))
    const run = runGraph(graph, [visit('1', 0), ...others, outcome('1', 2000, true), visit('2', 2001)])
    expect(column(run).at(-1)).toBe(1)
  })
})

describe('a fold', () => {
  const spent = (shops: Events<Visit>): Feature<Visit> =>
    shops.by('shop').fold({
      init: () => ({ sum: 0 }),
      step: (state, one) => {
        if (one.amount === null) throw new Error('no amount')
        return { sum: state.sum + one.amount }
      },
      read: (state, one) => state.sum * (one.member ? 2 : 1),
      expire: '1m',
    })

  it('reads its state before the row, and the row', () => {
    const run = runGraph(
      rowsOf((shops) => ({ spent: spent(shops) })),
      [visit('1', 0, { amount: 3 }), visit('2', 1, { amount: 4 }), visit('3', 2, { member: true })],
    )
    expect(column(run)).toEqual([0, 3, 14])
  })

  it('forgets a key after `expire` without events', () => {
    const run = runGraph(
      rowsOf((shops) => ({ spent: spent(shops), long: shops.by('shop').window('30d').count() })),
      [
        visit('1', 0, { amount: 3 }),
        visit('2', 60_000, { amount: 4 }),
        visit('3', 120_001, { amount: 5 }),
        visit('4', 120_002),
      ],
    )
    expect(column(run)).toEqual([0, 3, 0, 5])
  })

  it('that throws makes the record a dead letter as a whole: it is neither predicted on nor fed to anything', () => {
    const graph = rowsOf((shops) => ({ spent: spent(shops), count: shops.by('shop').window('1h').count() }))
    const run = runGraph(graph, [visit('1', 0), visit('2', 1, { amount: null }), visit('3', 2)])
    expect(run.deadLetters).toEqual([{ record: 1, cause: 'features.spent, step threw: no amount' }])
    expect(run.waitingRows()).toEqual([
      [0, 0],
      [1, 1],
    ])
  })

  it('that throws on reading makes the record a dead letter', () => {
    const graph = rowsOf((shops) => ({
      bad: shops.by('shop').fold({
        init: () => 0,
        step: (state) => state + 1,
        read: (state) => {
          if (state === 1) throw new Error('one')
          return state
        },
      }),
    }))
    const run = runGraph(graph, [visit('1', 0), visit('2', 1), visit('3', 2)])
    expect(run.deadLetters.map(({ cause }) => cause)).toEqual([
      'features.bad, read threw: one',
      'features.bad, read threw: one',
    ])
  })

  it('begins each key anew, though `init` gives one object to all and `step` changes it in place', () => {
    const shared = { visits: 0 }
    const graph = rowsOf((shops) => ({
      visits: shops.by('shop').fold({
        init: () => shared,
        step: (state) => {
          state.visits++
          return state
        },
        read: (state) => state.visits,
      }),
    }))
    const run = runGraph(graph, [
      visit('1', 0),
      visit('2', 1, { shop: 'b' }),
      visit('3', 2),
      visit('4', 3, { shop: 'c' }),
    ])
    expect(column(run)).toEqual([0, 0, 1, 0])
    expect(shared).toEqual({ visits: 0 })
  })

  it('that grows beyond 8,192 characters makes the record a dead letter', () => {
    const graph = rowsOf((shops) => ({
      all: shops.by('shop').fold({
        init: () => [] as string[],
        step: (state, one) => [...state, one.kind],
        read: (state) => state.length,
      }),
    }))
    const kind = 'x'.repeat(4000)
    const run = runGraph(graph, [visit('1', 0, { kind }), visit('2', 1, { kind }), visit('3', 2, { kind })])
    expect(run.deadLetters).toEqual([
      { record: 2, cause: 'features.all, step threw: the state is 12010 characters of JSON, more than 8192' },
    ])
  })

  it('cannot be changed from outside: each call sees a copy of its own', () => {
    const graph = rowsOf((shops) => ({
      sum: shops.by('shop').fold({
        init: () => ({ values: [0] }),
        step: (state, one) => {
          ;(state.values as number[]).push(one.amount ?? 0)
          return state
        },
        read: (state) => (state.values as number[]).splice(0).reduce((a, b) => a + b),
      }),
    }))
    const run = runGraph(graph, [visit('1', 0), visit('2', 1), visit('3', 2)])
    expect(column(run)).toEqual([0, 1, 2])
  })

  it('may be fed with labels', () => {
    const graph = rowsOf((_, sold) => ({
      streak: sold.by('shop').fold({
        init: () => 0,
        step: (streak, wasSold) => (wasSold ? streak + 1 : 0),
        read: (streak) => streak,
      }),
    }))
    const run = runGraph(graph, [
      visit('1', 0),
      visit('2', 0),
      visit('3', 0),
      outcome('1', 1, true),
      outcome('2', 2, true),
      visit('4', 3),
      outcome('3', 4, false),
      visit('5', 5),
    ])
    expect(column(run)).toEqual([2, 0])
  })

  it('that throws on a label keeps its state, and the label is learned', () => {
    const graph = rowsOf((_, sold) => ({
      bad: sold.by('shop').fold({
        init: () => 7,
        step: () => {
          throw new Error('never')
        },
        read: (state) => state,
      }),
    }))
    const run = runGraph(graph, [visit('1', 0), outcome('1', 1, true), visit('2', 3)])
    expect(run.state.count('learned')).toBe(1)
    expect(run.state.count('arrowFailures')).toBe(1)
    expect(run.signals[0].detail).toBe('features.bad, step threw: never; 1 such so far')
    expect(column(run)).toEqual([7])
  })
})

describe('a row', () => {
  it('has fields, arrows and booleans as numbers, strings as codes in the order they came, null as 0 or NaN', () => {
    const graph = rowsOf(() => ({
      amount: 'amount',
      member: 'member',
      kind: 'kind',
      half: (one) => (one.amount === null ? null : one.amount / 2),
      rich: (one) => (one.amount ?? 0) > 2,
      size: (one) => (one.amount === 3 ? 'three' : 'other'),
    }))
    const run = runGraph(graph, [
      visit('1', 0, { amount: 3, kind: 'x' }),
      visit('2', 1, { amount: null, kind: 'y', member: true }),
      visit('3', 2, { amount: 4, kind: 'x' }),
    ])
    expect(run.waitingRows()).toEqual([
      [3, 0, 1, 1.5, 1, 1],
      [Number.NaN, 1, 2, Number.NaN, 0, 2],
      [4, 0, 1, 2, 1, 2],
    ])
  })

  it('takes a string beyond the 1,023rd as unknown', () => {
    const graph = rowsOf(() => ({ kind: 'kind' }))
    const run = runGraph(
      graph,
      Array.from({ length: 1030 }, (_, i) => visit(`${i}`, i, { kind: `k${i}` })),
      [64],
    )
    expect(column(run).slice(1020)).toEqual([1021, 1022, 1023, 0, 0, 0, 0, 0, 0, 0])
  })

  it('is learned as it was predicted on, whatever scalers and windows have become since', () => {
    const stream = defineStream({
      name: 'kept',
      inputs: visitInputs,
      build: ({ visits, outcomes }) => {
        const sold = visits.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
        const rows = visits.featurize({
          amount: 'amount',
          kind: 'kind',
          before: visits.by('kind').window('1h').count(),
        })
        return rows.predict(sold, { model: pipeline(oneHot(), standardScaler(), logisticRegression()) })
      },
    })
    const graph = buildGraph(stream, visitSchemas)
    const run = new Run(graph)
    const learned: number[][] = []
    run.state.observer = (values, at, layout) =>
      learned.push([...values.subarray(at + layout.row, at + layout.row + 3)])
    run.takeCut(
      [
        visit('1', 0, { amount: 2, kind: 'x' }),
        visit('2', 1, { amount: 50, kind: 'y' }),
        visit('3', 2, { amount: -9, kind: 'x' }),
      ],
      [2],
    )
    const predictedOn = run.waitingRows()
    expect(predictedOn).toEqual([
      [2, 1, 0],
      [50, 2, 0],
      [-9, 1, 1],
    ])
    run.take([outcome('3', 3, true), outcome('1', 4, false), outcome('2', 5, true)])
    expect(learned).toEqual([predictedOn[2], predictedOn[0], predictedOn[1]])
  })
})

describe('a scaler', () => {
  const predictions = (learn: 'with-label' | 'on-arrival'): number[] => {
    const stream = defineStream({
      name: 'scaled',
      inputs: visitInputs,
      build: ({ visits, outcomes }) => {
        const sold = visits.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
        const model = pipeline(
          standardScaler({ learn }),
          logisticRegression({ optimizer: 'sgd', learningRate: 1, interceptLearningRate: 0 }),
        )
        return visits.featurize({ amount: 'amount' }).predict(sold, { model })
      },
    })
    const records = [
      visit('1', 0, { amount: 1 }),
      visit('2', 1, { amount: 3 }),
      outcome('1', 2, false),
      outcome('2', 3, true),
      visit('3', 4, { amount: 11 }),
      visit('4', 5, { amount: 11 }),
    ]
    return runGraph(buildGraph(stream, visitSchemas), records).values
  }

  it('learns with the label', () => {
    // Scaled with mean 2 and deviation 1, (11 - 2) = 9, at both of the last two visits. The weight is that of the second
    // label: 1/2, for its row is 1 by the scaler that has learned both.
    const margin = 9 / 2
    const p = 1 / (1 + Math.exp(-margin))
    const [, , third, fourth] = predictions('with-label')
    expect(third).toBeCloseTo(p, 12)
    expect(fourth).toBe(third)
  })

  it('learns on arrival where told so', () => {
    // Both rows known before any label: -1 and 1, weights 1/2 and then 1/2 + (1 - p(1/2)). The third row is itself known:
    // mean 5, deviation sqrt(56/3).
    const weight = 0.5 + (1 - 1 / (1 + Math.exp(-0.5)))
    const p = 1 / (1 + Math.exp((-weight * 6) / Math.sqrt(56 / 3)))
    const [, , third, fourth] = predictions('on-arrival')
    expect(third).toBeCloseTo(p, 12)
    expect(fourth).not.toBe(third)
  })
})

describe('champion and challengers', () => {
  it('are scored each by what it said itself, over the same outcomes', () => {
    const stream = defineStream({
      name: 'two',
      inputs: visitInputs,
      build: ({ visits, outcomes }) => {
        const sold = visits.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
        return visits.featurize({ amount: 'amount' }).predict(sold, { model: priorClass(), challengers: [lastLabel()] })
      },
    })
    const records = [true, true, false, true, false, false].flatMap((sold, i) => [
      visit(`${i}`, i * 10),
      outcome(`${i}`, i * 10 + 5, sold),
    ])
    const { state, values } = runGraph(buildGraph(stream, visitSchemas), records)
    expect(values).toEqual([0.5, 1, 1, 2 / 3, 3 / 4, 3 / 5])
    const [served, prior, last] = state.evaluation.read()
    // An even chance counts as false. The champion misses the 1st, 3rd, 5th and 6th; the last label misses the 1st, 3rd, 4th and 5th.
    expect(served.whole.values.accuracy).toBeCloseTo(2 / 6, 12)
    expect(prior.whole.values).toEqual(served.whole.values)
    expect(last.whole.values.accuracy).toBeCloseTo(2 / 6, 12)
    const challenger = state.evaluation.readSlot(1, 'challenger')
    expect(challenger.whole.values).toEqual(last.whole.values)
    expect(challenger.outcomes).toBe(6)
  })
})
