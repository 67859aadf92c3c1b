import { describe, expect, it } from 'vitest'
import * as learners from '../../../src/learners/index.ts'
import type { Learner } from '../../../src/learners/learner.ts'
import { readDataset } from '../../parity/learners-dataset.ts'

/** Accuracy and Cohen's kappa of predicting each row of Elec2 before it is learned. */
function score(learner: Learner): { accuracy: number; kappa: number } {
  const data = readDataset('elec2')
  const running = learner.build(data.schema, { problem: 'binary', classes: 2 })
  const out = new Float64Array(2)
  const cells = new Float64Array(4) // by prediction and label
  for (const [n, label] of data.labels.entries()) {
    running.predictThenLearn(data.rows, n * data.width, label, 1, out, 0)
    cells[(out[1] > out[0] ? 2 : 0) + label]++
  }
  const count = data.labels.length
  const accuracy = (cells[0] + cells[3]) / count
  const ups = (cells[2] + cells[3]) * (cells[1] + cells[3])
  const downs = (cells[0] + cells[1]) * (cells[0] + cells[2])
  const chance = (ups + downs) / count / count
  return { accuracy, kappa: (accuracy - chance) / (1 - chance) }
}

// MOA 2024.07 with ten trees (boosted ones: a hundred), the mean of its seeds 1 to 3 (boosted ones: its seed).
const rivals = [
  ['onlineBagging', learners.onlineBagging, 0.8256, 0.6412, 3],
  ['adwinBagging', learners.adwinBagging, 0.835, 0.658, 3],
  ['leveragingBagging', learners.leveragingBagging, 0.893, 0.7804, 3],
  ['streamingRandomPatches', learners.streamingRandomPatches, 0.8901, 0.7741, 3],
  ['adwinBoosting', learners.adwinBoosting, 0.8842, 0.7624, 3],
  ['bole', learners.bole, 0.9058, 0.8067, 3],
  ['streamingGradientBoostedTrees', learners.streamingGradientBoostedTrees, 0.8861, 0.7658, 1],
] as const

describe('in the mean of some seeds, ensembles are as right on Elec2 as those of MOA, within 0.3 points', () => {
  it.each(rivals)('%s', (_, make, accuracy, kappa, seeds) => {
    const scores = Array.from({ length: seeds }, (_, i) => score(make({ seed: i + 1 })))
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(scores.map((one) => one.accuracy))).toBeGreaterThan(accuracy - 0.003)
    expect(mean(scores.map((one) => one.kappa))).toBeGreaterThan(kappa - 0.006)
  })
})
