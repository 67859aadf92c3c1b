import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  accuracy,
  balancedAccuracy,
  confusionMatrix,
  fBeta,
  intervalScore,
  kappa,
  matthewsCorrelation,
  type Metric,
  prAuc,
  prAucErrorBound,
  precision,
  r2,
  recall,
  Scoreboard,
} from '../../src/evaluate/index.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'

function stateOf(metric: Metric, classes: number, outcomes: Iterable<readonly [label: number, ...out: number[]]>) {
  const state = new Float64Array(metric.width(classes))
  for (const [label, ...out] of outcomes) metric.update(state, 0, classes, label, Float64Array.from(out), 0, NaN, 1)
  return state
}

test('PR AUC is within its error bound of the average precision of all scores, whatever they are', () => {
  const outcomes = fc.array(
    fc.tuple(fc.boolean(), fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0.2, 0.5, 0.9))),
    { minLength: 2, maxLength: 80 },
  )
  fc.assert(
    fc.property(outcomes, (all) => {
      const positives = all.filter(([isTrue]) => isTrue).length
      fc.pre(positives > 0)
      const metric = prAuc()
      const state = stateOf(
        metric,
        2,
        all.map(([isTrue, p]) => [Number(isTrue), 1 - p, p] as const),
      )
      let exact = 0
      for (const score of new Set(all.map(([, p]) => p))) {
        const above = all.filter(([, p]) => p >= score)
        const gained = all.filter(([isTrue, p]) => isTrue && p === score).length
        exact += (gained / positives) * (above.filter(([isTrue]) => isTrue).length / above.length)
      }
      const found = metric.read(state, 0, 2)
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(prAucErrorBound(state, 0) + 1e-12)
      expect(found).toBeGreaterThanOrEqual(0)
      expect(found).toBeLessThanOrEqual(1)
    }),
  )
})

test('R2 keeps its digits where labels lie far from zero', () => {
  const random = new SeededRandom(1)
  const outcomes = Array.from({ length: 20_000 }, () => {
    const label = random.normal()
    return [label, label + 0.5 * random.normal()] as const
  })
  const near = r2().read(stateOf(r2(), 1, outcomes), 0, 1)
  const moved = (by: number) => outcomes.map(([label, value]) => [label + by, value + by] as const)
  expect(near).toBeGreaterThan(0.7)
  expect(Math.abs(r2().read(stateOf(r2(), 1, moved(1e4)), 0, 1) - near)).toBeLessThan(1e-7)
  expect(Math.abs(r2().read(stateOf(r2(), 1, moved(1e6)), 0, 1) - near)).toBeLessThan(1e-3)
  expect(r2().read(stateOf(r2(), 1, [[5, 4]]), 0, 1)).toBeNaN()
})

test('the confusion matrix can be read of a scoreboard whose metrics share it', () => {
  const board = new Scoreboard({
    problem: 'multiclass',
    classes: 3,
    models: 1,
    metrics: [accuracy(), kappa(), balancedAccuracy()],
    rollingLength: 4,
    panes: 2,
  })
  const expected = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]
  for (let n = 0; n < 30; n++) {
    const [label, guess] = [n % 3, (n * n) % 3]
    const out = Float64Array.from([0, 1, 2], (k) => (k === guess ? 0.8 : 0.1))
    board.update(0, board.set.look(label, out, 0, NaN, 1))
    expected[label][guess]++
  }
  const at = board.set.offsets[board.set.metrics.findIndex(({ shares }) => shares === 'confusion')]
  expect(confusionMatrix(board.stateOf(0), at, 3)).toEqual(expected)
})

test('what is undefined is NaN, and a class that was never predicted has a precision of 0 among others', () => {
  const never = [
    [0, 0.9, 0.1],
    [1, 0.9, 0.1],
    [0, 0.8, 0.2],
  ] as const
  expect(precision().read(stateOf(precision(), 2, never), 0, 2)).toBeNaN()
  expect(recall().read(stateOf(recall(), 2, never), 0, 2)).toBe(0)
  expect(fBeta().read(stateOf(fBeta(), 2, never), 0, 2)).toBe(0)
  expect(matthewsCorrelation().read(stateOf(matthewsCorrelation(), 2, never), 0, 2)).toBeNaN()
  const macro = precision({ average: 'macro' })
  expect(macro.read(stateOf(macro, 2, never), 0, 2)).toBeCloseTo(1 / 3, 12)
})

test('options out of range are refused', () => {
  for (const attempt of [
    () => precision({ average: 'samples' as never }),
    () => fBeta({ beta: 0 }),
    () => intervalScore({ alpha: 1 }),
  ]) {
    expect(attempt).toThrow(expect.objectContaining({ code: 'MILLRACE_LEARNER_PARAMETER' }))
  }
})
