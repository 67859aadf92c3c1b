import { describe, expect, it } from 'vitest'
import type { Target } from '../../../src/learners/learner.ts'
import { hoeffdingTree } from '../../../src/learners/trees/hoeffding-tree.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'
import { type Column, rowSchema } from '../../../src/transforms/row-schema.ts'
import { type Draw, plantedRows } from './planted-rows.ts'

const { build, numbers, teach } = plantedRows
const binary: Target = { problem: 'binary', classes: 2 }
const category = (name: string, size: number): Column => ({ name, kind: 'category', size })

describe('a Hoeffding tree', () => {
  it('finds a planted tree of thresholds that no single leaf can tell', () => {
    const running = build(hoeffdingTree(), numbers('a', 'b', 'c'))
    const draw: Draw = (random, row) => {
      for (let j = 0; j < 3; j++) row[j] = random.next()
      if (row[0] < 0.3) return row[1] < 0.5 ? 1 : 0
      return row[2] < 0.7 ? 0 : 1
    }
    expect(teach(running, 3, 30_000, draw)).toBeGreaterThan(0.95)
  })

  it('splits a category by its codes, and one of high codes code by code', () => {
    for (const step of [1, 19]) {
      const running = build(hoeffdingTree({ leaves: 'majority' }), [...numbers('a'), category('b', 100)])
      const draw: Draw = (random, row) => {
        row[0] = random.next()
        const code = random.nextInt(6)
        row[1] = code * step
        return code === 2 || code === 5 ? 1 : 0
      }
      expect(teach(running, 2, 20_000, draw)).toBeGreaterThan(0.99)
    }
  })

  it('tells a hundred classes', () => {
    const running = build(hoeffdingTree(), numbers('a', 'b'), { problem: 'multiclass', classes: 100 })
    const draw: Draw = (random, row) => {
      const label = random.nextInt(100)
      row[0] = (label % 10) + random.next() * 0.5
      row[1] = Math.floor(label / 10) + random.next() * 0.5
      return label
    }
    expect(teach(running, 2, 60_000, draw)).toBeGreaterThan(0.97)
  })

  it('does as if a column were not there while its numbers are missing', () => {
    const [full, less] = [build(hoeffdingTree(), numbers('a', 'b', 'c')), build(hoeffdingTree(), numbers('a', 'b'))]
    const random = new SeededRandom(2)
    const [one, other] = [new Float64Array(2), new Float64Array(2)]
    for (let n = 0; n < 10_000; n++) {
      const row = Float64Array.of(random.next(), random.next(), NaN)
      const label = random.next() < (row[0] > row[1] ? 0.9 : 0.1) ? 1 : 0
      full.predictThenLearn(row, 0, label, 1, one, 0)
      less.predictThenLearn(row, 0, label, 1, other, 0)
      expect(one[1]).toBe(other[1])
    }
  })

  it('sends a missing number where most rows went', () => {
    const running = build(hoeffdingTree({ leaves: 'majority' }), numbers('a', 'b'))
    teach(running, 2, 5_000, (random, row) => {
      row[0] = random.next()
      row[1] = random.next()
      return row[0] < 0.8 ? 1 : 0
    })
    const out = new Float64Array(2)
    running.predict(Float64Array.of(NaN, 0.5), 0, out, 0)
    expect(out[1]).toBeGreaterThan(0.9)
  })

  it('learns on within a small bound of memory, and says so', () => {
    const maxByteSize = 20_000
    const columns = numbers('a', 'b', 'c', 'd')
    const draw: Draw = (random, row) => {
      for (let j = 0; j < 4; j++) row[j] = random.next()
      const cell = Math.floor(row[0] * 4) + Math.floor(row[1] * 4)
      return cell % 2
    }
    const small = build(hoeffdingTree({ maxByteSize, gracePeriod: 50, delta: 0.01 }), columns)
    const large = build(hoeffdingTree({ gracePeriod: 50, delta: 0.01 }), columns)
    const [found, wanted] = [teach(small, 4, 100_000, draw), teach(large, 4, 100_000, draw)]
    expect(small.byteSize()).toBeLessThanOrEqual(maxByteSize)
    expect(large.byteSize()).toBeGreaterThan(maxByteSize)
    expect(wanted).toBeGreaterThan(0.9)
    expect(found).toBeGreaterThan(0.8)
  })

  it('at the bound goes on from a saved state as if never stopped', () => {
    const columns = numbers('a', 'b', 'c', 'd')
    const learner = hoeffdingTree({ maxByteSize: 20_000, gracePeriod: 50, delta: 0.01 })
    const draw: Draw = (random, row) => {
      for (let j = 0; j < 4; j++) row[j] = random.next()
      return (Math.floor(row[0] * 4) + Math.floor(row[1] * 4)) % 2
    }
    const running = build(learner, columns)
    teach(running, 4, 30_000, draw)
    const resumed = learner.build(rowSchema(columns), binary, running.save())
    teach(running, 4, 30_000, draw, 7)
    teach(resumed, 4, 30_000, draw, 7)
    expect(Buffer.compare(resumed.save(), running.save())).toBe(0)
  })

  it('explains a majority leaf: the parts of the way add up to the probability', () => {
    const running = build(hoeffdingTree({ leaves: 'majority' }), numbers('a', 'b', 'noise'))
    const draw: Draw = (random, row) => {
      for (let j = 0; j < 3; j++) row[j] = random.next()
      return row[0] > 0.5 || row[1] > 0.5 ? 1 : 0
    }
    teach(running, 3, 20_000, draw)
    const parts = new Float64Array(3)
    const row = Float64Array.of(0.9, 0.1, 0.5)
    running.explain?.(row, 0, parts, 0)
    expect(parts[0]).toBeGreaterThan(0.1)
    expect(parts[2]).toBe(0)
    const out = new Float64Array(2)
    running.predict(row, 0, out, 0)
    running.explain?.(Float64Array.of(0.1, 0.1, 0.5), 0, parts, 0)
    expect(parts[0] + parts[1]).toBeLessThan(-0.5)
    expect(out[1]).toBeGreaterThan(0.95)
  })

  it('without any spread or with one column only it stays one leaf', () => {
    const running = build(hoeffdingTree(), numbers('a'))
    const before = running.byteSize()
    teach(running, 1, 20_000, (random, row) => {
      row[0] = 3
      return random.nextInt(2)
    })
    expect(running.byteSize()).toBe(before)
  })

  it('cuts a band out of one column by bins, where Gaussians of equal means see nothing', () => {
    const draw: Draw = (random, row) => {
      row[0] = random.next()
      row[1] = random.next()
      return Math.abs(row[0] - 0.5) < 0.2 === random.next() < 0.95 ? 1 : 0
    }
    for (const splitter of ['histogram', 'exhaustive'] as const) {
      const running = build(hoeffdingTree({ splitter, leaves: 'majority' }), numbers('a', 'b'))
      expect(teach(running, 2, 20_000, draw)).toBeGreaterThan(0.92)
    }
  })

  it('by exhaustive search cuts half way between the two values that a class changes at', () => {
    const running = build(hoeffdingTree({ splitter: 'exhaustive', leaves: 'majority' }), numbers('a', 'b'))
    teach(running, 2, 2_000, (random, row) => {
      row[0] = random.nextInt(20)
      row[1] = random.next()
      return row[0] > 11 ? 1 : 0
    })
    const out = new Float64Array(2)
    for (const [value, wanted] of [
      [11.49, 0],
      [11.51, 1],
    ]) {
      running.predict(Float64Array.of(value, 0.5), 0, out, 0)
      expect(out[1]).toBe(wanted)
    }
  })
})
