import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Metric } from '../../src/evaluate/metric.ts'
import { accuracy } from '../../src/evaluate/metrics/accuracy.ts'
import { balancedAccuracy } from '../../src/evaluate/metrics/balanced-accuracy.ts'
import { brier } from '../../src/evaluate/metrics/brier.ts'
import { fBeta } from '../../src/evaluate/metrics/f-beta.ts'
import { gMean } from '../../src/evaluate/metrics/g-mean.ts'
import { kappa } from '../../src/evaluate/metrics/kappa.ts'
import { kappaM } from '../../src/evaluate/metrics/kappa-m.ts'
import { kappaT } from '../../src/evaluate/metrics/kappa-t.ts'
import { logLoss } from '../../src/evaluate/metrics/log-loss.ts'
import { mae } from '../../src/evaluate/metrics/mae.ts'
import { mape } from '../../src/evaluate/metrics/mape.ts'
import { matthewsCorrelation } from '../../src/evaluate/metrics/matthews-correlation.ts'
import { mse } from '../../src/evaluate/metrics/mse.ts'
import { pinball } from '../../src/evaluate/metrics/pinball.ts'
import { prAuc, prAucErrorBound } from '../../src/evaluate/metrics/pr-auc.ts'
import { precision } from '../../src/evaluate/metrics/precision.ts'
import { r2 } from '../../src/evaluate/metrics/r2.ts'
import { recall } from '../../src/evaluate/metrics/recall.ts'
import { rmse } from '../../src/evaluate/metrics/rmse.ts'
import { rocAuc, rocAucErrorBound } from '../../src/evaluate/metrics/roc-auc.ts'
import { smape } from '../../src/evaluate/metrics/smape.ts'
import { readDataset } from './learners-dataset.ts'

type Mark = { rows: number } & Record<string, number>
const golden = JSON.parse(readFileSync(new URL('./golden/river-metrics.json', import.meta.url), 'utf8')) as Record<
  'binary' | 'multiclass' | 'regression',
  Mark[]
>
const elec2 = readDataset('elec2')
const column = (name: string): number => elec2.schema.columns.findIndex((one) => one.name === name)
const out = new Float64Array(3)

describe('metrics of River 0.24.2 and scikit-learn 1.9.1', () => {
  test('binary, all of Elec2', () => {
    const at = column('nswdemand')
    let mean = 0.5
    const counted = [
      balancedAccuracy(),
      precision(),
      recall(),
      fBeta({ beta: 2 }),
      gMean(),
      matthewsCorrelation(),
      kappaM(),
    ]
    const scored = [logLoss({ clip: 1e-15 }), brier(), rocAuc(), prAuc()]
    compare([accuracy(), kappa(), kappaT(), ...counted, ...scored], 2, golden.binary, (i) => {
      const p = 0.5 * mean + 0.5 * elec2.rows[i * elec2.width + at]
      out[0] = 1 - p
      out[1] = p
      mean += 0.05 * (elec2.labels[i] - mean)
      return elec2.labels[i]
    })
  })

  test('three classes, all of Elec2', () => {
    const nsw = column('nswdemand')
    const vic = column('vicdemand')
    const counted = [accuracy(), kappa(), balancedAccuracy(), gMean(), matthewsCorrelation(), kappaM()]
    const averaged = (['macro', 'weighted'] as const).flatMap((average) => [
      precision({ average }),
      recall({ average }),
      fBeta({ average, beta: 2 }),
    ])
    const others = [fBeta({ average: 'micro', beta: 2 }), logLoss({ clip: 1e-15 }), brier()]
    compare([...counted, ...averaged, ...others], 3, golden.multiclass, (i) => {
      const a = elec2.rows[i * elec2.width + nsw]
      const b = elec2.rows[i * elec2.width + vic]
      out[0] = 0.25 + 0.5 * (1 - a)
      out[1] = 0.25 * (1 - b) + 0.25 * a
      out[2] = 0.25 * b + 0.25 * a
      const total = out[0] + out[1] + out[2]
      for (let k = 0; k < 3; k++) out[k] /= total
      return (i > 0 ? elec2.labels[i - 1] : 0) + elec2.labels[i]
    })
  })

  test('regression, TrumpApproval', () => {
    const { labels } = readDataset('trump-approval')
    compare([mae(), mse(), rmse(), r2(), mape(), smape(), pinball({ quantile: 0.9 })], 1, golden.regression, (i) => {
      out[0] = i > 0 ? labels[i - 1] : 40
      return labels[i]
    })
  })
})

/** Walks the rows, `predict` filling `out` and giving the label, and compares each metric at each mark. */
function compare(metrics: Metric[], classes: number, marks: Mark[], predict: (row: number) => number): void {
  const states = metrics.map((metric) => new Float64Array(metric.width(classes)))
  let last = NaN
  let row = 0
  for (const mark of marks) {
    for (; row < mark.rows; row++) {
      const label = predict(row)
      metrics.forEach((metric, i) => metric.update(states[i], 0, classes, label, out, 0, last, 1))
      last = label
    }
    metrics.forEach((metric, i) => {
      const value = metric.read(states[i], 0, classes)
      const bound = { 'roc-auc': rocAucErrorBound, 'pr-auc': prAucErrorBound }[metric.name]
      const tolerance = bound?.(states[i], 0) ?? 1e-9 * Math.abs(mark[metric.name])
      expect(Math.abs(value - mark[metric.name]), `${metric.name} after ${row}`).toBeLessThanOrEqual(tolerance)
      if (bound !== undefined)
        expect(Math.abs(value - mark[metric.name])).toBeLessThan(metric.name === 'roc-auc' ? 2e-5 : 3e-4)
    })
  }
  expect(row).toBe(marks.at(-1)?.rows)
}
