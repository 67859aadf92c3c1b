import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { intervalCoverage } from '../../../src/evaluate/metrics/interval-coverage.ts'
import { intervalScore } from '../../../src/evaluate/metrics/interval-score.ts'
import { AdaptiveLevel } from '../../../src/learners/calibration/adaptive-level.ts'
import {
  adaptiveConformalIntervals,
  type AdaptiveConformalOptions,
  adaptiveConformalSets,
  gaussianNaiveBayes,
  hoeffdingTreeRegressor,
  lastLabel,
  linearRegression,
  pipeline,
  type RunningLearner,
} from '../../../src/learners/index.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'
import { rowSchema } from '../../../src/transforms/row-schema.ts'
import { standardScaler } from '../../../src/transforms/standard-scaler.ts'
import { readDataset } from '../../parity/learners-dataset.ts'
import { toldLearner, toldSchema } from './told-learner.ts'

const regression = { problem: 'regression', classes: 1 } as const

function told(options: AdaptiveConformalOptions): RunningLearner {
  return adaptiveConformalIntervals(toldLearner, options).build(toldSchema, regression)
}

/** Which labels were outside of the interval that stood before them. */
function misses(running: RunningLearner, labels: Iterable<number>, predict: (n: number) => number): boolean[] {
  const row = new Float64Array(1)
  const interval = new Float64Array(2)
  const found: boolean[] = []
  let n = 0
  for (const label of labels) {
    row[0] = predict(n++)
    running.predictInterval?.(row, 0, interval, 0)
    found.push(!(interval[0] <= label && label <= interval[1]))
    running.learn(row, 0, label, 1)
  }
  return found
}

const share = (all: readonly boolean[], from = 0, to = all.length): number =>
  all.slice(from, to).filter(Boolean).length / (to - from)

