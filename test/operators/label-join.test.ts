import { defineStream, lastLabel, priorClass, priorMean } from 'millrace'
import { describe, expect, it } from 'vitest'
import type { LearningState } from '../../src/operators/learning-state.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { Run, runGraph } from './run-graph.ts'
import { outcome, visit, visitInputs, visitSchemas } from './visits.ts'

interface Options {
  never?: 'drop' | { value: boolean }
  corrected?: 'ignore' | 'learn'
  maxPending?: number
  onFull?: 'drop-oldest' | 'stop'
}

/** Was it sold? Predicted by the share of those that were, which is 1/2 before the first label. */
function soldWithin(horizon: '100ms' | '1s', options: Options = {}): Graph {
  const stream = defineStream({
    name: 'sold',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const sold = visits.label(outcomes, { value: (one) => one.sold, horizon, ...options })
      return visits.featurize({ amount: 'amount' }).predict(sold, { model: priorClass() })
    },
  })
  return buildGraph(stream, visitSchemas)
}

const counters = [
  'early',
  'late',
  'orphaned',
  'duplicate',
  'corrected',
  'unlabelled',
  'dropped',
  'unknownClass',
] as const

/** What was counted beside predictions and labels learned, without zeros. */
function counts(state: LearningState): Partial<Record<(typeof counters)[number], number>> {
  return Object.fromEntries(counters.flatMap((name) => (state.count(name) > 0 ? [[name, state.count(name)]] : [])))
}

describe('a label from another topic', () => {
  it('is learned when it arrives, and not before', () => {
    const run = runGraph(soldWithin('1s'), [
      visit('1', 10),
      visit('2', 20),
      outcome('1', 30, true),
      visit('3', 40),
      outcome('2', 50, false),
      visit('4', 60),
      outcome('9', 65, true), // early
      visit('5', 70),
    ])
    expect(run.values).toEqual([0.5, 0.5, 1, 0.5, 0.5])
    expect(run.state.count('learned')).toBe(2)
    expect(counts(run.state)).toEqual({ early: 1 })
  })

  it('that comes before its event is learned when the event comes, after its prediction', () => {
    const run = runGraph(soldWithin('1s'), [outcome('1', 10, true), visit('1', 20), visit('2', 30)])
    expect(run.values).toEqual([0.5, 1])
    expect(counts(run.state)).toEqual({ early: 1 })
    expect(run.state.pending.count).toBe(1)
  })

  it('that comes before its event waits for a horizon, no longer', () => {
    const inTime = runGraph(soldWithin('100ms'), [outcome('1', 10, true), visit('1', 110)])
    expect(inTime.state.count('learned')).toBe(1)
    const tooLate = runGraph(soldWithin('100ms'), [outcome('1', 10, true), visit('1', 111)])
    expect(tooLate.state.count('learned')).toBe(0)
    expect(counts(tooLate.state)).toEqual({ early: 1, orphaned: 1 })
  })

  it('whose event never comes is counted as orphaned once its key is forgotten', () => {
    const records = [outcome('1', 10, true), ...Array.from({ length: 10 }, (_, i) => visit(`v${i}`, 1000 + i * 100))]
    expect(counts(runGraph(soldWithin('100ms'), records).state)).toMatchObject({ early: 1, orphaned: 1 })
  })

  it('that comes after the horizon is a dead letter, for one more horizon', () => {
    const run = runGraph(soldWithin('100ms'), [visit('1', 10), outcome('1', 111, true), outcome('1', 120, true)])
    const cause = 'the label came after its horizon'
    expect(run.deadLetters).toEqual([
      { record: 1, cause },
      { record: 2, cause },
    ])
    expect(counts(run.state)).toEqual({ unlabelled: 1, late: 2 })
    expect(run.state.count('learned')).toBe(0)
  })

  it('that comes in the last millisecond of the horizon is in time', () => {
    const run = runGraph(soldWithin('100ms'), [visit('1', 10), outcome('1', 109, true)])
    expect(run.state.count('learned')).toBe(1)
    expect(counts(run.state)).toEqual({})
  })

  it('that comes again is a duplicate', () => {
    const run = runGraph(soldWithin('1s'), [
      visit('1', 10),
      outcome('1', 20, true),
      outcome('1', 30, false),
      visit('2', 40),
    ])
    expect(run.values).toEqual([0.5, 1])
    expect(counts(run.state)).toEqual({ duplicate: 1 })
  })

  it('that comes again and differs is learned again where corrections are, but scored once', () => {
    const run = runGraph(soldWithin('1s', { corrected: 'learn' }), [
      visit('1', 10),
      outcome('1', 20, true),
      outcome('1', 30, true),
      outcome('1', 40, false),
      visit('2', 50),
    ])
    expect(run.values).toEqual([0.5, 0.5]) // one true, one false
    expect(counts(run.state)).toEqual({ duplicate: 1, corrected: 1 })
    expect(run.state.evaluation.read()[0].outcomes).toBe(1)
  })

  it('that corrects after the horizon is late', () => {
    const run = runGraph(soldWithin('100ms', { corrected: 'learn' }), [
      visit('1', 10),
      outcome('1', 20, true),
      outcome('1', 115, false),
    ])
    expect(counts(run.state)).toEqual({ late: 1 })
    expect(run.state.pending.count).toBe(0)
  })

  it('that corrects an early one counts instead of it', () => {
    const records = [outcome('1', 10, true), outcome('1', 20, false), visit('1', 30), visit('2', 40)]
    expect(runGraph(soldWithin('1s', { corrected: 'learn' }), records).values).toEqual([0.5, 0])
    expect(runGraph(soldWithin('1s'), records).values).toEqual([0.5, 1])
  })

  it('judges all waiting events of its key, in the order of their predictions', () => {
    const run = runGraph(soldWithin('1s'), [visit('1', 10), visit('1', 20), visit('1', 30), outcome('1', 40, true)])
    expect(run.state.count('learned')).toBe(3)
    expect(run.state.pending.count).toBe(0)
    run.take([outcome('1', 50, true)])
    expect(counts(run.state)).toEqual({ duplicate: 1 })
  })

  it('judges the events of its key that came since the last one', () => {
    const run = runGraph(soldWithin('1s'), [
      visit('1', 10),
      outcome('1', 20, true),
      visit('1', 30),
      outcome('1', 40, false),
    ])
    expect(run.state.count('learned')).toBe(2)
    expect(counts(run.state)).toEqual({})
  })

  it('leaves the others of its key waiting when the oldest expires', () => {
    const run = runGraph(soldWithin('100ms'), [visit('1', 10), visit('1', 60), outcome('1', 120, true)])
    expect(run.state.count('learned')).toBe(1)
    expect(counts(run.state)).toEqual({ unlabelled: 1 })
  })
})

