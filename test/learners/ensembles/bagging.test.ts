import { describe, expect, it } from 'vitest'
import { adwinBagging, hoeffdingTree, leveragingBagging, onlineBagging } from '../../../src/learners/index.ts'
import { rowSchema } from '../../../src/transforms/row-schema.ts'
import { type Draw, plantedRows } from '../trees/planted-rows.ts'

const { build, numbers, teach } = plantedRows
const columns = numbers('a', 'b', 'c', 'd')

/** A diagonal, which trees only reach by steps; from row `at` on the label is the other way round. */
const diagonal =
  (at: number): Draw =>
  (random, row, n) => {
    for (let j = 0; j < 4; j++) row[j] = random.next()
    return row[0] + row[1] > 1 === n < at ? 1 : 0
  }

describe('bagging', () => {
  it('is better than one tree where no single cut will do', () => {
    const tree = teach(build(hoeffdingTree({ leaves: 'majority' }), columns), 4, 20_000, diagonal(Infinity))
    for (const make of [onlineBagging, adwinBagging, leveragingBagging]) {
      expect(teach(build(make({ leaves: 'majority' }), columns), 4, 20_000, diagonal(Infinity))).toBeGreaterThan(tree)
    }
  })

  it('with ADWIN forgets what has changed, without keeps it', () => {
    const kept = teach(build(onlineBagging(), columns), 4, 20_000, diagonal(15_000))
    for (const make of [adwinBagging, leveragingBagging]) {
      const forgotten = teach(build(make(), columns), 4, 20_000, diagonal(15_000))
      expect(forgotten).toBeGreaterThan(0.9)
      expect(forgotten).toBeGreaterThan(kept + 0.1)
    }
  })

  it('of trees that learn rows more often has grown more', () => {
    const once = build(onlineBagging({ trees: 1, lambda: 0.01, leaves: 'majority' }), columns)
    teach(once, 4, 1_000, diagonal(Infinity))
    const often = build(onlineBagging({ trees: 1, lambda: 20, leaves: 'majority' }), columns)
    teach(often, 4, 1_000, diagonal(Infinity))
    expect(often.save().length).toBeGreaterThan(once.save().length)
  })

  it('of another seed is another ensemble, of the same the same', () => {
    const state = (seed: number) => {
      const running = build(leveragingBagging({ seed, trees: 3 }), columns)
      teach(running, 4, 2_000, diagonal(Infinity))
      const out = new Float64Array(2)
      running.predict(Float64Array.of(0.4, 0.55, 0.5, 0.5), 0, out, 0)
      return out[1]
    }
    expect(state(1)).toBe(state(1))
    expect(state(1)).not.toBe(state(2))
  })

  it('answers by the mean of its trees: the same shares as one of them, where all are alike', () => {
    const running = build(onlineBagging({ lambda: 100, leaves: 'majority' }), numbers('a'))
    for (let n = 0; n < 100; n++) running.learn(Float64Array.of(1), 0, n % 4 === 0 ? 1 : 0, 1)
    const out = new Float64Array(2)
    running.predict(Float64Array.of(1), 0, out, 0)
    expect(out[1]).toBeCloseTo(0.25, 1)
  })

  it('saved after it has replaced trees goes on as if never stopped', () => {
    const learner = adwinBagging({ trees: 3, driftDelta: 0.5 })
    const running = build(learner, columns)
    teach(running, 4, 3_000, diagonal(2_000))
    const resumed = learner.build(rowSchema(columns), { problem: 'binary', classes: 2 }, running.save())
    teach(running, 4, 3_000, diagonal(0), 9)
    teach(resumed, 4, 3_000, diagonal(0), 9)
    expect(Buffer.compare(resumed.save(), running.save())).toBe(0)
  })
})
