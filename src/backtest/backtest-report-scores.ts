import { cohortWords } from '../evaluate/cohort-words.ts'
import type { NamedScores } from '../operators/evaluation.ts'
import type { BacktestResult } from './backtest.ts'
import { type Comparison, comparedWithBest } from './compared-with-best.ts'
import { countedCohorts } from './counted-cohorts.ts'
import { htmlTable } from './html-table.ts'
import { labelCoverage } from './label-coverage.ts'
import { type Markup, markup } from './markup.ts'
import { metricTitle } from './metric-title.ts'
import { reportFigure, reportFigureCount, reportFigureDigits } from './report-figure.ts'

const Z = 1.96 // of a 95 % interval
const LESS_IS_BETTER: ReadonlySet<string> = new Set(['log-loss', 'brier', 'mae', 'rmse', 'calibration'])
const HEADLINES = ['log-loss', 'roc-auc', 'brier', 'mae', 'rmse', 'accuracy']

/** What was served in large figures, each beside the best baseline, then all figures of all models. */
export function backtestReportScores(result: BacktestResult): Markup {
  const { scores, challengers, cohortDays } = result
  const metrics = Object.keys(scores[0].whole.values)
  const daily = metrics.includes('roc-auc') && scores[0].cohorts.cohorts > 0
  const { many, mean } = cohortWords(cohortDays)
  const head = ['model', 'outcomes', many, ...(daily ? [`AUC, ${mean}`] : []), ...metrics.map(metricTitle)]
  const rows = [...scores, ...challengers].map(({ name, outcomes, whole, cohorts }, i) => [
    i < scores.length ? name : `${name} (challenger)`,
    reportFigureCount(outcomes),
    reportFigureCount(scores[0].cohorts.cohorts > 0 ? cohorts.cohorts : judged(result, i)),
    ...(daily ? [interval(...cohortMean(cohorts))] : []),
    ...metrics.map((metric) => interval(whole.values[metric], whole.standardErrors[metric])),
  ])
  return markup`<ul class="tiles">
${HEADLINES.filter((metric) => metrics.includes(metric)).map((metric) => tile(result, metric))}</ul>
${htmlTable('Whole run, with 95 % intervals: what was served, the baselines at the same label delay, challengers', head, rows)}`
}

/** Cohorts that a model has figures in, where none has outcomes enough for the means over cohorts. */
function judged({ curve, scores }: BacktestResult, model: number): number {
  if (model >= scores.length) return Number.NaN
  const isCounted = countedCohorts(curve)
  return curve.filter(({ values }, i) => isCounted[i] && Object.values(values[model] ?? {}).some(Number.isFinite))
    .length
}

/** The headline figure of a metric: of AUC the mean over cohorts, where there are some. */
export function headlineComparison(scores: readonly NamedScores[], metric: string): Comparison {
  const figures = scores.map((one) => headline(one, metric))
  return {
    isLoss: LESS_IS_BETTER.has(metric),
    values: figures.map(([value]) => value),
    errors: figures.map(([, error]) => error),
    ...(metric === 'roc-auc' && scores[0].cohorts.cohorts > 0 ? { cohortMetric: metric } : {}),
  }
}

function tile(result: BacktestResult, metric: string): Markup {
  const { scores, cohortDays } = result
  const [value, error] = headline(scores[0], metric)
  const { over } = labelCoverage(result)
  const { mean } = cohortWords(cohortDays)
  const title = metric === 'roc-auc' && scores[0].cohorts.cohorts > 0 ? `AUC, ${mean}` : metricTitle(metric)
  const comparison = headlineComparison(scores, metric)
  const compared = comparedWithBest(result, comparison)
  return markup`<li><span class="quiet">${title}${over === undefined ? '' : `, ${over}`}</span><span class="figure">${reportFigure(value)}</span><span class="quiet">${halfWidth(value, error)}</span>${
    compared === undefined
      ? undefined
      : markup`<span>${compared.text} the best baseline, ${scores[compared.best].name}: ${reportFigure(comparison.values[compared.best])}</span>`
  }</li>
`
}

/** A figure above half of its 95 % interval, so that a table of many stays narrow. */
function interval(value: number | undefined, error: number | undefined): Markup {
  if (error === undefined || !Number.isFinite(error)) return markup`${reportFigure(value)}`
  return markup`${reportFigure(value)}<small>± ${half(value, error)}</small>`
}

/** Half of a 95 % interval, where there is one. */
function halfWidth(value: number | undefined, error: number | undefined): string {
  return error === undefined || !Number.isFinite(error) ? '' : `± ${half(value, error)} (95 %)`
}

/** Half of a 95 % interval, with as many digits as its figure. */
function half(value: number | undefined, error: number): string {
  return reportFigure(Z * error, reportFigureDigits(value ?? 0))
}

function headline({ whole, cohorts }: NamedScores, metric: string): readonly [number, number | undefined] {
  if (metric === 'roc-auc' && cohorts.cohorts > 0) return cohortMean(cohorts)
  return [whole.values[metric], whole.standardErrors[metric]]
}

function cohortMean({ mean }: NamedScores['cohorts']): readonly [number, number | undefined] {
  return [mean.values['roc-auc'], mean.standardErrors['roc-auc']]
}
