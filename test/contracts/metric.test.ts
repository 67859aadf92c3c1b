import { describe, expect, test } from 'vitest'
import { findMetrics, metricChecks } from './metric-suite.ts'

const metrics = await findMetrics()

test('finds the metrics', () => {
  expect(metrics.length).toBeGreaterThanOrEqual(9)
})

for (const metric of metrics) {
  for (const problem of metric.problems) {
    describe(`${metric.name}, ${problem}`, () => {
      for (const [name, check] of Object.entries(metricChecks)) test(name, () => check(metric, problem))
    })
  }
}
