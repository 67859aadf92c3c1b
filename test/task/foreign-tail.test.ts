import { expect, it } from 'vitest'
import { foreignTail } from '../../src/task/foreign-tail.ts'
import type { JournalRecord } from '../../src/task/journal-record.ts'

const record = (seq: number, code: string, segments: number[][] = []) =>
  ({ seq, code, segments, decisions: [] }) as unknown as JournalRecord

it('of a tail only what held records of other code stands in the way of a changed stream', () => {
  const tail = [record(1, 'old', [[5]]), record(2, 'old'), record(3, 'new', [[7]])]
  expect(foreignTail(tail, 'new').map(({ seq }) => seq)).toEqual([1])
  expect(foreignTail(tail.slice(1), 'new')).toEqual([])
  const fork = { kind: 'change', code: 'new', kept: [], reset: [], carried: {}, rebuilt: [], fork: true } as const
  const forked = { ...record(4, 'new'), decisions: [fork] }
  expect(foreignTail([...tail, forked], 'new')).toEqual([])
})
