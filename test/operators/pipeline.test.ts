import { defineStream, lastLabel } from 'millrace'
import {
  learnInOrder,
  validate,
  BatchBuilder,
  buildGraph,
  ColumnStage,
  LearningState,
  type Batch,
} from 'millrace/operators'
import { filter, map } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import { RecordWriter } from '../../src/backtest/record-writer.ts'
import { type Arrived, outcome, visit, visitInputs, visitSchemas } from './visits.ts'

const graph = buildGraph(
  defineStream({
    name: 'marbles',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const good = visits.validate({ amount: { min: 0 } })
      const sold = good.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
      return good.featurize({ amount: 'amount' }).predict(sold, { model: lastLabel() })
    },
  }),
  visitSchemas,
)

function batchOf(...records: Arrived[]): Batch {
  const builder = new BatchBuilder(graph, 8)
  for (const { input: name, record, arrival } of records) {
    const input = graph.inputs.findIndex((candidate) => candidate.name === name)
    const columns = builder.batch.inputs[input]
    new RecordWriter(graph.inputs[input].fields).write(columns, columns.add(arrival, 0, 0), record)
    builder.push(input)
  }
  return builder.batch
}

const batches = (): Record<string, Batch> => ({
  a: batchOf(visit('1', 0), visit('2', 1, { amount: -1 })),
  b: batchOf(outcome('1', 2, true)),
  c: batchOf(visit('3', 3), visit('4', 4)),
})

function run(test: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected)
  }).run(test)
}

describe('the operators in a pipeline of anybody', () => {
  it('validate hands each batch on, its bad rows rejected', () => {
    run(({ cold, expectObservable }) => {
      const rejected = cold('a-b-(c|)', batches()).pipe(
        validate(new ColumnStage(graph)),
        map((batch) => batch.inputs.map((columns) => [...columns.causes])),
      )
      const a = [[[1, "'amount' is -1, below 0"]], []]
      expectObservable(rejected).toBe('a-b-(c|)', { a, b: [[], []], c: [[], []] })
    })
  })

  it('learnInOrder gives the output of each batch when it comes', () => {
    run(({ cold, expectObservable }) => {
      const predicted = cold('a-b-(c|)', batches()).pipe(
        validate(new ColumnStage(graph)),
        learnInOrder(new LearningState(graph)),
        map((output) => [...output.values.subarray(0, output.count * 2)]),
      )
      expectObservable(predicted).toBe('a-b-(c|)', { a: [0.5, 0.5], b: [], c: [0, 1, 0, 1] })
    })
  })

  it('the state belongs to its owner: another subscription goes on with it', () => {
    run(({ cold, expectObservable }) => {
      const state = new LearningState(graph)
      const stage = new ColumnStage(graph)
      const counts = (marbles: string) =>
        cold(marbles, batches()).pipe(
          validate(stage),
          learnInOrder(state),
          filter(({ count }) => count > 0),
          map(() => state.count('predicted')),
        )
      expectObservable(counts('a-b|')).toBe('a--|', { a: 1 })
      expectObservable(counts('----c|')).toBe('----c|', { c: 3 })
    })
  })

  it('an error of the source, and a stop, come through', () => {
    run(({ cold, expectObservable }) => {
      const source = cold('a-#', batches())
      const out = source.pipe(
        validate(new ColumnStage(graph)),
        learnInOrder(new LearningState(graph)),
        map(({ count }) => count),
      )
      expectObservable(out).toBe('a-#', { a: 1 })
    })
  })

  it('an unsubscribed pipeline computes no more', () => {
    run(({ hot, expectObservable, expectSubscriptions }) => {
      const state = new LearningState(graph)
      const source = hot('a-b-c-', batches())
      const out = source.pipe(
        validate(new ColumnStage(graph)),
        learnInOrder(state),
        map(({ count }) => count),
      )
      expectObservable(out, '^-!').toBe('a--', { a: 1 })
      expectSubscriptions(source.subscriptions).toBe('^-!')
    })
  })
})
