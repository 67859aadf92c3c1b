import { expect, test } from 'vitest'
import { defaultMetrics } from '../../src/evaluate/default-metrics.ts'
import type { Metric } from '../../src/evaluate/metric.ts'
import { MetricSet } from '../../src/evaluate/metric-set.ts'
import { accuracy } from '../../src/evaluate/metrics/accuracy.ts'
import { brier } from '../../src/evaluate/metrics/brier.ts'
import { balancedAccuracy } from '../../src/evaluate/metrics/balanced-accuracy.ts'
import { gMean } from '../../src/evaluate/metrics/g-mean.ts'
import { kappa } from '../../src/evaluate/metrics/kappa.ts'
import { kappaM } from '../../src/evaluate/metrics/kappa-m.ts'
import { kappaT } from '../../src/evaluate/metrics/kappa-t.ts'
import { logLoss } from '../../src/evaluate/metrics/log-loss.ts'
import { mae } from '../../src/evaluate/metrics/mae.ts'
import { matthewsCorrelation } from '../../src/evaluate/metrics/matthews-correlation.ts'
import { mse } from '../../src/evaluate/metrics/mse.ts'
import { pinball } from '../../src/evaluate/metrics/pinball.ts'
import { prAuc } from '../../src/evaluate/metrics/pr-auc.ts'
import { precision } from '../../src/evaluate/metrics/precision.ts'
import { r2 } from '../../src/evaluate/metrics/r2.ts'
import { recall } from '../../src/evaluate/metrics/recall.ts'
import { rmse } from '../../src/evaluate/metrics/rmse.ts'
import { rocAuc } from '../../src/evaluate/metrics/roc-auc.ts'
import type { Problem } from '../../src/learners/learner.ts'
import { Pages } from '../../src/stats/pages.ts'
import { outcomesOf } from '../contracts/metric-suite.ts'

const classesOf: Record<string, number> = { binary: 2, multiclass: 4, regression: 1 }

const sets: [string, Problem, Metric[]][] = [
  ['all for binary', 'binary', [...defaultMetrics('binary')]],
  ['the other way round', 'binary', [...defaultMetrics('binary')].reverse()],
  ['two', 'binary', [rocAuc(), logLoss({ clip: 0.01 })]],
  [
    'one of its own',
    'binary',
    [brier(), { ...kappa(), name: 'own', update: (state, from) => void state[from]++ }, kappaT()],
  ],
  ['all for multiclass', 'multiclass', [...defaultMetrics('multiclass')]],
  ['all for regression', 'regression', [...defaultMetrics('regression')]],
  [
    'some of one confusion matrix and one histogram',
    'binary',
    [prAuc(), gMean(), precision(), rocAuc(), kappa(), recall({ average: 'macro' }), brier(), kappaM()],
  ],
  ['some of one confusion matrix', 'multiclass', [matthewsCorrelation(), accuracy(), kappa(), balancedAccuracy()]],
  ['two of one state', 'regression', [mse(), mae(), rmse(), r2(), pinball({ quantile: 0.1 })]],
]

/** Doubles of the states, those that are shared counted once. */
function widthOf(metrics: readonly Metric[], classes: number): number {
  const shared = new Set<string>()
  return metrics.reduce((sum, metric) => {
    const isShared = metric.shares !== undefined && metric.name !== 'own'
    if (isShared && shared.has(metric.shares)) return sum
    if (isShared) shared.add(metric.shares)
    return sum + metric.width(classes)
  }, 0)
}

for (const [name, problem, metrics] of sets) {
  test(`a set writes bit for bit what its metrics write by themselves: ${name}`, () => {
    const classes = classesOf[problem]
    const set = new MetricSet(metrics, problem, classes)
    expect(set.width).toBe(widthOf(metrics, classes))
    const offset = 1500
    const pages = new Pages(new Float64Array(offset + set.width + 3000))
    const single = metrics.map((metric) => new Float64Array(metric.width(classes)))
    const out = new Float64Array(9)
    outcomesOf(problem, 5000, 1).forEach((outcome, i) => {
      out.set(outcome.out, 2)
      const weight = i % 5 === 0 ? 0.5 + (i % 7) : 1
      pages.clean()
      const before = i < 300 ? pages.values.slice() : undefined
      set.update(pages, offset, outcome.label, out, 2, outcome.last, weight)
      if (before !== undefined) expect(unmarked(pages, before)).toEqual([])
      metrics.forEach((metric, m) => metric.update(single[m], 0, classes, outcome.label, out, 2, outcome.last, weight))
    })
    metrics.forEach((_, m) => {
      const from = offset + set.offsets[m]
      expect(pages.values.subarray(from, from + single[m].length)).toEqual(single[m])
    })
    const values = set.read(pages.values, offset)
    const errors = set.standardErrors(pages.values, offset)
    metrics.forEach((metric, m) => {
      expect(values[metric.name]).toBe(metric.read(single[m], 0, classes))
      expect(errors[metric.name]).toBe(metric.standardError?.(single[m], 0, classes))
    })
    expect(pages.values.subarray(0, offset).every((value) => value === 0)).toBe(true)
    expect(pages.values.subarray(offset + set.width).every((value) => value === 0)).toBe(true)
  })
}

test('takes the outcome that another set has looked at, whatever metrics that one has', () => {
  const judged = new MetricSet(defaultMetrics('binary'), 'binary', 2)
  const others = [
    new MetricSet([logLoss({ clip: 0.01 })], 'binary', 2),
    new MetricSet([{ ...kappa(), name: 'own', update: (state, from) => void state[from]++ }], 'binary', 2),
  ]
  const states = [judged, ...others].map(() => new Pages(new Float64Array(judged.width)))
  for (const { label, out, last } of outcomesOf('binary', 500, 3)) {
    const row = Float64Array.from(out)
    judged.update(states[0], 0, label, row, 0, last, 1)
    others.forEach((other, i) => judged.take(states[i + 1], 0, other.look(label, row, 0, last, 1)))
  }
  for (const { values } of states) expect(values).toEqual(states[0].values)
})

test('refuses two metrics of one name, and one that does not judge the problem', () => {
  expect(() => new MetricSet([accuracy(), accuracy()], 'binary', 2)).toThrow(
    "metrics: there are two of the name 'accuracy'. Name each metric once.",
  )
  expect(() => new MetricSet([mae()], 'binary', 2)).toThrow(
    expect.objectContaining({ code: 'MILLRACE_EVALUATE_PARAMETER' }),
  )
  expect(() => new MetricSet([rocAuc()], 'multiclass', 4)).toThrow('Use it for binary')
})

/** Doubles that changed on pages that are not marked. */
function unmarked(pages: Pages<Float64Array>, before: Float64Array): number[] {
  const { values, dirty, shift } = pages
  const found: number[] = []
  for (let i = 0; i < values.length; i++) {
    if (!Object.is(values[i], before[i]) && dirty[i >> shift] === 0) found.push(i)
  }
  return found
}
