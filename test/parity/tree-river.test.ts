import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { adaptiveRandomForest } from '../../src/learners/ensembles/adaptive-random-forest.ts'
import { adwinBoosting } from '../../src/learners/ensembles/adwin-boosting.ts'
import { bole } from '../../src/learners/ensembles/bole.ts'
import { leveragingBagging } from '../../src/learners/ensembles/leveraging-bagging.ts'
import { streamingGradientBoostedTrees } from '../../src/learners/ensembles/streaming-gradient-boosted-trees.ts'
import { streamingRandomPatches } from '../../src/learners/ensembles/streaming-random-patches.ts'
import type { Learner, RunningLearner, Target } from '../../src/learners/learner.ts'
import { extremelyFastDecisionTree } from '../../src/learners/trees/extremely-fast-decision-tree.ts'
import { hoeffdingAdaptiveTree } from '../../src/learners/trees/hoeffding-adaptive-tree.ts'
import { hoeffdingAdaptiveTreeRegressor } from '../../src/learners/trees/hoeffding-adaptive-tree-regressor.ts'
import { hoeffdingTree } from '../../src/learners/trees/hoeffding-tree.ts'
import { hoeffdingTreeRegressor } from '../../src/learners/trees/hoeffding-tree-regressor.ts'
import { decodeBinary } from '../../src/stats/binary-format.ts'
import { type Dataset, readDataset } from './learners-dataset.ts'

interface Golden {
  readonly splits: readonly (readonly [row: number, column: string, threshold: number])[]
  readonly accuracy: number
}

const goldens = JSON.parse(readFileSync(new URL('golden/river-trees.json', import.meta.url), 'utf8'))
const binary: Target = { problem: 'binary', classes: 2 }
const SLIP = 5 // rows: River rounds the weight a leaf has seen, and so is late by one row at each attempt to split

/** The splits of a tree in the order they were made, for children are made when a node is split. */
function splitsOf(running: RunningLearner, algorithm: string): { column: number; threshold: number }[] {
  const { feature, left, threshold } = decodeBinary(algorithm, running.save()).arrays
  const inner = [...feature.keys()].filter((node) => feature[node] >= 0)
  return inner.sort((a, b) => left[a] - left[b]).map((node) => ({ column: feature[node], threshold: threshold[node] }))
}

/** One pass: the accuracy, the splits, and how many there were after some of the rows. */
function pass(learner: Learner, data: Dataset, looks: ReadonlySet<number>) {
  const running = learner.build(data.schema, binary)
  const out = new Float64Array(2)
  const counts = new Map<number, number>()
  let right = 0
  for (const [n, label] of data.labels.entries()) {
    running.predictThenLearn(data.rows, n * data.width, label, 1, out, 0)
    right += Number(out[1] > out[0] === (label === 1))
    if (looks.has(n)) counts.set(n, splitsOf(running, learner.algorithm).length)
  }
  return { accuracy: right / data.labels.length, splits: splitsOf(running, learner.algorithm), counts }
}

// As many splits as are the same before rounding decides which row a tie is broken at.
describe('the first splits are those of River 0.24.2, and the accuracy is no lower', () => {
  it.each([
    { name: 'hoeffding-tree-elec2', dataset: 'elec2', same: 7, learner: hoeffdingTree() },
    {
      name: 'hoeffding-tree-majority-elec2',
      dataset: 'elec2',
      same: 7,
      learner: hoeffdingTree({ leaves: 'majority' }),
    },
    { name: 'hoeffding-tree-phishing', dataset: 'phishing', same: 1, learner: hoeffdingTree() },
    {
      name: 'hoeffding-tree-gini-phishing',
      dataset: 'phishing',
      same: 1,
      learner: hoeffdingTree({ gracePeriod: 50, delta: 0.01, criterion: 'gini' }),
    },
  ])('$name', ({ name, dataset, same, learner }) => {
    expect(goldens.river).toBe('0.24.2')
    const golden: Golden = goldens[name]
    const data = readDataset(dataset)
    const agreed = golden.splits.slice(0, same)
    expect(agreed.length).toBe(same)
    const looks = new Set(agreed.flatMap(([row]) => [row - SLIP, row]))
    const found = pass(learner, data, looks)
    for (const [k, [row, column, threshold]] of agreed.entries()) {
      expect(data.schema.columns[found.splits[k].column].name).toBe(column)
      expect(found.splits[k].threshold / threshold).toBeCloseTo(1, 9)
      expect(found.counts.get(row)).toBe(k + 1)
      expect(found.counts.get(row - SLIP)).toBe(k)
    }
    expect(found.accuracy).toBeGreaterThan(golden.accuracy - 0.003)
  })
})

