import type { BacktestResult } from '../backtest/backtest.ts'
import type { NamedScores } from '../operators/evaluation.ts'
import { labelCounters } from '../telemetry/label-counters.ts'

const names: Readonly<Record<string, string>> = { 'log-loss': 'logLoss', 'kappa-t': 'kappaT' }
/** What a backtest found, for programs: `metrics` of what was served, the same of each baseline and challenger, the learning curve, slices and counts. Undefined figures are null. */
export function backtestJson(stream: string, result: BacktestResult) {
  const { scores, challengers, curve, cohortDays, slices, events, predictions } = result
  const [served, ...baselines] = scores
  return {
    stream,
    events,
    predictions,
    from: time(result.from),
    to: time(result.to),
    cohortDays,
    metrics: metricsOf(served, cohortDays),
    baselines: Object.fromEntries(baselines.map((one) => [one.name, metricsOf(one, cohortDays)])),
    challengers: Object.fromEntries(challengers.map((one) => [one.name, metricsOf(one, cohortDays)])),
    curve: curve.map(({ time: at, outcomes, isCounted, values }) => ({
      time: time(at),
      outcomes,
      isCounted,
      served: figures(values[0]),
      baselines: Object.fromEntries(baselines.map(({ name }, i) => [name, figures(values[i + 1])])),
    })),
    slices: Object.fromEntries(
      Object.entries(slices).map(([column, rows]) => [
        column,
        rows.map(({ category, outcomes, values }) => ({ category, outcomes, ...figures(values) })),
      ]),
    ),
    counts: Object.fromEntries(
      [...labelCounters, 'rejected' as const].map((counter) => [counter, result.count(counter)]),
    ),
    signals: result.signals.map(({ kind, source, time: at, detail }) => ({ kind, source, time: time(at), detail })),
    models: result.models.map(({ kind, version, parent, time: at, reason, numbers }) => ({
      kind,
      version,
      parent,
      time: time(at),
      reason,
      numbers,
    })),
  }
}

/** Whole-run figures; AUC as the mean over mature days and of all outcomes together. Cohorts longer than a day are not called days. */
function metricsOf({ outcomes, whole, cohorts }: NamedScores, cohortDays: number) {
  const { 'roc-auc': pooled, ...values } = whole.values
  const { 'roc-auc': pooledError, ...errors } = whole.standardErrors
  const auc = (mean: number | undefined, all: number | undefined) =>
    pooled === undefined
      ? {}
      : { auc: { [cohortDays === 1 ? 'dailyMean' : 'cohortMean']: finite(mean), pooled: finite(all) } }
  return {
    outcomes,
    [cohortDays === 1 ? 'days' : 'cohorts']: cohorts.cohorts,
    ...auc(cohorts.mean.values['roc-auc'], pooled),
    ...figures(values),
    standardErrors: { ...auc(cohorts.mean.standardErrors['roc-auc'], pooledError), ...figures(errors) },
  }
}

function figures(values: Readonly<Record<string, number>> = {}): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name === 'roc-auc' ? 'auc' : (names[name] ?? name), finite(value)]),
  )
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}

function time(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null
}
