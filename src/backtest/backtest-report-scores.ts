import type { NamedScores } from '../operators/evaluation.ts'
import type { BacktestResult } from './backtest.ts'
import { htmlTable } from './html-table.ts'
import { type Markup, markup } from './markup.ts'
import { metricTitle } from './metric-title.ts'
import { reportFigure, reportFigureCount, reportFigureInterval } from './report-figure.ts'

const Z = 1.96 // of a 95 % interval
const LESS_IS_BETTER: ReadonlySet<string> = new Set(['log-loss', 'brier', 'mae', 'rmse', 'calibration'])
const HEADLINES = ['log-loss', 'roc-auc', 'brier', 'mae', 'rmse', 'accuracy']

/** What was served in large figures, each beside the best baseline, then all figures of all models. */
export function backtestReportScores({ scores, challengers }: BacktestResult): Markup {
  const metrics = Object.keys(scores[0].whole.values)
  const daily = metrics.includes('roc-auc')
  const head = ['model', 'outcomes', 'days', ...(daily ? ['AUC, daily mean'] : []), ...metrics.map(metricTitle)]
  const rows = [...scores, ...challengers].map(({ name, outcomes, whole, cohorts }, i) => [
    i < scores.length ? name : `${name} (challenger)`,
    reportFigureCount(outcomes),
    reportFigureCount(cohorts.cohorts),
    ...(daily ? [reportFigureInterval(...dailyMean(cohorts))] : []),
    ...metrics.map((metric) => reportFigureInterval(whole.values[metric], whole.standardErrors[metric])),
  ])
  return markup`<ul class="tiles">
${HEADLINES.filter((metric) => metrics.includes(metric)).map((metric) => tile(scores, metric))}</ul>
${htmlTable('Whole run, with 95 % intervals: what was served, the baselines at the same label delay, challengers', head, rows)}`
}

/** The baselines that did best by a metric's whole-run figure, of daily ones by the mean of days; indices into `scores`, best first. */
export function bestBaselines(scores: readonly NamedScores[], metric: string): number[] {
  const sign = LESS_IS_BETTER.has(metric) ? 1 : -1
  const values = scores.map((one) => headline(one, metric)[0])
  return [...scores.keys()]
    .filter((i) => i > 0 && Number.isFinite(values[i]))
    .sort((a, b) => sign * (values[a] - values[b]))
}

function tile(scores: readonly NamedScores[], metric: string): Markup {
  const [value, error] = headline(scores[0], metric)
  const [best] = bestBaselines(scores, metric)
  const title = metric === 'roc-auc' && scores[0].cohorts.cohorts > 0 ? 'AUC, mean of the days' : metricTitle(metric)
  return markup`<li><span class="quiet">${title}</span><span class="figure">${reportFigure(value)}</span><span class="quiet">${halfWidth(error)}</span>${
    best === undefined ? undefined : markup`<span>${compared(value, scores[best], metric)}</span>`
  }</li>
`
}

/** Half of a 95 % interval, where there is one. */
function halfWidth(error: number | undefined): string {
  return error === undefined || !Number.isFinite(error) ? '' : `± ${(Z * error).toFixed(4)} (95 %)`
}

/** How far what was served is from a baseline: in percent for a loss, in points for a share. */
function compared(value: number, baseline: NamedScores, metric: string): string {
  const { name } = baseline
  const [than] = headline(baseline, metric)
  if (!Number.isFinite(value)) return `${name}: ${reportFigure(than)}`
  const side = value < than ? 'below' : 'above'
  const distance = LESS_IS_BETTER.has(metric)
    ? `${Math.abs((100 * (than - value)) / than).toFixed(1)} %`
    : Math.abs(value - than).toFixed(4)
  return `${distance} ${side} the best baseline, ${name}: ${reportFigure(than)}`
}

function headline({ whole, cohorts }: NamedScores, metric: string): readonly [number, number | undefined] {
  if (metric === 'roc-auc' && cohorts.cohorts > 0) return dailyMean(cohorts)
  return [whole.values[metric], whole.standardErrors[metric]]
}

function dailyMean({ mean }: NamedScores['cohorts']): readonly [number, number | undefined] {
  return [mean.values['roc-auc'], mean.standardErrors['roc-auc']]
}
