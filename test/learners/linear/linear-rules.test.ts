import { Matrix, solve } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import {
  adaptiveRegularization,
  ftrlProximal,
  type Learner,
  linearRegression,
  logisticRegression,
  normalizedAdaptiveGradient,
  passiveAggressiveRegressor,
  recursiveLeastSquares,
  type RunningLearner,
  softConfidenceWeighted,
  softmaxRegression,
  type Target,
} from '../../../src/learners/index.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'
import { rowSchema } from '../../../src/transforms/row-schema.ts'

const binary: Target = { problem: 'binary', classes: 2 }
const regression: Target = { problem: 'regression', classes: 1 }
const WIDTH = 4
const schema = rowSchema(Array.from({ length: WIDTH }, (_, j) => ({ name: `x${j}`, kind: 'number', size: 1 })))

interface Row {
  readonly x: Float64Array
  readonly y: number
}

/** Rows with normal-like numbers whose label is a noisy weighted sum, or whether that is positive. */
function rowsOf(seed: number, count: number, classes: boolean): Row[] {
  const random = new SeededRandom(seed)
  return Array.from({ length: count }, () => {
    const x = Float64Array.from({ length: WIDTH }, () => random.next() + random.next() + random.next() - 1.5)
    const value = 2 * x[0] - x[1] + 0.5 * x[2] + 0.3 + 0.3 * (random.next() - 0.5)
    return { x, y: classes ? Number(value > 0) : value }
  })
}

/** The margin of each row before it is learned. */
function margins(learner: Learner<any, any>, target: Target, rows: readonly Row[]): number[] {
  const running = learner.build(schema, target)
  const out = new Float64Array(running.outputs)
  return rows.map(({ x, y }) => {
    running.predictThenLearn(x, 0, y, 1, out, 0)
    return out.length === 1 ? out[0] : Math.log(out[1] / out[0])
  })
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0)

/** The same by a reference that sees rows with a leading 1: `step` changes the weights by the row. */
function reference(rows: readonly Row[], step: (x: number[], y: number, margin: number) => number[]): number[] {
  let weights = new Array<number>(WIDTH + 1).fill(0)
  return rows.map(({ x, y }) => {
    const row = [1, ...x]
    const margin = dot(weights, row)
    weights = step(row, y, margin)
    return margin
  })
}

function expectClose(found: readonly number[], expected: readonly number[], within = 1e-9): void {
  const farthest = found.map((value, i) => Math.abs(value - expected[i]) / Math.max(1, Math.abs(expected[i])))
  expect(Math.max(...farthest)).toBeLessThan(within)
}

