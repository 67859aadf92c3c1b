import { describe, expect, it } from 'vitest'
import { calibration } from '../../../src/evaluate/metrics/calibration.ts'
import { logLoss } from '../../../src/evaluate/metrics/log-loss.ts'
import { rocAuc } from '../../../src/evaluate/metrics/roc-auc.ts'
import {
  betaCalibration,
  gaussianNaiveBayes,
  isotonicCalibration,
  type Learner,
  type LogOddsCalibrationOptions,
  plattScaling,
  type RunningLearner,
} from '../../../src/learners/index.ts'
import { decodeBinary } from '../../../src/stats/binary-format.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'
import { rowSchema } from '../../../src/transforms/row-schema.ts'
import { readDataset } from '../../parity/learners-dataset.ts'
import { toldLearner, toldSchema } from './told-learner.ts'

const binary = { problem: 'binary', classes: 2 } as const
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const calibrators = { plattScaling, betaCalibration, isotonicCalibration }

interface Rows {
  readonly schema: typeof toldSchema
  readonly rows: Float64Array
  readonly labels: Float64Array
}

/** Figures of predictions made before their labels were learned, from row `from` on. */
function judge(learner: Learner<any, any>, { schema, rows, labels }: Rows, from = 0) {
  const running = learner.build(schema, binary)
  const metrics = { error: calibration(), loss: logLoss(), auc: rocAuc() }
  const states = Object.values(metrics).map((metric) => new Float64Array(metric.width(2)))
  const out = new Float64Array(2)
  const width = schema.columns.length
  for (let n = 0; n < labels.length; n++) {
    running.predictThenLearn(rows, n * width, labels[n], 1, out, 0)
    if (n < from) continue
    Object.values(metrics).forEach((metric, i) => metric.update(states[i], 0, 2, labels[n], out, 0, NaN, 1))
  }
  const [error, loss, auc] = Object.values(metrics).map((metric, i) => metric.read(states[i], 0, 2))
  return { running, error, loss, auc }
}

/** Rows that tell a probability p, and labels that are true with probability `truth(p)`. */
function told(truth: (p: number, n: number) => number, count = 20_000, seed = 3): Rows {
  const random = new SeededRandom(seed)
  const rows = Float64Array.from({ length: count }, () => sigmoid(2 * random.normal()))
  const labels = rows.map((p, n) => Number(random.next() < truth(p, n)))
  return { schema: toldSchema, rows, labels }
}

function coefficientsOf(algorithm: string, running: RunningLearner): number[] {
  const watcher = decodeBinary(algorithm, running.save()).arrays.watcher as Uint8Array
  return [...(decodeBinary(algorithm, watcher).arrays.coefficients as Float64Array)]
}