describe('an event whose label never comes', () => {
  it('teaches nothing', () => {
    const run = runGraph(soldWithin('100ms'), [visit('1', 10), visit('2', 200)])
    expect(run.values).toEqual([0.5, 0.5])
    expect(counts(run.state)).toEqual({ unlabelled: 1 })
  })

  it('teaches the value that `never` gives, at the horizon', () => {
    const run = runGraph(soldWithin('100ms', { never: { value: false } }), [
      visit('1', 10),
      visit('2', 109),
      visit('3', 110),
    ])
    expect(run.values).toEqual([0.5, 0.5, 0])
    expect(run.state.count('learned')).toBe(1)
  })

  it('expires when time goes on without records', () => {
    const run = runGraph(soldWithin('100ms', { never: { value: true } }), [visit('1', 10)])
    run.state.advance(109)
    expect(run.state.count('learned')).toBe(0)
    run.state.advance(110)
    expect(run.state.count('learned')).toBe(1)
  })

  it('gives way to newer ones at maxPending', () => {
    const run = runGraph(soldWithin('1s', { maxPending: 2 }), [
      visit('1', 10),
      visit('2', 20),
      visit('3', 30),
      outcome('1', 40, true),
      outcome('2', 50, true),
    ])
    expect(counts(run.state)).toEqual({ dropped: 1, late: 1 })
    expect(run.deadLetters).toEqual([
      { record: 3, cause: 'the label came after its event had to make room at maxPending' },
    ])
    expect(run.state.count('learned')).toBe(1)
  })

  it("stops the stream at maxPending where onFull is 'stop'", () => {
    const run = new Run(soldWithin('1s', { maxPending: 2, onFull: 'stop' }))
    run.takeCut([visit('1', 10), visit('2', 20)], [1])
    expect(() => run.take([visit('3', 30)])).toThrow(expect.objectContaining({ code: 'MILLRACE_STREAM_STOPPED' }))
    expect(() => run.take([visit('3', 30)])).toThrow(
      "stream 'sold': 2 events wait for labels, and onFull is 'stop'. Send the labels, raise label.maxPending, or choose onFull: 'drop-oldest'.",
    )
  })
})