// Such trees are chaotic: a row more or less before a split moves the accuracy by a point. So the mean of nine passes over
// Elec2 is compared, with these grace periods. MOA's right predictions are those of bench/peers/MoaPeer.java, as
// `MoaPeer "trees.HoeffdingTree -g 190" elec2.f64 8 2 45312 100`.
const graces = [190, 195, 198, 199, 200, 201, 202, 205, 210]
const moa = {
  'trees.HoeffdingTree': [36_302, 36_342, 36_033, 36_152, 36_398, 36_231, 36_224, 36_295, 36_656],
  'trees.HoeffdingAdaptiveTree': [37_563, 37_587, 37_347, 37_535, 37_761, 37_415, 37_731, 37_471, 37_334],
  'trees.EFDT': [36_148, 36_329, 36_504, 36_575, 36_449, 36_027, 36_023, 36_293, 36_159],
}

describe('the accuracy on Elec2 is at least that of MOA 2024.07 less 0.3 points', () => {
  it.each([
    ['trees.HoeffdingTree', hoeffdingTree],
    ['trees.HoeffdingAdaptiveTree', hoeffdingAdaptiveTree],
    ['trees.EFDT', extremelyFastDecisionTree],
  ] as const)('%s', (name, make) => {
    const data = readDataset('elec2')
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    const found = graces.map((gracePeriod) => pass(make({ gracePeriod }), data, new Set()).accuracy)
    expect(mean(found)).toBeGreaterThan(mean(moa[name]) / data.labels.length - 0.003)
  })

  it('of the Hoeffding tree by its defaults too', () => {
    const data = readDataset('elec2')
    expect(pass(hoeffdingTree(), data, new Set()).accuracy).toBeGreaterThan(36_398 / data.labels.length - 0.003)
  })
})

describe('the mean absolute error on TrumpApproval is below that of River 0.24.2 and MOA 2024.07', () => {
  // bench/peers/river-peer.py with "tree.HoeffdingTreeRegressor()" over scaled numbers, and MoaPeer with trees.FIMTDD.
  const peers = { river: 957.059 / 1001, moa: 1205.221 / 1001 }

  it.each([
    ['mean or linear leaves', hoeffdingTreeRegressor()],
    ['the same, adaptive', hoeffdingAdaptiveTreeRegressor()],
  ] as const)('%s', (_, learner) => {
    const data = readDataset('trump-approval')
    const running = learner.build(data.schema, { problem: 'regression', classes: 1 })
    const out = new Float64Array(1)
    let sum = 0
    for (const [n, label] of data.labels.entries()) {
      running.predictThenLearn(data.rows, n * data.width, label, 1, out, 0)
      sum += Math.abs(out[0] - label)
    }
    expect(sum / data.labels.length).toBeLessThan(Math.min(peers.river, peers.moa))
  })
})

// Equal on every machine and Node version. A change of a formula, an option or of the saved format changes them: then pin
// them anew, knowingly.
it.each([
  ['hoeffdingTree', hoeffdingTree(), '22264b6eb610c573'],
  ['hoeffdingAdaptiveTree', hoeffdingAdaptiveTree(), '979d6d9f058ce0c8'],
  ['extremelyFastDecisionTree', extremelyFastDecisionTree(), '85dcf11daa97d1d5'],
  ['adaptiveRandomForest', adaptiveRandomForest({ trees: 2 }), 'c2b9bea2e76072a5'],
  ['leveragingBagging', leveragingBagging({ trees: 2 }), '0c43570829c54e73'],
  ['streamingRandomPatches', streamingRandomPatches({ trees: 2 }), '9675277674b0856f'],
  ['adwinBoosting', adwinBoosting({ trees: 2 }), '32cce643413fd3c6'],
  ['bole', bole({ trees: 2 }), '8df9461a183258b2'],
  ['streamingGradientBoostedTrees', streamingGradientBoostedTrees({ trees: 3 }), 'dbe8adaefa75d4fb'],
] as const)('the bits of %s after one pass over Elec2 are pinned', (_, learner, digest) => {
  const data = readDataset('elec2')
  const running = learner.build(data.schema, binary)
  for (const [n, label] of data.labels.entries()) running.learn(data.rows, n * data.width, label, 1)
  expect(createHash('sha256').update(running.save()).digest('hex').slice(0, 16)).toBe(digest)
})