describe('calibration', () => {
  // Naive Bayes counts what several columns say alike as often as they say it.
  const repeated = ((): Rows => {
    const random = new SeededRandom(1)
    const names = ['a', 'a again', 'a once more', 'b', 'b again', 'b once more']
    const schema = rowSchema(names.map((name) => ({ name, kind: 'number', size: 1 }) as const))
    const rows = new Float64Array(6 * 20_000)
    const labels = new Float64Array(20_000)
    for (let n = 0; n < labels.length; n++) {
      labels[n] = Number(random.next() < 0.3)
      const [a, b] = [random.normal() + labels[n], random.normal() - labels[n]]
      rows.set([a, a, a, b, b, b], 6 * n)
    }
    return { schema, rows, labels }
  })()

  it.each(Object.entries(calibrators))(
    '%s: the calibration error of an overconfident learner falls',
    (_, calibrate) => {
      const before = judge(gaussianNaiveBayes(), repeated, 5000)
      const after = judge(calibrate(gaussianNaiveBayes()), repeated, 5000)
      expect(before.error).toBeGreaterThan(0.1)
      expect(after.error).toBeLessThan(0.015)
      expect(after.loss).toBeLessThan(before.loss - 0.1)
      expect(after.auc).toBeGreaterThan(before.auc - 0.002)
    },
  )

  it.each(Object.entries(calibrators))('%s: falls on Elec2, where nothing stays as it is', (_, calibrate) => {
    const elec2 = readDataset('elec2')
    const before = judge(gaussianNaiveBayes(), elec2)
    const after = judge(calibrate(gaussianNaiveBayes(), { forgetting: 0.999 }), elec2)
    expect(before.error).toBeGreaterThan(0.15)
    expect(after.error).toBeLessThan(before.error / 3)
    expect(after.loss).toBeLessThan(0.65 * before.loss)
  })

  it.each(Object.entries(calibrators))('%s: leaves alone what is right', (_, calibrate) => {
    const right = told((p) => p)
    const [before, after] = [judge(toldLearner, right), judge(calibrate(toldLearner, { forgetting: 1 }), right)]
    expect(after.loss).toBeLessThan(before.loss + 0.003)
    expect(after.error).toBeLessThan(0.012)
  })

  it.each(Object.entries(calibrators))('%s: a prediction that says the opposite tells nothing', (_, calibrate) => {
    const { rows, labels } = told((p) => 1 - p)
    const { running } = judge(calibrate(toldLearner, { forgetting: 1 }), { schema: toldSchema, rows, labels })
    const out = new Float64Array(4)
    running.predict(Float64Array.of(0.2), 0, out, 0)
    running.predict(Float64Array.of(0.8), 0, out, 2)
    const share = labels.reduce((a, b) => a + b, 0) / labels.length
    expect(Math.abs(out[1] - share)).toBeLessThan(0.02)
    expect(Math.abs(out[3] - share)).toBeLessThan(0.02)
  })

  it.each(Object.entries(calibrators))('%s: follows what was right and is no more', (_, calibrate) => {
    const turned = told((p, n) => (n < 20_000 ? p : sigmoid(0.3 * Math.log(p / (1 - p)) - 1)), 30_000)
    const { error } = judge(calibrate(toldLearner, { forgetting: 0.999 }), turned, 24_000)
    const { error: unadjusted } = judge(toldLearner, turned, 24_000)
    expect(unadjusted).toBeGreaterThan(0.2)
    expect(error).toBeLessThan(0.03)
  })

  it('Platt scaling and beta calibration find the curve that labels are drawn from', () => {
    const logOdds = told((p) => sigmoid(0.5 * Math.log(p / (1 - p)) - 0.7))
    const platt = judge(plattScaling(toldLearner, { forgetting: 1 }), logOdds)
    const [a, c] = coefficientsOf('platt-scaling', platt.running)
    expect(Math.abs(a - 0.5)).toBeLessThan(0.03)
    expect(Math.abs(c + 0.7)).toBeLessThan(0.06)
    const skewed = told((p) => sigmoid(0.4 * Math.log(p) - 1.6 * Math.log(1 - p) + 0.3), 50_000)
    const beta = judge(betaCalibration(toldLearner, { forgetting: 1 }), skewed)
    const [low, high, shift] = coefficientsOf('beta-calibration', beta.running)
    expect(Math.abs(low - 0.4)).toBeLessThan(0.06)
    expect(Math.abs(high - 1.6)).toBeLessThan(0.12)
    expect(Math.abs(shift - 0.3)).toBeLessThan(0.15)
    expect(beta.loss).toBeLessThan(judge(plattScaling(toldLearner, { forgetting: 1 }), skewed).loss)
  })

  it.each(['platt-scaling', 'beta-calibration'])('%s: a label at a time is nearly as good as all at once', (name) => {
    const size = name === 'platt-scaling' ? 2 : 3
    const { rows, labels, schema } = told((p) => sigmoid(0.4 * Math.log(p) - 1.6 * Math.log(1 - p) + 0.3), 5000)
    const features = (p: number): number[] =>
      size === 2 ? [Math.log(p / (1 - p)), 1] : [Math.log(p), -Math.log(1 - p), 1]
    const best = fitted(
      [...rows].map((p) => features(p)),
      [...labels],
    )
    const calibrate = size === 2 ? plattScaling : betaCalibration
    const online = judge(calibrate(toldLearner, { forgetting: 1 }), { schema, rows, labels })
    const found = coefficientsOf(name, online.running)
    const lossOf = (coefficients: number[]): number => {
      let sum = 0
      for (let n = 0; n < labels.length; n++) {
        const q = sigmoid(features(rows[n]).reduce((total, x, i) => total + coefficients[i] * x, 0))
        sum -= Math.log(labels[n] === 1 ? q : 1 - q)
      }
      return sum / labels.length
    }
    expect(lossOf(found) - lossOf(best)).toBeLessThan(0.001)
  })

  it('isotonic calibration is the rising curve nearest to the shares of its bins', () => {
    const steps = told((p) => (p < 0.3 ? 0.1 : p < 0.5 ? 0.6 : p < 0.8 ? 0.4 : 0.9), 4000)
    const { running } = judge(isotonicCalibration(toldLearner, { forgetting: 1 }), steps)
    // Each bin of 0.125 in log-odds begins with one label's worth of its middle.
    const bins = Array.from({ length: 192 }, (_, k) => ({
      weight: 1,
      p: sigmoid((k - 95.5) * 0.125),
      came: sigmoid((k - 95.5) * 0.125),
    }))
    steps.rows.forEach((p, n) => {
      const bin = bins[Math.floor(Math.log(p / (1 - p)) / 0.125) + 96]
      bin.weight++
      bin.p += p
      bin.came += steps.labels[n]
    })
    const mean = (from: number, to: number): number => {
      const some = bins.slice(from, to + 1)
      return some.reduce((a, { came }) => a + came, 0) / some.reduce((a, { weight }) => a + weight, 0)
    }
    const out = new Float64Array(2)
    for (let k = 40; k < 150; k++) {
      let level = 0
      for (let from = 0; from <= k; from++) {
        let least = Infinity
        for (let to = k; to < bins.length; to++) least = Math.min(least, mean(from, to))
        level = Math.max(level, least)
      }
      running.predict(Float64Array.of(bins[k].p / bins[k].weight), 0, out, 0)
      expect(Math.abs(out[1] - level)).toBeLessThan(1e-9)
    }
  })

  it('probabilities of 0 and 1 are put right too', () => {
    const options: LogOddsCalibrationOptions = { forgetting: 1 }
    for (const calibrate of Object.values(calibrators)) {
      const running = calibrate(toldLearner, options).build(toldSchema, binary)
      const random = new SeededRandom(2)
      const out = new Float64Array(2)
      for (let n = 0; n < 5000; n++) {
        const p = random.nextInt(2)
        running.learn(Float64Array.of(p), 0, Number(random.next() < (p === 1 ? 0.8 : 0.1)), 1)
      }
      running.predict(Float64Array.of(1), 0, out, 0)
      expect(Math.abs(out[1] - 0.8)).toBeLessThan(0.05)
      running.predict(Float64Array.of(0), 0, out, 0)
      expect(Math.abs(out[1] - 0.1)).toBeLessThan(0.05)
    }
  })
})

/** Logistic regression over all rows at once, by Newton's method. */
function fitted(rows: readonly number[][], labels: readonly number[]): number[] {
  const size = rows[0].length
  const coefficients = new Array<number>(size).fill(0)
  for (let round = 0; round < 30; round++) {
    const matrix = Array.from({ length: size }, () => new Array<number>(size + 1).fill(0))
    rows.forEach((row, n) => {
      const q = sigmoid(row.reduce((sum, x, i) => sum + coefficients[i] * x, 0))
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) matrix[i][j] += q * (1 - q) * row[i] * row[j]
        matrix[i][size] += (labels[n] - q) * row[i]
      }
    })
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < size; k++) {
        if (k === i) continue
        const share = matrix[k][i] / matrix[i][i]
        for (let j = 0; j <= size; j++) matrix[k][j] -= share * matrix[i][j]
      }
    }
    for (let i = 0; i < size; i++) coefficients[i] += matrix[i][size] / matrix[i][i]
  }
  return coefficients
}
