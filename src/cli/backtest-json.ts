import type { BacktestResult } from '../backtest/backtest.ts'
import type { NamedScores } from '../operators/evaluation.ts'
import { labelCounters } from '../telemetry/label-counters.ts'

const names: Readonly<Record<string, string>> = { 'log-loss': 'logLoss', 'kappa-t': 'kappaT' }
/** What a backtest found, for programs: `metrics` of what was served, the same of each baseline and challenger, the learning curve, slices and counts. Undefined figures are null. */
export function backtestJson(stream: string, result: BacktestResult) {
  const { scores, challengers, curve, slices, events, predictions } = result
  const [served, ...baselines] = scores
  return {
    stream,
    events,
    predictions,
    from: time(result.from),
    to: time(result.to),
    metrics: metricsOf(served),
    baselines: Object.fromEntries(baselines.map((one) => [one.name, metricsOf(one)])),
    challengers: Object.fromEntries(challengers.map((one) => [one.name, metricsOf(one)])),
    curve: curve.map(({ time: at, values }) => ({
      time: time(at),
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

/** Whole-run figures; AUC as the mean over mature days and of all outcomes together. */
function metricsOf({ outcomes, whole, cohorts }: NamedScores) {
  const { 'roc-auc': pooled, ...values } = whole.values
  const { 'roc-auc': pooledError, ...errors } = whole.standardErrors
  const auc =
    pooled === undefined ? {} : { auc: { dailyMean: finite(cohorts.mean.values['roc-auc']), pooled: finite(pooled) } }
  const aucErrors =
    pooled === undefined
      ? {}
      : { auc: { dailyMean: finite(cohorts.mean.standardErrors['roc-auc']), pooled: finite(pooledError) } }
  return {
    outcomes,
    days: cohorts.cohorts,
    ...auc,
    ...figures(values),
    standardErrors: { ...aucErrors, ...figures(errors) },
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
