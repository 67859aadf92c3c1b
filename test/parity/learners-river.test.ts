import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gaussianNaiveBayes } from '../../src/learners/bayes/gaussian-naive-bayes.ts'
import type { Learner, RunningLearner, Target } from '../../src/learners/learner.ts'
import type { LinearOptions } from '../../src/learners/linear/linear-options.ts'
import { linearRegression } from '../../src/learners/linear/linear-regression.ts'
import { logisticRegression } from '../../src/learners/linear/logistic-regression.ts'
import { pipeline } from '../../src/learners/pipeline.ts'
import { type BinaryArray, decodeBinary } from '../../src/stats/binary-format.ts'
import { standardScaler } from '../../src/transforms/standard-scaler.ts'
import { type Dataset, readDataset } from './learners-dataset.ts'

const RELATIVE = 1e-9
const binary: Target = { problem: 'binary', classes: 2 }
const regression: Target = { problem: 'regression', classes: 1 }

interface Golden {
  river: string
  columns: string[]
  predictions: [row: number, prediction: number][]
}
interface LinearGolden extends Golden {
  intercept: number
  weights: number[]
  means: number[]
  variances: number[]
}
interface BayesGolden extends Golden {
  counts: number[]
  means: number[][]
  variances: number[][]
}

function golden<G extends Golden>(name: string): G {
  const read: G = JSON.parse(readFileSync(new URL(`golden/river-${name}.json`, import.meta.url), 'utf8'))
  expect(read.river).toBe('0.24.2')
  return read
}

/** The largest relative difference, which a failure shows beside its bound. */
function difference(found: readonly number[], expected: readonly number[]): number {
  expect(found.length).toBe(expected.length)
  return Math.max(...found.map((value, i) => Math.abs(value - expected[i]) / (Math.abs(expected[i]) || 1)))
}

function run(learner: Learner, data: Dataset, target: Target): { running: RunningLearner; predictions: number[] } {
  const running = learner.build(data.schema, target)
  const out = new Float64Array(running.outputs)
  const predictions: number[] = []
  for (const [n, label] of data.labels.entries()) {
    running.predictThenLearn(data.rows, n * data.width, label, 1, out, 0)
    predictions.push(out[running.outputs - 1])
  }
  return { running, predictions }
}

function arrays(kind: string, bytes: Uint8Array): Record<string, BinaryArray> {
  return decodeBinary(kind, bytes).arrays
}

function every(array: BinaryArray, from: number, step: number): number[] {
  return Array.from(array).filter((_, i) => i >= from && (i - from) % step === 0)
}

const river = { optimizer: 'adagrad', interceptLearningRate: 0.01 } as const
const logistic: Record<string, LinearOptions> = {
  sgd: { optimizer: 'sgd' },
  adagrad: river,
  'sgd-l2': { optimizer: 'sgd', learningRate: 0.05, interceptLearningRate: 0.05, l2: 0.01, clip: 0.5 },
}
const linear: Record<string, LinearOptions> = {
  sgd: {},
  adagrad: { ...river, learningRate: 0.5, interceptLearningRate: 0.1 },
  'sgd-l2': { l2: 0.01, interceptLearningRate: 0.1, clip: 10 },
}
const linearCases = [
  ...['elec2', 'phishing'].flatMap((dataset) =>
    Object.entries(logistic).map(([variant, options]) => ({
      name: `logistic-regression-${variant}-${dataset}`,
      algorithm: 'logistic-regression',
      dataset,
      target: binary,
      learner: logisticRegression(options) as Learner,
      stride: options.optimizer === 'adagrad' ? 2 : 1,
    })),
  ),
  ...Object.entries(linear).map(([variant, options]) => ({
    name: `linear-regression-${variant}-trump-approval`,
    algorithm: 'linear-regression',
    dataset: 'trump-approval',
    target: regression,
    learner: linearRegression(options) as Learner,
    stride: options.optimizer === 'adagrad' ? 2 : 1,
  })),
]

describe('parity with River 0.24.2 to 1e-9 relative', () => {
  it.each(linearCases)(
    '$name: scaler, weights and predictions',
    ({ name, algorithm, dataset, target, learner, stride }) => {
      const data = readDataset(dataset)
      const expected = golden<LinearGolden>(name)
      expect(data.schema.columns.map((column) => column.name)).toEqual(expected.columns)
      const { running, predictions } = run(pipeline(standardScaler() as never, learner), data, target)
      const parts = arrays('pipeline', running.save())
      const { cells } = arrays('standard-scaler', parts.part0 as Uint8Array)
      const { state } = arrays(algorithm, parts.part1 as Uint8Array)
      const found = expected.predictions.map(([n]) => predictions[n])
      expect(difference(every(cells, 1, 4), expected.means)).toBeLessThan(RELATIVE)
      expect(difference(every(cells, 2, 4), expected.variances)).toBeLessThan(RELATIVE)
      expect(difference(every(state, stride, stride), expected.weights)).toBeLessThan(RELATIVE)
      expect(difference([state[0]], [expected.intercept])).toBeLessThan(RELATIVE)
      expect(
        difference(
          found,
          expected.predictions.map(([, prediction]) => prediction),
        ),
      ).toBeLessThan(RELATIVE)
    },
  )

  it.each(['elec2', 'phishing'])('gaussian-naive-bayes-%s: moments and predictions', (dataset) => {
    const data = readDataset(dataset)
    const expected = golden<BayesGolden>(`gaussian-naive-bayes-${dataset}`)
    const { running, predictions } = run(gaussianNaiveBayes(), data, binary)
    const { classes, cells } = arrays('gaussian-naive-bayes', running.save())
    const counts = every(cells, 0, 5)
    const variances = every(cells, 2, 5).map((squares, i) => squares / (counts[i] - 1))
    const found = expected.predictions.map(([n]) => predictions[n])
    expect(Array.from(classes)).toEqual(expected.counts)
    expect(difference(every(cells, 1, 5), expected.means.flat())).toBeLessThan(RELATIVE)
    expect(difference(variances, expected.variances.flat())).toBeLessThan(RELATIVE)
    expect(
      difference(
        found,
        expected.predictions.map(([, prediction]) => prediction),
      ),
    ).toBeLessThan(RELATIVE)
  })
})
