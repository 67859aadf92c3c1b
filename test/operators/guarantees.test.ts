import { describe, expect, it } from 'vitest'
import { LearningState } from '../../src/operators/learning-state.ts'
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
import { stateBytes } from './state-bytes.ts'

const byArrival = <T extends { arrival: number }>(records: T[]): T[] =>
  records.toSorted((a, b) => a.arrival - b.arrival)

describe.each(Object.entries(graphs))('%s', (_, build) => {
  const graph = build()

  it('do not show where a batch ends', () => {
    checkBatchCuts(graph)
  })

  it('go on after a restart as if nothing had been', () => {
    checkResume(graph)
  })

  it('let go of every row, key and record in the end', () => {
    checkReleased(graph)
  })

  it('have each piece of state once, under a path of its own', () => {
    const parts = new LearningState(graph).parts()
    expect(new Set(parts.map(({ path }) => path)).size).toBe(parts.length)
    expect(stateBytes(parts).size).toBeGreaterThan(parts.length)
  })
})

describe('what must always hold', () => {
  it('is that a label shows nowhere before its arrival', () => {
    checkNoLabelLeak(byArrival)
  })

  it('is that a prediction is scored as it was made', () => {
    checkScoredAsPredicted()
  })

  it('is that a window does not hold the row that it is read for', () => {
    checkRowIsNotInItsWindow()
  })

  it('is that a model learns the row that was predicted on', () => {
    checkLearnedAsPredicted()
  })
})
