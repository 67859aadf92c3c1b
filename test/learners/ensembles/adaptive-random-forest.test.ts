import { describe, expect, it } from 'vitest'
import { adaptiveRandomForest } from '../../../src/learners/ensembles/adaptive-random-forest.ts'
import type { Target } from '../../../src/learners/learner.ts'
import { hoeffdingTree } from '../../../src/learners/trees/hoeffding-tree.ts'
import { rowSchema } from '../../../src/transforms/row-schema.ts'
import { readDataset } from '../../parity/learners-dataset.ts'
import { type Draw, plantedRows } from '../trees/planted-rows.ts'

const { build, numbers, teach } = plantedRows
const binary: Target = { problem: 'binary', classes: 2 }
const columns = numbers('a', 'b', 'c', 'd')

/** A diagonal, which trees only reach by steps; from row `at` on the label is the other way round. */
const diagonal =
  (at: number): Draw =>
  (random, row, n) => {
    for (let j = 0; j < 4; j++) row[j] = random.next()
    return row[0] + row[1] > 1 === n < at ? 1 : 0
  }

describe('an adaptive random forest', () => {
  // MOA 2024.07's ARF of ten trees scores 0.8929 to 0.8933 on Elec2, whose trees share one seed.
  it('is right on 89.7 % of Elec2 in the mean of three seeds, as published forests are', () => {
    const data = readDataset('elec2')
    const out = new Float64Array(2)
    let right = 0
    for (const seed of [1, 2, 3]) {
      const running = adaptiveRandomForest({ seed }).build(data.schema, binary)
      for (const [n, label] of data.labels.entries()) {
        running.predictThenLearn(data.rows, n * data.width, label, 1, out, 0)
        if (out[1] > out[0] === (label === 1)) right++
      }
    }
    expect(right / 3 / data.labels.length).toBeGreaterThan(0.897)
  })

  it('is better than one tree where no single cut will do', () => {
    const forest = teach(build(adaptiveRandomForest(), columns), 4, 10_000, diagonal(Infinity))
    const tree = teach(build(hoeffdingTree({ leaves: 'majority' }), columns), 4, 10_000, diagonal(Infinity))
    expect(forest).toBeGreaterThan(0.95)
    expect(forest).toBeGreaterThan(tree)
  })

  it('replaces its trees after all has changed', () => {
    expect(teach(build(adaptiveRandomForest(), columns), 4, 20_000, diagonal(15_000))).toBeGreaterThan(0.93)
  })

  it('of another seed is another forest, of the same the same', () => {
    const digest = (seed: number) => {
      const running = build(adaptiveRandomForest({ seed, trees: 3 }), columns)
      teach(running, 4, 2_000, diagonal(Infinity))
      const out = new Float64Array(2)
      running.predict(Float64Array.of(0.4, 0.55, 0.5, 0.5), 0, out, 0)
      return out[1]
    }
    expect(digest(1)).toBe(digest(1))
    expect(digest(1)).not.toBe(digest(2))
  })

  it('looks at some of numbers and categories in each leaf, and still finds what matters', () => {
    const mixed = [...numbers('a', 'b'), ...['c', 'd'].map((name) => ({ name, kind: 'category', size: 8 }) as const)]
    const draw: Draw = (random, row) => {
      row[0] = random.next()
      row[1] = random.next()
      row[2] = random.nextInt(8)
      row[3] = random.nextInt(8)
      return row[0] > 0.5 === row[2] < 4 ? 1 : 0
    }
    expect(teach(build(adaptiveRandomForest({ columns: 0.5 }), mixed), 4, 20_000, draw)).toBeGreaterThan(0.9)
  })

  it('explains by the columns that its trees were split on', () => {
    const running = build(adaptiveRandomForest({ trees: 5 }), columns)
    teach(running, 4, 10_000, diagonal(Infinity))
    const parts = new Float64Array(4)
    running.explain?.(Float64Array.of(0.9, 0.9, 0.5, 0.5), 0, parts, 0)
    expect(parts[0] + parts[1]).toBeGreaterThan(0.2)
    expect(Math.abs(parts[2]) + Math.abs(parts[3])).toBeLessThan(parts[0] + parts[1])
  })

  it('saved with trees in the background goes on as if never stopped', () => {
    const learner = adaptiveRandomForest({ trees: 3, warningDelta: 0.5 })
    const running = build(learner, columns)
    teach(running, 4, 3_000, diagonal(2_500))
    const saved = running.save()
    const resumed = learner.build(rowSchema(columns), binary, saved)
    expect(Buffer.compare(resumed.save(), saved)).toBe(0)
    teach(running, 4, 3_000, diagonal(0), 9)
    teach(resumed, 4, 3_000, diagonal(0), 9)
    expect(Buffer.compare(resumed.save(), running.save())).toBe(0)
  })
})
