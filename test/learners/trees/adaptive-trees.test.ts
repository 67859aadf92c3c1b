import { describe, expect, it } from 'vitest'
import { extremelyFastDecisionTree } from '../../../src/learners/trees/extremely-fast-decision-tree.ts'
import { hoeffdingAdaptiveTree } from '../../../src/learners/trees/hoeffding-adaptive-tree.ts'
import { hoeffdingTree } from '../../../src/learners/trees/hoeffding-tree.ts'
import { rowSchema } from '../../../src/transforms/row-schema.ts'
import { type Draw, plantedRows } from './planted-rows.ts'

const { build, numbers, teach } = plantedRows
const columns = numbers('a', 'b', 'c')

/** A band of one column; from row `at` on the label is the other way round. */
const flipped =
  (at: number): Draw =>
  (random, row, n) => {
    for (let j = 0; j < 3; j++) row[j] = random.next()
    const inside = row[0] > 0.3 && row[0] < 0.7 && row[1] > 0.5
    return inside === n < at ? 1 : 0
  }

describe('a Hoeffding adaptive tree', () => {
  it('grows a new tree after all has changed, where a plain one is lost', () => {
    const [adaptive, plain] = [build(hoeffdingAdaptiveTree(), columns), build(hoeffdingTree(), columns)]
    const [found, stuck] = [teach(adaptive, 3, 60_000, flipped(40_000)), teach(plain, 3, 60_000, flipped(40_000))]
    expect(found).toBeGreaterThan(0.95)
    expect(found).toBeGreaterThan(stuck + 0.02)
  })

  it('gives back what it replaced: a hundred changes do not make it grow', () => {
    const running = build(hoeffdingAdaptiveTree({ leaves: 'majority' }), columns)
    const turning: Draw = (random, row, n) => flipped(Math.floor(n / 4000) % 2 === 0 ? Infinity : 0)(random, row, n)
    teach(running, 3, 40_000, turning)
    const before = running.byteSize()
    teach(running, 3, 400_000, turning, 2)
    expect(running.byteSize()).toBeLessThan(4 * before)
  })

  it('saved while branches grow beside others, goes on as if never stopped', () => {
    const learner = hoeffdingAdaptiveTree({ gracePeriod: 50, delta: 0.01, driftDelta: 0.2 })
    const running = build(learner, columns)
    for (let k = 0; k < 20; k++) {
      teach(running, 3, 1500, flipped(700), k)
      const saved = running.save()
      const resumed = learner.build(rowSchema(columns), { problem: 'binary', classes: 2 }, saved)
      const clone = running.clone()
      for (const other of [resumed, clone]) {
        teach(other, 3, 500, flipped(0), 100 + k)
        expect(other.byteSize()).toBeGreaterThan(0)
      }
      expect(Buffer.compare(resumed.save(), clone.save())).toBe(0)
      expect(Buffer.compare(running.save(), saved)).toBe(0)
    }
  })
})

describe('an extremely fast decision tree', () => {
  it('splits long before a Hoeffding tree does', () => {
    const draw: Draw = (random, row) => {
      row[0] = random.next()
      row[1] = row[0] + random.next() * 0.1 // nearly as good: Hoeffding's bound takes long to tell them apart
      row[2] = random.next()
      return row[0] > 0.4 ? 1 : 0
    }
    const fast = teach(build(extremelyFastDecisionTree({ leaves: 'majority' }), columns), 3, 1500, draw)
    const slow = teach(build(hoeffdingTree({ leaves: 'majority' }), columns), 3, 1500, draw)
    expect(fast).toBeGreaterThan(slow + 0.1)
  })

  it('splits on another column once that one is better, and gives back what was below', () => {
    const running = build(extremelyFastDecisionTree({ leaves: 'majority' }), columns)
    const other: Draw = (random, row, n) => {
      for (let j = 0; j < 3; j++) row[j] = random.next()
      return (n < 2000 ? row[0] > 0.5 : row[1] > 0.5) ? 1 : 0
    }
    expect(teach(running, 3, 60_000, other)).toBeGreaterThan(0.98)
    const parts = new Float64Array(3)
    running.explain?.(Float64Array.of(0.9, 0.1, 0.5), 0, parts, 0)
    expect(Math.abs(parts[1])).toBeGreaterThan(Math.abs(parts[0]))
  })
})
