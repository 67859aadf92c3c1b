import { describe, expect, it } from 'vitest'
import { BoostRecord } from '../../../src/learners/ensembles/boost-record.ts'
import { type BoostedMember, teachByBoosting } from '../../../src/learners/ensembles/teach-by-boosting.ts'
import { adwinBoosting, bole, hoeffdingTree } from '../../../src/learners/index.ts'
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

describe('the record of a boosted tree', () => {
  it('makes the next tree learn half as often after a right answer of one that is always right, and up to 100 times after a wrong one', () => {
    const record = new BoostRecord()
    for (let n = 0; n < 998; n++) record.take(1, false)
    expect(record.take(1, false)).toBeCloseTo(0.5, 2)
    expect(record.take(1, true)).toBe(100)
    expect(record.vote()).toBeCloseTo(Math.log(1000 / 2), 12)
    expect(record.accuracy()).toBeCloseTo(1000 / 1002, 12)
  })

  it('gives no vote to a tree that is rather wrong', () => {
    const record = new BoostRecord()
    expect(record.vote()).toBe(0)
    for (let n = 0; n < 10; n++) record.take(1, n > 3)
    expect(record.vote()).toBe(0)
    record.clear()
    record.take(1, false)
    expect(record.vote()).toBeCloseTo(Math.log(2), 12)
  })
})

describe('the order in which boosted trees learn', () => {
  /** Members that only say in which order they are asked; those of `wrong` are wrong. */
  const asked = (accuracies: readonly number[], wrong: readonly number[], order?: Int32Array): number[] => {
    const turns: number[] = []
    const members = accuracies.map((accuracy, i) => {
      const record = new BoostRecord()
      record.counts.set([accuracy * 100, 100 - accuracy * 100])
      const answerThenLearn = () => (turns.push(i), wrong.includes(i) ? 1 : 0)
      return { lambda: 0, record, answerThenLearn } as unknown as BoostedMember
    })
    teachByBoosting(members, new Float64Array(1), 0, 0, 1, true, new Float64Array(8), 2, order)
    return turns
  }

  it('is their own, or begins with the worst, and goes on with the best after a right answer', () => {
    expect(asked([0.6, 0.9, 0.7, 0.8], [])).toEqual([0, 1, 2, 3])
    expect(asked([0.6, 0.9, 0.7, 0.8], [], new Int32Array(4))).toEqual([0, 1, 3, 2])
    expect(asked([0.6, 0.9, 0.7, 0.8], [0, 1, 2, 3], new Int32Array(4))).toEqual([0, 2, 3, 1])
    expect(asked([0.6, 0.9, 0.7, 0.8], [1], new Int32Array(4))).toEqual([0, 1, 2, 3])
  })
})

describe.each([
  ['adwinBoosting', adwinBoosting],
  ['bole', bole],
] as const)('%s', (_, make) => {
  it('is better than one tree where no single cut will do', () => {
    const tree = teach(build(hoeffdingTree({ leaves: 'majority' }), columns), 4, 20_000, diagonal(Infinity))
    expect(teach(build(make({ leaves: 'majority' }), columns), 4, 20_000, diagonal(Infinity))).toBeGreaterThan(tree)
  })

  it('forgets what has changed', () => {
    expect(teach(build(make(), columns), 4, 20_000, diagonal(14_000))).toBeGreaterThan(0.93)
  })

  it('saved after it has replaced trees goes on as if never stopped', () => {
    const learner = make({ trees: 3 })
    const running = build(learner, columns)
    teach(running, 4, 3_000, diagonal(2_000))
    const resumed = learner.build(rowSchema(columns), { problem: 'binary', classes: 2 }, running.save())
    teach(running, 4, 3_000, diagonal(0), 9)
    teach(resumed, 4, 3_000, diagonal(0), 9)
    expect(Buffer.compare(resumed.save(), running.save())).toBe(0)
  })
})
