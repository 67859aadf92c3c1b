import { afterEach, describe, expect, it, vi } from 'vitest'
import { KeyTable } from '../../src/features/key-table.ts'
import { ColumnStage } from '../../src/operators/column-stage.ts'
import { Counters } from '../../src/operators/counters.ts'
import { Dictionary } from '../../src/operators/dictionary.ts'
import { FoldState } from '../../src/operators/fold-state.ts'
import { LabelValue } from '../../src/operators/label-value.ts'
import { LearningState } from '../../src/operators/learning-state.ts'
import { Prequential } from '../../src/operators/prequential.ts'
import type { Batch } from '../../src/stream/batch.ts'
import { graphs } from './graphs.ts'
import {
  checkBatchCuts,
  checkLearnedAsPredicted,
  checkNoLabelLeak,
  checkReleased,
  checkResume,
  checkRowIsNotInItsWindow,
  checkScoredAsPredicted,
} from './guarantees.ts'

// Each guarantee's check must fail when that very guarantee is broken.

type Method = (this: any, ...given: any[]) => any

/** Replaces a method; the fault gets the one that was there. */
function plant(owner: { prototype: object }, name: string, fault: (original: Method) => Method): void {
  const { prototype } = owner as { prototype: Record<string, Method> }
  const original = prototype[name]
  vi.spyOn(prototype, name).mockImplementation(fault(original))
}

const [[, binary], [, multiclass], [, joined]] = Object.entries(graphs)
const byArrival = <T extends { arrival: number }>(records: T[]): T[] =>
  records.toSorted((a, b) => a.arrival - b.arrival)
const byTime = <T extends { record: object }>(records: T[]): T[] =>
  records.toSorted((a, b) => (a.record as { at: number }).at - (b.record as { at: number }).at)

describe('a planted fault', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('is not there: all checks pass', () => {
    checkScoredAsPredicted()
    checkRowIsNotInItsWindow()
    checkLearnedAsPredicted()
    checkNoLabelLeak(byArrival)
  })

  it('is a merge by event time instead of arrival', () => {
    expect(() => checkNoLabelLeak(byTime)).toThrow()
  })

  it('is a model that learns before its prediction is scored', () => {
    plant(Prequential, 'resolve', (original) => {
      return function fault(values: Float64Array, at: number, label: number, nowMs: number) {
        this.learn(values, at, label)
        const { learner } = this.models.serving
        learner.predict(values, at + this.layout.row, this.prediction, 0)
        values[at + this.layout.served] = this.prediction[1]
        original.call(this, values, at, label, nowMs)
      }
    })
    expect(checkScoredAsPredicted).toThrow()
  })

  it('is a window that takes the row before it is read', () => {
    plant(LearningState, 'prepare', (original) => {
      return function fault(columns, input, row, eventMs, nowMs, predicts, carries) {
        this.feed(columns, input, row, eventMs, nowMs)
        return original.call(this, columns, input, row, eventMs, nowMs, predicts, carries)
      }
    })
    expect(checkRowIsNotInItsWindow).toThrow()
  })

  it('is a model that learns the latest row instead of its own', () => {
    plant(Prequential, 'resolve', (original) => {
      return function fault(values: Float64Array, at: number, label: number, nowMs: number) {
        const latest = 2 * this.layout.width
        values.copyWithin(at + this.layout.row, latest + this.layout.row, latest + this.layout.slots)
        original.call(this, values, at, label, nowMs)
      }
    })
    expect(checkLearnedAsPredicted).toThrow()
  })

  it('is work that is done once a batch', () => {
    plant(LearningState, 'step', (original) => {
      return function fault(batch: Batch) {
        for (const table of this.keyed.tables) table.sweep(this.counters.nowMs)
        return original.call(this, batch)
      }
    })
    expect(() => checkBatchCuts(binary())).toThrow()
  })

  it('is a column that keeps what an earlier batch left in it', () => {
    plant(ColumnStage, 'rowsOf', (original) => {
      return function fault(column, columns) {
        const rows: Uint8Array = original.call(this, column, columns)
        return rows.map((is, row) => (row % 3 === 2 ? 0 : is))
      }
    })
    expect(() => checkBatchCuts(binary())).toThrow()
  })

  it('is a snapshot without the counters', () => {
    plant(Counters, 'part', () => () => ({ path: 'counters', definition: '', state: { regions: () => ({}) } }))
    expect(() => checkResume(binary())).toThrow()
  })

  it('is a snapshot without the times of folds', () => {
    plant(FoldState, 'regions', (original) => {
      return function fault() {
        const { states } = original.call(this)
        return { states }
      }
    })
    expect(() => checkResume(multiclass())).toThrow()
  })

  it('is a dictionary that finds nothing after a restart', () => {
    plant(Dictionary, 'loaded', () => () => {})
    expect(() => checkResume(multiclass())).toThrow()
  })

  it('is a key that is held once too often', () => {
    let calls = 0
    plant(KeyTable, 'retain', (original) => {
      return function fault(slot: number) {
        original.call(this, slot)
        if (++calls % 50 === 0) original.call(this, slot)
      }
    })
    expect(() => checkReleased(binary())).toThrow()
  })

  it('is an event that is kept after its label', () => {
    plant(LabelValue, 'forgetEvent', () => () => {})
    expect(() => checkReleased(joined())).toThrow()
  })
})
