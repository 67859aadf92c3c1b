import { defineStream, lastLabel, logisticRegression, pipeline, priorClass, standardScaler } from 'millrace'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { KeyTable } from '../../src/features/key-table.ts'
import type { LabelValue } from '../../src/operators/label-value.ts'
import type { LearningState } from '../../src/operators/learning-state.ts'
import type { Pages } from '../../src/stats/pages.ts'
import type { StatePart } from '../../src/stats/state-region.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { arbitraryRecords } from './arbitrary-records.ts'
import { Run, runGraph } from './run-graph.ts'
import { differingRegions, restored } from './state-bytes.ts'
import { type Arrived, outcome, visit, visitInputs, visitSchemas } from './visits.ts'

// What must always hold, each as a check that throws; tests run them, and run them again with faults planted.

const runs = { seed: 1, numRuns: 20, endOnFailure: true }
const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 })

/** However the same rows are cut into batches, outputs and state are the same to the last bit. */
export function checkBatchCuts(graph: Graph): void {
  fc.assert(
    fc.property(arbitraryRecords, sizes, (records, cut) => {
      const one = runGraph(graph, records, [1])
      const other = runGraph(graph, records, cut)
      expectSameOutputs(other, one)
      expect(differingRegions(other.state, one.state)).toEqual([])
    }),
    runs,
  )
}

/** A state that was saved and loaded at any moment goes on as if it had never stopped. */
export function checkResume(graph: Graph): void {
  fc.assert(
    fc.property(arbitraryRecords, fc.integer({ min: 0, max: 100 }), (records, percent) => {
      const cut = Math.floor((records.length * percent) / 100)
      const before = new Run(graph).takeCut(records.slice(0, cut), [7])
      const resumed = new Run(graph, restored(graph, before.state))
      expect(differingRegions(resumed.state, before.state)).toEqual([])
      const rest = records.slice(cut)
      const seen = { predictions: before.predictions.length, letters: before.deadLetters.length }
      before.takeCut(rest, [7])
      resumed.takeCut(rest, [7])
      expect(differingRegions(resumed.state, before.state)).toEqual([])
      expect(resumed.predictions.map(withoutRecord)).toEqual(
        before.predictions.slice(seen.predictions).map(withoutRecord),
      )
      expect(resumed.deadLetters.map(({ cause }) => cause)).toEqual(
        before.deadLetters.slice(seen.letters).map(({ cause }) => cause),
      )
    }),
    runs,
  )
}

/** When all horizons have passed, no row is in use, no key is held, and no record is kept. */
export function checkReleased(graph: Graph): void {
  fc.assert(
    fc.property(arbitraryRecords, (records) => {
      const { state } = runGraph(graph, records, [9])
      state.advance(1e9)
      expect(state.pending.count).toBe(0)
      expect(state.pending.oldest).toBe(-1)
      for (const table of [...state.keyed.tables, state.pending.keys]) expect(retained(table)).toBe(0)
      expect(keptEvents(state)).toBe(0)
    }),
    runs,
  )
}

/** Until a label arrives nothing shows that it exists, whatever its own time says. */
export function checkNoLabelLeak(inOrder: (records: Arrived[]) => Arrived[]): void {
  const stream = defineStream({
    name: 'no-leak',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const sold = visits.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
      const byKind = sold.by('kind')
      const rows = visits.featurize({
        amount: 'amount',
        before: outcomes.by('id') === undefined ? 'amount' : visits.by('kind').window('1m').count(),
        rate: byKind.ewMean('10s'),
        window: byKind.window('1m').mean(),
      })
      return rows.predict(sold, {
        model: pipeline(standardScaler(), logisticRegression()),
        baselines: { rate: byKind.ewMean('10s', { prior: { value: 0.5, weight: 1 } }) },
      })
    },
  })
  const graph = buildGraph(stream, visitSchemas)
  const label = outcome('0', 10, true, { arrival: 30_000 }) // of the moment after the visit, known half a minute later
  const others = Array.from({ length: 40 }, (_, i) => [
    visit(`${i}`, i * 1000, { amount: i % 7 }),
    ...(i % 3 === 1 ? [outcome(`${i}`, i * 1000 + 500, i % 2 === 0)] : []),
  ]).flat()
  const withLabel = runGraph(graph, inOrder([...others, label]), [5])
  const without = runGraph(graph, inOrder(others), [5])
  const until = (run: Run): unknown[] => run.predictions.filter(([, , arrival]) => arrival < 30_000).map(withoutRecord)
  expect(until(withLabel).length).toBe(30)
  expect(until(withLabel)).toEqual(until(without))
  expect(withLabel.values).not.toEqual(without.values) // afterwards it does show
}

