import type { Learner, RunningLearner, Target } from '../../../src/learners/learner.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'
import { type Column, rowSchema } from '../../../src/transforms/row-schema.ts'

/** Fills a row and gives its label. */
export type Draw = (random: SeededRandom, row: Float64Array, n: number) => number

/** Learners over planted rows. */
export const plantedRows = {
  numbers: (...names: string[]): Column[] => names.map((name) => ({ name, kind: 'number', size: 1 })),

  build(
    learner: Learner,
    columns: readonly Column[],
    target: Target = { problem: 'binary', classes: 2 },
  ): RunningLearner {
    return learner.build(rowSchema(columns), target)
  },

  /** The same for values: gives the mean absolute error over the last 1,000 rows. */
  teachValues(running: RunningLearner, width: number, count: number, draw: Draw, seed = 1): number {
    const random = new SeededRandom(seed)
    const row = new Float64Array(width)
    const out = new Float64Array(1)
    let sum = 0
    for (let n = 0; n < count; n++) {
      const value = draw(random, row, n)
      running.predictThenLearn(row, 0, value, 1, out, 0)
      if (n >= count - 1000) sum += Math.abs(out[0] - value)
    }
    return sum / 1000
  },

  /** Learns `count` drawn rows; gives the accuracy over the last 1,000 of them, each predicted before it was learned. */
  teach(running: RunningLearner, width: number, count: number, draw: Draw, seed = 1): number {
    const random = new SeededRandom(seed)
    const row = new Float64Array(width)
    const out = new Float64Array(running.outputs)
    let right = 0
    for (let n = 0; n < count; n++) {
      const label = draw(random, row, n)
      running.predictThenLearn(row, 0, label, 1, out, 0)
      if (n >= count - 1000 && out.indexOf(Math.max(...out)) === label) right++
    }
    return right / 1000
  },
}