describe('linear learners by their papers, over dense matrices', () => {
  it('adaptive regularization keeps the diagonal of AROW', () => {
    const rows = rowsOf(1, 500, true)
    const weights = new Array<number>(WIDTH + 1).fill(0)
    const variances = new Array<number>(WIDTH + 1).fill(1)
    const expected = reference(rows, (x, label, margin) => {
      const y = 2 * label - 1
      const confidence = x.reduce((sum, value, i) => sum + variances[i] * value ** 2, 0)
      const beta = 1 / (confidence + 0.5)
      const alpha = Math.max(0, 1 - y * margin) * beta
      x.forEach((value, i) => (weights[i] += alpha * y * variances[i] * value))
      if (alpha > 0) x.forEach((value, i) => (variances[i] -= beta * (variances[i] * value) ** 2))
      return weights
    })
    expectClose(margins(adaptiveRegularization({ regularization: 0.5 }), binary, rows), expected, 1e-7)
  })

  it.each(['SCW-I', 'SCW-II'] as const)('%s puts rows on their side with the confidence wanted', (mode) => {
    // With C out of reach the step solves the paper's constraint exactly: y m' = phi times the deviation afterwards.
    const running = softConfidenceWeighted({ mode, aggressiveness: 1e9, confidence: 0.9 }).build(schema, binary)
    const phi = 1.2815515655446004 // normal quantile of 0.9 (Abramowitz & Stegun, table 26.5)
    const variances = new Array<number>(WIDTH + 1).fill(1)
    const out = new Float64Array(2)
    let tight = 0
    for (const { x, y } of rowsOf(2, 50, true)) {
      const row = [1, ...x]
      const side = () => {
        running.predict(x, 0, out, 0)
        return (2 * y - 1) * Math.log(out[1] / out[0])
      }
      const before = side()
      const variance = row.reduce((sum, value, i) => sum + variances[i] * value ** 2, 0)
      running.learn(x, 0, y, 1)
      if (before >= phi * Math.sqrt(variance)) {
        expect(side()).toBe(before)
        continue
      }
      const moved = (side() - before) / variance // alpha
      const root = (Math.sqrt((moved * variance * phi) ** 2 + 4 * variance) - moved * variance * phi) / 2
      const beta = (moved * phi) / (root + variance * moved * phi)
      row.forEach((value, i) => (variances[i] -= beta * (variances[i] * value) ** 2))
      expect(side() / (phi * root)).toBeCloseTo(1, 6)
      tight++
    }
    expect(tight).toBeGreaterThan(10)
  })

  it('FTRL-proximal is algorithm 1 of its paper', () => {
    const rows = rowsOf(3, 500, true)
    const { alpha, beta, l1, l2 } = { alpha: 0.2, beta: 1, l1: 0.3, l2: 0.5 }
    const z = new Array<number>(WIDTH + 1).fill(0)
    const n = new Array<number>(WIDTH + 1).fill(0)
    const weight = (i: number) => {
      const [lasso, ridge] = i === 0 ? [0, 0] : [l1, l2]
      if (Math.abs(z[i]) <= lasso) return 0
      return -(z[i] - Math.sign(z[i]) * lasso) / ((beta + Math.sqrt(n[i])) / alpha + ridge)
    }
    const expected = rows.map(({ x, y }) => {
      const row = [1, ...x]
      const weights = row.map((_, i) => weight(i))
      const margin = dot(weights, row)
      row.forEach((value, i) => {
        const gradient = (1 / (1 + Math.exp(-margin)) - y) * value
        z[i] += gradient - ((Math.sqrt(n[i] + gradient ** 2) - Math.sqrt(n[i])) / alpha) * weights[i]
        n[i] += gradient ** 2
      })
      return margin
    })
    expectClose(margins(ftrlProximal({ alpha, beta, l1, l2 }), binary, rows), expected, 1e-7)
  })

  it('passive-aggressive regression ends within its sensitivity of the row', () => {
    const running = passiveAggressiveRegressor({ aggressiveness: 1e12, sensitivity: 0.1 }).build(schema, regression)
    const out = new Float64Array(1)
    for (const { x, y } of rowsOf(4, 200, false)) {
      running.predict(x, 0, out, 0)
      const before = y - out[0]
      running.learn(x, 0, y, 1)
      running.predict(x, 0, out, 0)
      const norm = dot(x, x)
      // The intercept moves with the weights but is not in the norm, as in the field: so far beyond by 1 / norm.
      const step = Math.sign(before) * Math.max(0, Math.abs(before) - 0.1)
      const after = before - step * (1 + 1 / norm)
      expect(Math.abs(y - out[0] - after)).toBeLessThan(1e-9 * Math.max(1, Math.abs(after)))
    }
  })

  it.each([1, 0.98])('recursive least squares solves the normal equations, forgetting %f', (forgetting) => {
    const rows = rowsOf(5, 200, false)
    const spread = 10
    const running = recursiveLeastSquares({ forgetting, spread }).build(schema, regression)
    const information = Matrix.eye(WIDTH + 1, WIDTH + 1).div(spread)
    const pull = Matrix.zeros(WIDTH + 1, 1)
    for (const { x, y } of rows) {
      running.learn(x, 0, y, 1)
      const row = Matrix.columnVector([1, ...x])
      information.mul(forgetting).add(row.mmul(row.transpose()))
      pull.mul(forgetting).add(Matrix.mul(row, y))
    }
    const weights = solve(information, pull).to1DArray()
    const out = new Float64Array(1)
    for (const { x } of rows.slice(0, 20)) {
      running.predict(x, 0, out, 0)
      expect(out[0]).toBeCloseTo(dot(weights, [1, ...x]), 8)
    }
  })

  it('the normalized adaptive gradient does not see the scale of a column', () => {
    const rows = rowsOf(6, 1000, true)
    const scales = [1, 2 ** 40, 2 ** -40, 2 ** 10]
    const scaled = rows.map(({ x, y }) => ({ x: x.map((value, j) => value * scales[j]), y }))
    const learner = normalizedAdaptiveGradient()
    expectClose(margins(learner, binary, scaled), margins(learner, binary, rows), 1e-9)
    const errors = margins(learner, binary, scaled).filter(
      (margin, n) => n >= 500 && margin > 0 !== (scaled[n].y === 1),
    )
    expect(errors.length).toBeLessThan(40)
  })

  it('softmax over two classes is logistic regression at twice the step', () => {
    const rows = rowsOf(7, 500, true)
    const softmax = softmaxRegression({ optimizer: 'sgd', learningRate: 0.05 })
    const logistic = logisticRegression({ optimizer: 'sgd', learningRate: 0.1, interceptLearningRate: 0.1 })
    expectClose(margins(softmax, binary, rows), margins(logistic, binary, rows))
  })

  it('averaged gradient descent predicts by the mean of its weights', () => {
    const rows = rowsOf(8, 300, false)
    const path: number[][] = []
    const raw = linearRegression({ learningRate: 0.02, interceptLearningRate: 0.02 }).build(schema, regression)
    const averaged = linearRegression({ optimizer: 'averaged-sgd', learningRate: 0.02 }).build(schema, regression)
    const out = new Float64Array(1)
    for (const { x, y } of rows) {
      raw.learn(x, 0, y, 1)
      averaged.learn(x, 0, y, 1)
      path.push(weightsOf(raw))
      const mean = path[0].map((_, i) => path.reduce((sum, weights) => sum + weights[i], 0) / path.length)
      averaged.predict(x, 0, out, 0)
      expect(out[0]).toBeCloseTo(dot(mean, [1, ...x]), 9)
    }
  })

  it('Poisson loss learns a rate, and refuses what is no count', () => {
    const random = new SeededRandom(9)
    const running = linearRegression({ loss: 'poisson', optimizer: 'adagrad', learningRate: 0.1 }).build(
      schema,
      regression,
    )
    for (let n = 0; n < 20_000; n++) {
      const x = Float64Array.of(n % 2, 0, 0, 0)
      running.learn(x, 0, Math.floor(random.next() * (n % 2 === 0 ? 4 : 10)), 1) // means 1.5 and 4.5
    }
    const out = new Float64Array(2)
    running.predict(Float64Array.of(0, 0, 0, 0), 0, out, 0)
    running.predict(Float64Array.of(1, 0, 0, 0), 0, out, 1)
    expect(out[0]).toBeCloseTo(1.5, 0)
    expect(out[1]).toBeCloseTo(4.5, 0)
    expect(() => running.learn(Float64Array.of(0, 0, 0, 0), 0, -1, 1)).toThrow(
      expect.objectContaining({ code: 'MILLRACE_LEARNER_LABEL' }),
    )
  })

  it('a quantile loss puts that share of values below', () => {
    const random = new SeededRandom(10)
    const running = linearRegression({ loss: { quantile: 0.9 }, learningRate: 0.05 }).build(schema, regression)
    const out = new Float64Array(1)
    let below = 0
    for (let n = 0; n < 20_000; n++) {
      const x = Float64Array.of(random.next(), 0, 0, 0)
      const y = x[0] * (1 + random.next())
      running.predictThenLearn(x, 0, y, 1, out, 0)
      if (n >= 10_000 && y < out[0]) below++
    }
    expect(below / 10_000).toBeCloseTo(0.9, 1)
  })

  it('too many weights for their covariance are refused, with the remedy', () => {
    const wide = rowSchema([{ name: 'place', kind: 'indicator', size: 600 }])
    expect(() => recursiveLeastSquares().build(wide, regression)).toThrow(/601 weights.*linearRegression/)
  })
})

/** The intercept and the weights of a linear model, by asking. */
function weightsOf(running: RunningLearner): number[] {
  const out = new Float64Array(1)
  const at = (x: Float64Array) => {
    running.predict(x, 0, out, 0)
    return out[0]
  }
  const intercept = at(new Float64Array(WIDTH))
  return [
    intercept,
    ...Array.from({ length: WIDTH }, (_, j) => at(new Float64Array(WIDTH).fill(1, j, j + 1)) - intercept),
  ]
}