describe('adaptive conformal intervals', () => {
  it('with one step size miss what they may for any labels at all, as Proposition 4.1 of the paper has it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 200, maxLength: 600 }),
        fc.constantFrom(0.5, 0.8, 0.9),
        fc.constantFrom(0.01, 0.05, 0.3),
        (labels, coverage, step) => {
          const missed = misses(told({ coverage, stepSizes: [step], window: 50 }), labels, () => 0)
          const bound = (Math.max(coverage, 1 - coverage) + step) / (step * labels.length)
          expect(share(missed)).toBeLessThanOrEqual(1 - coverage + bound + 1e-9)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('hold against an adversary who puts each label just outside, where the interval has ends', () => {
    const running = told({ coverage: 0.9, stepSizes: [0.02] })
    const interval = new Float64Array(2)
    let missed = 0
    for (let n = 0; n < 5000; n++) {
      running.predictInterval?.(Float64Array.of(0), 0, interval, 0)
      const label = Number.isFinite(interval[1]) ? Math.min(1e6, interval[1] * 1.01 + 1e-3) : 0
      if (label > interval[1]) missed++
      running.learn(Float64Array.of(0), 0, label, 1)
    }
    expect(missed / 5000).toBeLessThan(0.1 + 1.02 / (0.02 * 5000) + 1e-9)
    expect(missed / 5000).toBeGreaterThan(0.08)
  })

  it.each([0.5, 0.8, 0.9, 0.99])(
    'cover %d of labels that stay as they are, hardly wider than they must be',
    (coverage) => {
      const random = new SeededRandom(5)
      const labels = Array.from({ length: 20_000 }, () => 3 + 2 * random.normal())
      const running = told({ coverage })
      const missed = misses(running, labels, () => 3)
      expect(Math.abs(1 - share(missed, 2000) - coverage)).toBeLessThan(0.01)
      const interval = new Float64Array(2)
      running.predictInterval?.(Float64Array.of(3), 0, interval, 0)
      const reach = { 0.5: 0.674, 0.8: 1.282, 0.9: 1.645, 0.99: 2.576 }[coverage] ?? 0
      expect(Math.abs((interval[1] - interval[0]) / (4 * reach) - 1)).toBeLessThan(0.15)
    },
  )

  it('cover through drift, where a window of errors alone does not', () => {
    const random = new SeededRandom(6)
    const phases = [1, 8, 0.5, 3, 3, 10]
    const labels = Array.from({ length: 12_000 }, (_, n) => {
      const phase = Math.floor(n / 2000)
      return (phase === 4 ? (n % 2000) / 100 : 0) + phases[phase] * random.normal()
    })
    const adaptive = misses(told({ coverage: 0.9 }), labels, () => 0)
    const windowed = misses(told({ coverage: 0.9, stepSizes: [1e-12] }), labels, () => 0)
    expect(Math.abs(share(adaptive, 1000) - 0.1)).toBeLessThan(0.01)
    const worst = (missed: boolean[]): number =>
      Math.max(
        ...phases.map((_, k) =>
          Math.abs(share(missed, Math.max(500, 2000 * k), 2000 * k + 500 + 500 * +(k === 0)) - 0.1),
        ),
      )
    expect(worst(windowed)).toBeGreaterThan(0.25) // in the 500 labels after a change
    expect(worst(adaptive)).toBeLessThan(worst(windowed) / 2)
    for (let k = 0; k < phases.length; k++) {
      expect(Math.abs(share(adaptive, 2000 * k + 500, 2000 * k + 2000) - 0.1)).toBeLessThan(0.04)
    }
  })

  it('cover on real data with real learners, are seldom infinite and narrow else', () => {
    const { schema, width, rows, labels } = readDataset('trump-approval')
    for (const learner of [pipeline(standardScaler(), linearRegression()), hoeffdingTreeRegressor()]) {
      const running = adaptiveConformalIntervals(learner, { coverage: 0.8, window: 200 }).build(schema, regression)
      const [coverage, score] = [intervalCoverage(), intervalScore({ alpha: 0.2 })]
      const states = [coverage, score].map((metric) => new Float64Array(metric.width(1)))
      const out = new Float64Array(3)
      let infinite = 0
      labels.forEach((label, n) => {
        running.predictInterval?.(rows, n * width, out, 1)
        running.predictThenLearn(rows, n * width, label, 1, out, 0)
        if (n < 100) return
        coverage.update(states[0], 0, 1, label, out, 0, NaN, 1)
        if (out[2] === Infinity) infinite++
        else score.update(states[1], 0, 1, label, out, 0, NaN, 1)
      })
      expect(Math.abs(coverage.read(states[0], 0, 1) - 0.8)).toBeLessThan(0.02)
      expect(infinite / (labels.length - 100)).toBeLessThan(0.02)
      const sorted = labels.slice(100).sort()
      const spread = sorted[Math.floor(0.9 * sorted.length)] - sorted[Math.floor(0.1 * sorted.length)]
      expect(score.read(states[1], 0, 1)).toBeLessThan(spread)
    }
  })

  it('know the errors that were made before the label was learned, however it was', () => {
    const learner = adaptiveConformalIntervals(lastLabel(), { coverage: 0.5, window: 10 })
    const running = [learner.build(toldSchema, regression), learner.build(toldSchema, regression)]
    const row = Float64Array.of(0)
    const out = new Float64Array(3)
    for (let n = 0; n < 100; n++) {
      running[0].learn(row, 0, 3 * n, 1) // 3 more than the label before, which is what is predicted
      running[1].predictThenLearn(row, 0, 3 * n, 1, out, 0)
    }
    for (const one of running) {
      one.predict(row, 0, out, 0)
      one.predictInterval?.(row, 0, out, 1)
      expect([...out]).toEqual([297, 294, 300])
    }
    expect(running[0].save()).toEqual(running[1].save())
  })

  it('are infinite at first, for nothing can be promised', () => {
    const running = told({ coverage: 0.9 })
    const interval = new Float64Array(2)
    running.predictInterval?.(Float64Array.of(5), 0, interval, 0)
    expect([...interval]).toEqual([-Infinity, Infinity])
  })
})

describe('adaptive conformal sets', () => {
  const schema = rowSchema(['a', 'b'].map((name) => ({ name, kind: 'number', size: 1 }) as const))

  it('cover through drift, with few classes where classes are far apart', () => {
    const random = new SeededRandom(8)
    const learner = adaptiveConformalSets(gaussianNaiveBayes(), { coverage: 0.9 })
    const running = learner.build(schema, { problem: 'multiclass', classes: 4 })
    const set = new Float64Array(4)
    const row = new Float64Array(2)
    const missed: boolean[] = []
    const sizes: number[] = []
    for (let n = 0; n < 12_000; n++) {
      const label = random.nextInt(4)
      const turned = n < 4000 ? label : (label + 1) % 4 // what the classes look like changes
      const spread = n < 8000 ? 0.5 : 1.5 // and then they are harder to tell
      row[0] = (turned & 1) + spread * random.normal()
      row[1] = (turned >> 1) + spread * random.normal()
      running.predictSet?.(row, 0, set, 0)
      missed.push(set[label] === 0)
      sizes.push(set.reduce((a, b) => a + b, 0))
      running.learn(row, 0, label, 1)
    }
    expect(Math.abs(share(missed, 500) - 0.1)).toBeLessThan(0.01)
    for (const from of [500, 4500, 8500]) expect(Math.abs(share(missed, from, from + 3500) - 0.1)).toBeLessThan(0.02)
    const size = (from: number): number => sizes.slice(from, from + 3000).reduce((a, b) => a + b, 0) / 3000
    expect(size(1000)).toBeLessThan(2.2)
    expect(size(9000)).toBeGreaterThan(size(1000) + 0.5)
  })

  it('hold every class before the first label', () => {
    const running = adaptiveConformalSets(gaussianNaiveBayes()).build(schema, { problem: 'multiclass', classes: 4 })
    const set = new Float64Array(4)
    running.predictSet?.(Float64Array.of(1, 1), 0, set, 0)
    expect([...set]).toEqual([1, 1, 1, 1])
  })
})

it('the level is that of DtACI, written as in the paper', () => {
  const [alpha, interval] = [0.1, 500]
  const steps = [0.001, 0.01, 0.05]
  const state = AdaptiveLevel.state(alpha, steps)
  const level = new AdaptiveLevel(state, alpha, steps)
  const eta =
    Math.sqrt(3 / interval) *
    Math.sqrt((Math.log(steps.length * interval) + 2) / ((1 - alpha) ** 2 * alpha ** 3 + alpha ** 2 * (1 - alpha) ** 3))
  const sigma = 1 / (2 * interval)
  const experts = steps.map((gamma) => ({ gamma, alpha, weight: 1 }))
  const random = new SeededRandom(9)
  for (let t = 0; t < 2000; t++) {
    const total = experts.reduce((sum, { weight }) => sum + weight, 0)
    const mean = experts.reduce((sum, expert) => sum + (expert.weight / total) * expert.alpha, 0)
    expect(Math.abs(level.level - mean)).toBeLessThan(1e-9)
    const beta = random.next() ** (t < 1000 ? 1 : 3)
    const grown = experts.map((expert) => {
      const pinball = alpha * (beta - expert.alpha) - Math.min(0, beta - expert.alpha)
      return expert.weight * Math.exp(-eta * pinball)
    })
    const sum = grown.reduce((a, b) => a + b, 0)
    experts.forEach((expert, i) => {
      expert.weight = ((1 - sigma) * grown[i] + (sum * sigma) / steps.length) / sum
      expert.alpha += expert.gamma * (alpha - Number(expert.alpha >= beta))
    })
    level.update(beta)
  }
})