describe('a label from a later record of the same topic', () => {
  const graph = buildGraph(
    defineStream({
      name: 'ends',
      inputs: { visits: visitInputs.visits },
      build: ({ visits }) => {
        const ends = visits.where((one) => one.kind === 'end')
        const starts = visits.where((one) => one.kind === 'start')
        const bought = starts.label(ends, { value: (one) => one.member, horizon: '1s' })
        return starts.featurize({ amount: 'amount' }).predict(bought, { model: priorClass() })
      },
    }),
    visitSchemas,
  )

  it('judges the record that began', () => {
    const run = runGraph(graph, [
      visit('1', 10),
      visit('1', 20, { kind: 'end', member: true }),
      visit('2', 30),
      visit('2', 40, { kind: 'other' }),
    ])
    expect(run.predictions.map(([record]) => record)).toEqual([0, 2])
    expect(run.values).toEqual([0.5, 1])
    expect(run.state.count('learned')).toBe(1)
  })

  it('is never its own record: each is judged by the next of its key', () => {
    const next = buildGraph(
      defineStream({
        name: 'next-amount',
        inputs: { visits: visitInputs.visits },
        build: ({ visits }) => {
          const amount = visits.label(visits, { value: (one) => one.amount ?? undefined, horizon: '100ms' })
          return visits.featurize({ amount: 'amount' }).predict(amount, { model: lastLabel() })
        },
      }),
      visitSchemas,
    )
    const run = runGraph(next, [
      visit('x', 10, { amount: 5 }),
      visit('x', 20, { amount: 7 }),
      visit('y', 30, { amount: 9 }),
      visit('x', 200, { amount: 11 }),
      visit('x', 210, { amount: 13 }),
    ])
    expect(run.values).toEqual([0, 7, 7, 7, 13])
    expect(run.state.count('learned')).toBe(2)
    expect(run.deadLetters).toEqual([])
    expect(counts(run.state)).toEqual({ unlabelled: 2, late: 1 })
  })
})

describe('a label of the same record', () => {
  function amountAfter(after?: '50ms'): Graph {
    const stream = defineStream({
      name: 'amount',
      inputs: { visits: visitInputs.visits },
      build: ({ visits }) => {
        const amount = visits.label({ value: (one) => one.amount ?? undefined, after })
        return visits.featurize({ member: 'member' }).predict(amount, { model: lastLabel() })
      },
    })
    return buildGraph(stream, visitSchemas)
  }

  it('is learned right after the prediction', () => {
    const run = runGraph(amountAfter(), [visit('1', 10, { amount: -5 }), visit('2', 10, { amount: 7 }), visit('3', 20)])
    expect(run.values).toEqual([0, -5, 7])
    expect(run.state.pending.count).toBe(0)
  })

  it('is learned a while later, where it is known only then', () => {
    const run = runGraph(amountAfter('50ms'), [
      visit('1', 10, { amount: -5 }),
      visit('2', 59, { amount: 7 }),
      visit('3', 60),
      visit('4', 109),
    ])
    expect(run.values).toEqual([0, 0, -5, 7])
  })

  it('may be missing', () => {
    const run = runGraph(amountAfter(), [
      visit('1', 10, { amount: null }),
      visit('2', 20, { amount: 3 }),
      visit('3', 30),
    ])
    expect(run.values).toEqual([0, 0, 3])
    expect(counts(run.state)).toEqual({ unlabelled: 1 })
  })

  it('needs no key: records of one key do not meet', () => {
    const run = runGraph(amountAfter('50ms'), [
      visit('1', 10, { amount: 1 }),
      visit('1', 20, { amount: 2 }),
      visit('1', 70),
    ])
    expect(run.values).toEqual([0, 0, 2])
    expect(counts(run.state)).toEqual({})
  })
})

