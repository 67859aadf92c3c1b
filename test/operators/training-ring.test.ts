import { describe, expect, it } from 'vitest'
import type { Pages } from '../../src/stats/pages.ts'
import { TrainingRing } from '../../src/operators/training-ring.ts'

const columns = ['a', 'b'].map((name) => ({ name, kind: 'number', size: 1, source: '' }) as const)

/** A ring that has taken rows [i, 2 i] with labels 3 i, for i from 0. */
function filled(capacity: number, rows: number): TrainingRing {
  const ring = new TrainingRing(capacity, columns)
  for (let i = 0; i < rows; i++) ring.add(Float64Array.of(9, i, 2 * i), 1, 3 * i)
  return ring
}

function rowsFrom(from: number, to: number): number[] {
  const rows: number[] = []
  for (let i = from; i < to; i++) rows.push(i, 2 * i, 3 * i)
  return rows
}

describe('a training ring', () => {
  it.each([
    [10, 4, 0],
    [10, 10, 3],
    [10, 14, 6],
    [10, 25, 15],
    [3000, 2500, 2400],
    [3000, 7100, 4500],
  ])('of %i rows pins, after %i, those from number %i on, in their order', (capacity, taken, from) => {
    const ring = filled(capacity, taken)
    ring.pin(from)
    expect([...ring.rows]).toEqual(rowsFrom(from, taken))
    const replayed: number[] = []
    ring.replay(from, (rows, offset, label) => replayed.push(rows[offset], rows[offset + 1], label))
    expect(replayed).toEqual(rowsFrom(from, taken))
  })

  it('pins no row that is gone', () => {
    const ring = filled(10, 25)
    expect([ring.taken, ring.oldest]).toEqual([25, 15])
    ring.pin(3)
    expect([...ring.rows]).toEqual(rowsFrom(15, 25))
  })

  it('keeps pinned rows while it takes others, until they are let go', () => {
    const ring = filled(10, 12)
    ring.pin(5)
    for (let i = 0; i < 30; i++) ring.add(Float64Array.of(-1, -1), 0, -1)
    expect([...ring.rows]).toEqual(rowsFrom(5, 12))
    ring.unpin()
    expect(ring.rows).toHaveLength(0)
    ring.pin(40)
    expect([...ring.rows]).toEqual([-1, -1, -1, -1, -1, -1])
  })

  it('is bounded by its capacity', () => {
    const { ring } = filled(1000, 50_000).regions()
    expect((ring as Pages).length).toBe(1000 * 3)
  })
})
