import type { BacktestResult } from './backtest.ts'
import { countedCohorts } from './counted-cohorts.ts'

const MONTHS = 24 // shown one by one

/** A month or a year of the learning curve. */
export interface CurvePeriod {
  readonly name: string
  /** Days, or longer cohorts, that are judged by. */
  readonly cohorts: number
  /** Mean over them, by model. */
  readonly values: readonly number[]
}

/** The learning curve of a metric by month, or by year where there are too many months to read; periods without any figure are left out. */
export function curvePeriods(
  result: BacktestResult,
  metric: string,
): { readonly period: 'month' | 'year'; readonly rows: readonly CurvePeriod[] } {
  const months = periods(result, metric, 'YYYY-MM'.length)
  if (months.length <= MONTHS) return { period: 'month', rows: months }
  return { period: 'year', rows: periods(result, metric, 'YYYY'.length) }
}

/** By the first characters of their dates. */
function periods({ curve, scores }: BacktestResult, metric: string, characters: number): CurvePeriod[] {
  const isCounted = countedCohorts(curve)
  const counted = curve.filter((_, i) => isCounted[i])
  const grouped = Map.groupBy(counted, ({ time }) => new Date(time).toISOString().slice(0, characters))
  const rows = [...grouped].map(([name, points]) => ({
    name,
    cohorts: points.length,
    values: scores.map((_, model) => meanOf(points.map((point) => point.values[model]?.[metric]))),
  }))
  return rows.filter(({ values }) => values.some((value) => Number.isFinite(value)))
}

/** The mean of the values that are there, NaN of none. */
export function meanOf(values: readonly (number | undefined)[]): number {
  let sum = 0
  let known = 0
  for (const value of values)
    if (value !== undefined && Number.isFinite(value)) {
      sum += value
      known++
    }
  return sum / known
}