describe('a label that is computed from both records', () => {
  const graph = buildGraph(
    defineStream({
      name: 'gain',
      inputs: visitInputs,
      build: ({ visits, outcomes }) => {
        const gain = visits.label(outcomes, {
          value: (end, start) => {
            if (end.reason === 'throw') throw new Error('no price')
            return end.price === null || start.amount === null ? undefined : end.price - start.amount
          },
          horizon: '1s',
        })
        return visits.featurize({ member: 'member' }).predict(gain, { model: lastLabel() })
      },
    }),
    visitSchemas,
  )

  it('sees the event as it was', () => {
    const run = runGraph(graph, [
      visit('1', 10, { amount: 3 }),
      outcome('1', 20, true, { price: 10 }),
      visit('2', 30, { amount: 4 }),
      outcome('3', 40, true, { price: 20 }), // early
      visit('3', 50, { amount: 5 }),
      visit('4', 60),
    ])
    expect(run.values).toEqual([0, 7, 7, 15])
    expect(run.state.parts().find(({ path }) => path === 'label.value')).toBeDefined()
  })

  it('that throws makes its record a dead letter, and the event waits on', () => {
    const run = runGraph(graph, [
      visit('1', 10, { amount: 3 }),
      outcome('1', 20, true, { reason: 'throw' }),
      outcome('1', 30, true, { price: 10 }),
      visit('2', 40),
    ])
    expect(run.deadLetters).toEqual([{ record: 1, cause: 'the value of the label threw: no price' }])
    expect(run.values).toEqual([0, 7])
    expect(counts(run.state)).toEqual({})
  })

  it('that throws on an early label is counted and told, and the event waits on', () => {
    const run = runGraph(graph, [
      outcome('1', 10, true, { reason: 'throw' }),
      visit('1', 20, { amount: 3 }),
      outcome('1', 30, true, { price: 10 }),
      visit('2', 40),
    ])
    expect(run.deadLetters).toEqual([])
    expect(run.state.count('arrowFailures')).toBe(1)
    expect(run.signals).toMatchObject([
      { kind: 'data-quality', source: 'label', detail: 'the value of the label threw: no price; 1 such so far' },
    ])
    expect(run.values).toEqual([0, 7])
  })

  it('is given to those of a key that it is a label for', () => {
    const run = runGraph(graph, [
      visit('1', 10, { amount: null }),
      visit('1', 20, { amount: 3 }),
      outcome('1', 30, true, { price: 10 }),
      visit('1', 40, { amount: 4 }),
      outcome('1', 50, true, { price: 11 }),
    ])
    expect(run.state.count('learned')).toBe(2)
    expect(run.state.pending.count).toBe(1)
    expect(counts(run.state)).toEqual({})
  })
})

describe('labels of several classes', () => {
  const graph = buildGraph(
    defineStream({
      name: 'reasons',
      inputs: visitInputs,
      build: ({ visits, outcomes }) => {
        const reason = visits.label(outcomes, { value: (one) => one.reason ?? undefined, horizon: '1s' })
        return visits
          .featurize({ amount: 'amount', lastReason: reason.by('kind').latest(1).top(1) })
          .predict(reason, { model: priorClass() })
      },
    }),
    visitSchemas,
  )

  it('get their index in the order they come', () => {
    const run = runGraph(graph, [
      visit('1', 10),
      outcome('1', 20, true, { reason: 'price' }),
      visit('2', 30),
      outcome('2', 40, true, { reason: 'size' }),
      visit('3', 50),
    ])
    expect(run.predictions[0].slice(4, 7)).toEqual([1 / 64, 1 / 64, 1 / 64])
    expect(run.predictions[1].slice(4, 7)).toEqual([1, 0, 0])
    expect(run.predictions[2].slice(4, 7)).toEqual([0.5, 0.5, 0])
    expect(run.state.classes?.text(2)).toBe('size')
    expect(run.waitingRows().map((row) => run.state.rows.category(1, row[1]))).toEqual(['size'])
  })

  it('beyond 64 are counted, and their events wait no longer', () => {
    const records = Array.from({ length: 70 }, (_, i) => [
      visit(`${i}`, i),
      outcome(`${i}`, i, true, { reason: `r${i}` }),
    ]).flat()
    const run = runGraph(graph, records, [7])
    expect(counts(run.state)).toEqual({ unknownClass: 6 })
    expect(run.state.count('learned')).toBe(64)
    expect(run.state.pending.count).toBe(0)
  })
})

describe('what else may come', () => {
  it('is a key that is too long: a dead letter that leaves nothing behind', () => {
    const run = runGraph(soldWithin('1s'), [visit('x'.repeat(2000), 10), outcome('x'.repeat(2000), 20, true)])
    const cause = 'its key is longer than 1,000 bytes, or too many keys wait for labels'
    expect(run.deadLetters.map((letter) => letter.cause)).toEqual([cause, cause])
    expect(run.state.count('predicted')).toBe(0)
    expect(run.state.pending.count).toBe(0)
  })

  it('is a label whose arrow gives nothing: no label', () => {
    const graph = buildGraph(
      defineStream({
        name: 'some',
        inputs: visitInputs,
        build: ({ visits, outcomes }) => {
          const price = visits.label(outcomes, {
            value: (one) => (one.sold ? (one.price ?? undefined) : undefined),
            horizon: '1s',
          })
          return visits.featurize({ amount: 'amount' }).predict(price, { model: priorMean() })
        },
      }),
      visitSchemas,
    )
    const run = runGraph(graph, [
      visit('1', 10),
      outcome('1', 20, false, { price: 3 }),
      outcome('1', 30, true, { price: 4 }),
    ])
    expect(run.state.count('learned')).toBe(1)
    expect(counts(run.state)).toEqual({})
  })
})
