import { describe, expect, it } from 'vitest'
import type { Target } from '../../../src/learners/learner.ts'
import { hoeffdingAdaptiveTreeRegressor } from '../../../src/learners/trees/hoeffding-adaptive-tree-regressor.ts'
import { hoeffdingTreeRegressor } from '../../../src/learners/trees/hoeffding-tree-regressor.ts'
import type { Column } from '../../../src/transforms/row-schema.ts'
import { type Draw, plantedRows } from './planted-rows.ts'

const { numbers, teachValues } = plantedRows
const regression: Target = { problem: 'regression', classes: 1 }
const build = (learner: Parameters<typeof plantedRows.build>[0], columns: readonly Column[]) =>
  plantedRows.build(learner, columns, regression)

/** Two planes that meet at a = 0.5; b is noise. */
const planes: Draw = (random, row) => {
  row[0] = random.next()
  row[1] = random.next()
  row[2] = random.next()
  return row[0] < 0.5 ? 10 + 4 * row[2] : -10 - 4 * row[2]
}

describe('a Hoeffding tree regressor', () => {
  it('finds steps by means, and planes by linear leaves', () => {
    const columns = numbers('a', 'b', 'c')
    const steps: Draw = (random, row) => {
      for (let j = 0; j < 3; j++) row[j] = random.next()
      return Math.floor(row[0] * 4) * 10 + (row[2] > 0.3 ? 100 : 0)
    }
    expect(teachValues(build(hoeffdingTreeRegressor({ leaves: 'mean' }), columns), 3, 40_000, steps)).toBeLessThan(1)
    expect(teachValues(build(hoeffdingTreeRegressor({ leaves: 'linear' }), columns), 3, 20_000, planes)).toBeLessThan(
      0.3,
    )
    expect(teachValues(build(hoeffdingTreeRegressor(), columns), 3, 20_000, planes)).toBeLessThan(0.3)
  })

  it('does not mind the scale of numbers and targets', () => {
    const scaled: Draw = (random, row, n) => {
      const value = planes(random, row, n)
      for (let j = 0; j < 3; j++) row[j] = 1e6 + 1e-3 * row[j]
      return 1e9 + value
    }
    const error = teachValues(build(hoeffdingTreeRegressor(), numbers('a', 'b', 'c')), 3, 20_000, scaled)
    expect(error).toBeLessThan(0.5)
  })

  it('splits a category code by code', () => {
    const columns = [...numbers('a'), { name: 'b', kind: 'category', size: 50 } as const]
    const draw: Draw = (random, row) => {
      row[0] = random.next()
      row[1] = random.nextInt(6)
      return [0, 50, 0, -30, 0, 7][row[1]]
    }
    expect(teachValues(build(hoeffdingTreeRegressor({ leaves: 'mean' }), columns), 2, 30_000, draw)).toBeLessThan(0.5)
  })

  it('never predicts beyond the targets it has seen', () => {
    const running = build(hoeffdingTreeRegressor({ leaves: 'linear' }), numbers('a', 'b', 'c'))
    teachValues(running, 3, 5_000, planes)
    const out = new Float64Array(1)
    for (const far of [1e3, -1e3, 1e99]) {
      running.predict(Float64Array.of(far, far, far), 0, out, 0)
      expect(Math.abs(out[0])).toBeLessThanOrEqual(14)
    }
  })

  it('explains: the parts of the way add up to the mean of the leaf', () => {
    const running = build(hoeffdingTreeRegressor({ leaves: 'mean' }), numbers('a', 'b', 'c'))
    teachValues(running, 3, 5_000, planes)
    const parts = new Float64Array(3)
    running.explain?.(Float64Array.of(0.2, 0.5, 0.5), 0, parts, 0)
    expect(parts[0]).toBeGreaterThan(8)
    expect(parts[1]).toBe(0)
  })

  it('keeps to a small bound of memory and learns within it', () => {
    const maxByteSize = 150_000
    const running = build(hoeffdingTreeRegressor({ maxByteSize, gracePeriod: 50, delta: 0.05 }), numbers('a', 'b', 'c'))
    expect(teachValues(running, 3, 50_000, planes)).toBeLessThan(1)
    expect(running.byteSize()).toBeLessThanOrEqual(maxByteSize)
  })
})

describe('a Hoeffding adaptive tree regressor', () => {
  it('grows a new tree after all has changed, where a plain one is lost', () => {
    const turned: Draw = (random, row, n) => (n < 30_000 ? 1 : -1) * planes(random, row, n)
    const columns = numbers('a', 'b', 'c')
    const adaptive = teachValues(build(hoeffdingAdaptiveTreeRegressor({ leaves: 'mean' }), columns), 3, 50_000, turned)
    const plain = teachValues(build(hoeffdingTreeRegressor({ leaves: 'mean' }), columns), 3, 50_000, turned)
    expect(adaptive).toBeLessThan(2)
    expect(adaptive).toBeLessThan(plain / 3)
  })
})
