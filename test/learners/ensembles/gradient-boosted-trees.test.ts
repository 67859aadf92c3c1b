import { describe, expect, it } from 'vitest'
import {
  hoeffdingTreeRegressor,
  priorMean,
  streamingGradientBoostedTrees,
  streamingGradientBoostedTreesRegressor,
} from '../../../src/learners/index.ts'
import type { Target } from '../../../src/learners/learner.ts'
import { type Draw, plantedRows } from '../trees/planted-rows.ts'

const { build, numbers, teach, teachValues } = plantedRows
const columns = numbers('a', 'b', 'c', 'd')
const few = { trees: 20, learningRate: 0.2 }

/** A ring, from row `at` on its outside: no column says anything alone. */
const ring =
  (at: number): Draw =>
  (random, row, n) => {
    for (let j = 0; j < 4; j++) row[j] = random.next()
    const distance = (row[0] - 0.5) ** 2 + (row[1] - 0.5) ** 2
    return distance < 0.16 === n < at ? 1 : 0
  }

/** A sum of slopes and steps. */
const sum: Draw = (random, row) => {
  for (let j = 0; j < 4; j++) row[j] = random.next()
  return 10 * row[0] + (row[1] > 0.3 ? 5 : 0) - 8 * (row[2] - 0.5) ** 2 + 6 * row[3] + random.normal()
}

describe('gradient boosted trees', () => {
  it('learn a ring', () => {
    expect(teach(build(streamingGradientBoostedTrees(few), columns), 4, 15_000, ring(Infinity))).toBeGreaterThan(0.93)
  })

  it('learn the other side of it after it has changed', () => {
    expect(teach(build(streamingGradientBoostedTrees(few), columns), 4, 20_000, ring(10_000))).toBeGreaterThan(0.9)
  })

  it('learn four classes, which share one softmax', () => {
    const target: Target = { problem: 'multiclass', classes: 4 }
    const quarters: Draw = (random, row) => {
      for (let j = 0; j < 4; j++) row[j] = random.next()
      return (row[0] > 0.5 ? 2 : 0) + (row[1] > 0.5 ? 1 : 0)
    }
    const running = build(streamingGradientBoostedTrees(few), columns, target)
    expect(teach(running, 4, 10_000, quarters)).toBeGreaterThan(0.93)
    const out = new Float64Array(4)
    running.predict(Float64Array.of(0.9, 0.1, 0.5, 0.5), 0, out, 0)
    expect(out[2]).toBeGreaterThan(0.8)
  })

  it('have trees for the classes that were seen only, and say nothing of the others', () => {
    const target: Target = { problem: 'multiclass', classes: 64 }
    const running = build(streamingGradientBoostedTrees(few), columns, target)
    const out = new Float64Array(64)
    running.predict(new Float64Array(4), 0, out, 0)
    expect(new Set(out)).toEqual(new Set([1 / 64]))
    expect(
      teach(running, 4, 4_000, (random, row, n) => (ring(Infinity)(random, row, n) === 1 ? 7 : 40)),
    ).toBeGreaterThan(0.85)
    running.predict(Float64Array.of(0.5, 0.5, 0.5, 0.5), 0, out, 0)
    expect(out[7] + out[40]).toBe(1)
    const two = build(streamingGradientBoostedTrees(few), columns, { problem: 'multiclass', classes: 3 })
    teach(two, 4, 4_000, (random, row, n) => ring(Infinity)(random, row, n))
    expect(running.byteSize()).toBeLessThan(2 * two.byteSize())
  })

  it('keep to their bytes as more classes come, and learn on', () => {
    const target: Target = { problem: 'multiclass', classes: 8 }
    const learner = streamingGradientBoostedTrees({ trees: 5, learningRate: 0.3, maxByteSize: 1_500_000 })
    const running = build(learner, columns, target)
    const eighths =
      (classes: number): Draw =>
      (random, row) => {
        for (let j = 0; j < 4; j++) row[j] = random.next()
        return Math.floor(row[0] * classes)
      }
    for (const classes of [1, 2, 4, 8]) {
      expect(teach(running, 4, 3_000, eighths(classes))).toBeGreaterThan(0.7)
      expect(running.byteSize()).toBeLessThan(1_500_000)
    }
  })

  it('begin where nothing is known at equal shares, and explain by the columns that trees were split on', () => {
    const running = build(streamingGradientBoostedTrees(few), columns)
    const out = new Float64Array(2)
    running.predict(Float64Array.of(0.5, 0.5, 0.5, 0.5), 0, out, 0)
    expect([...out]).toEqual([0.5, 0.5])
    teach(running, 4, 10_000, ring(Infinity))
    const parts = new Float64Array(4)
    running.explain?.(Float64Array.of(0.5, 0.5, 0.5, 0.5), 0, parts, 0)
    expect(parts[0] + parts[1]).toBeGreaterThan(0.3)
    expect(Math.abs(parts[2]) + Math.abs(parts[3])).toBeLessThan(parts[0] + parts[1])
  })

  it('of values add up what columns say better than one tree of means', () => {
    const regression: Target = { problem: 'regression', classes: 1 }
    const boosted = build(streamingGradientBoostedTreesRegressor(), columns, regression)
    const tree = build(hoeffdingTreeRegressor({ leaves: 'mean' }), columns, regression)
    const mean = build(priorMean(), columns, regression)
    const [ours, one, none] = [boosted, tree, mean].map((running) => teachValues(running, 4, 5_000, sum))
    expect(ours).toBeLessThan(one)
    expect(ours).toBeLessThan(0.4 * none)
  })

  it('of values begin at their mean', () => {
    const running = build(streamingGradientBoostedTreesRegressor(few), columns, { problem: 'regression', classes: 1 })
    const row = new Float64Array(4)
    for (let n = 0; n < 100; n++) running.learn(row, 0, n % 2 === 0 ? 999 : 1001, 1)
    const out = new Float64Array(1)
    running.predict(row, 0, out, 0)
    expect(Math.abs(out[0] - 1000)).toBeLessThan(2)
  })
})