/** A prediction is scored as it was made, whatever has been learned since. */
export function checkScoredAsPredicted(): void {
  const { state, values } = runGraph(soldBy(), soldRecords)
  expect(values).toEqual([0.5, 0.5, 0.5, 1])
  const [served] = state.evaluation.read()
  expect(served.whole.values.accuracy).toBe(0.5) // an even chance counts as false, and the labels were false and true
}

/** A window never holds the row that it is read for. */
export function checkRowIsNotInItsWindow(): void {
  const stream = defineStream({
    name: 'window',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const sold = visits.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
      const byKind = visits.by('kind')
      const rows = visits.featurize({ count: byKind.window('1h').count(), last: byKind.last('amount') })
      return rows.predict(sold, { model: priorClass() })
    },
  })
  const run = runGraph(buildGraph(stream, visitSchemas), [visit('1', 0, { amount: 3 }), visit('2', 1, { amount: 4 })])
  expect(run.waitingRows()).toEqual([
    [0, Number.NaN],
    [1, 3],
  ])
}

/** A model learns the row that was predicted on, not what the same event would be by now. */
export function checkLearnedAsPredicted(): void {
  const learned: number[] = []
  const graph = soldBy()
  const run = new Run(graph)
  const [slot] = run.state.models.slots
  const { learner } = slot as {
    learner: { learn(row: Float64Array, offset: number, label: number, weight: number): void }
  }
  const learn = learner.learn.bind(learner)
  learner.learn = (row, offset, label, weight) => {
    learned.push(row[offset])
    learn(row, offset, label, weight)
  }
  run.takeCut(soldRecords, [1])
  expect(learned).toEqual([1, 2])
}

const soldRecords = [
  visit('1', 0, { amount: 1 }),
  visit('2', 1, { amount: 2 }),
  visit('3', 2, { amount: 3 }),
  outcome('1', 3, false),
  outcome('2', 4, true),
  visit('4', 5, { amount: 4 }),
]

function soldBy(): Graph {
  const stream = defineStream({
    name: 'sold-by',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const sold = visits.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
      return visits.featurize({ amount: 'amount' }).predict(sold, { model: lastLabel() })
    },
  })
  return buildGraph(stream, visitSchemas)
}

function expectSameOutputs(run: Run, like: Run): void {
  expect(run.predictions).toEqual(like.predictions)
  expect(run.deadLetters).toEqual(like.deadLetters)
  expect(run.signals).toEqual(like.signals)
}

function withoutRecord([, ...rest]: readonly unknown[]): unknown[] {
  return rest
}

/** Rows that hold slots of a table, all together. */
function retained(table: KeyTable): number {
  const holds = table.regions().holds as Pages<Int32Array>
  let count = 0
  for (let slot = 0; slot < table.slots; slot++) if (holds.values[slot] > 1) count += holds.values[slot] >> 1
  return count
}

/** How many events are kept for a label that wants them. */
function keptEvents(state: LearningState): number {
  const part = state.parts().find(({ path }) => path === 'label.value') as StatePart
  return (part.state as LabelValue).keptEvents
}
