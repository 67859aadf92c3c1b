import type { NamedScores } from '../operators/evaluation.ts'
import type { BacktestResult } from './backtest.ts'
import { bestBaselines } from './backtest-report-scores.ts'
import { htmlTable } from './html-table.ts'
import { type Markup, markup } from './markup.ts'
import { metricTitle } from './metric-title.ts'
import { reportFigure, reportFigureCount } from './report-figure.ts'
import { type ChartMark, svgLineChart } from './svg-line-chart.ts'

const CURVES = [
  ['log-loss', 'roc-auc'],
  ['mae', 'rmse'],
]
const FULL = 500 // outcomes of a day that counts in means, as in the headline
const BASELINES = 2 // drawn in a chart
const TAKEOVERS: ReadonlySet<string> = new Set(['promoted', 'rolled_back'])

/** The learning curve by day, beside the best baselines and with what happened on the way; then by month, and every figure. */
export function backtestReportCurve(result: BacktestResult): Markup {
  const { curve, scores } = result
  const metrics = [...new Set(curve.flatMap(({ values }) => Object.keys(values[0] ?? {})))]
  const drawn = CURVES.flat().filter((metric) => metrics.includes(metric))
  if (drawn.length === 0) return markup`<p>No day has an outcome yet.</p>`
  const marks = marksOf(result)
  const models = [...new Set(drawn.flatMap((metric) => modelsIn(scores, metric)))]
  return markup`<div class="charts">${drawn.map((metric) => chart(result, metric, models, marks))}</div>
<h2 id="months">By month</h2>
<p class="quiet">Mean of the month's days with at least ${FULL} outcomes; of all days where none has as many.</p>
${drawn.map((metric) => monthTable(result, metric))}
<details><summary>Every day</summary>
${metrics.map((metric) =>
  htmlTable(
    `${metricTitle(metric)} by day`,
    ['day', 'outcomes', ...scores.map(({ name }) => name)],
    curve.map(({ time, settled, values }) => [
      day(time),
      reportFigureCount(settled),
      ...scores.map((_, i) => reportFigure(values[i]?.[metric])),
    ]),
  ),
)}</details>
`
}

function chart(
  { curve, scores }: BacktestResult,
  metric: string,
  drawn: readonly number[],
  marks: readonly ChartMark[],
): Markup {
  const shown = modelsIn(scores, metric)
  const lines = shown.map((i) => ({
    name: scores[i].name,
    style: drawn.indexOf(i),
    values: curve.map(({ values }) => values[i]?.[metric] ?? Number.NaN),
  }))
  const title = `${metricTitle(metric)} by day`
  const isFull = fullDays(curve)
  const times = curve.map(({ time }) => time)
  const description = `${times.length} days from ${day(times[0])} to ${day(times[times.length - 1])}: ${lines.map(({ name }) => name).join(', ')}. The table of every day has the values.`
  return markup`<figure data-metric="${metric}"><h3>${title}</h3><div class="wide">${svgLineChart(`curve-${metric}`, title, description, times, isFull, lines, marks)}</div>
<figcaption>Mean of the days with at least ${FULL} outcomes${isFull.includes(false) ? '; others are hollow, and cut off at the scale' : ''}:<ul>${shown.map(
    (i, line) =>
      markup`<li><svg class="key" viewBox="0 0 36 12" aria-hidden="true"><line class="line line-${lines[line].style}" x1="0" x2="36" y1="6" y2="6"/></svg>${scores[i].name} ${reportFigure(scores[i].cohorts.mean.values[metric])}</li>`,
  )}</ul></figcaption></figure>
`
}

/** What was served and the baselines that are drawn beside it. */
function modelsIn(scores: readonly NamedScores[], metric: string): number[] {
  return [0, ...bestBaselines(scores, metric).slice(0, BASELINES)]
}

/** Drift and model events as marks; those that changed what is served over the whole height. */
function marksOf({ signals, models }: BacktestResult): ChartMark[] {
  const drifts = signals
    .filter(({ kind }) => kind === 'drift')
    .map(({ time, source }) => ({ time, lane: 'drift' as const, title: `${minute(time)} ${source}`, isTall: false }))
  const events = models.map(({ time, kind, version }) => ({
    time,
    lane: 'models' as const,
    title: `${minute(time)} ${kind.replace('_', ' ')} ${version}`,
    isTall: TAKEOVERS.has(kind),
  }))
  return [...drifts, ...events]
}

function monthTable({ curve, scores }: BacktestResult, metric: string): Markup {
  const isFull = fullDays(curve)
  const counted = curve.filter((_, i) => isFull[i])
  const months = Map.groupBy(counted, ({ time }) => day(time).slice(0, 7))
  const rows = [...months].map(([month, points]) => [
    month,
    reportFigureCount(points.length),
    ...scores.map((_, model) => reportFigure(meanOf(points.map(({ values }) => values[model]?.[metric])))),
  ])
  return htmlTable(metricTitle(metric), ['month', 'days', ...scores.map(({ name }) => name)], rows)
}

/** Which days have outcomes enough to be judged by: all, where none has. */
function fullDays(curve: BacktestResult['curve']): boolean[] {
  const isFull = curve.map(({ settled }) => settled >= FULL)
  return isFull.includes(true) ? isFull : isFull.map(() => true)
}

/** The mean of the values that are there, NaN of none. */
function meanOf(values: readonly (number | undefined)[]): number {
  const known = values.filter((value) => value !== undefined && Number.isFinite(value)) as number[]
  return known.reduce((sum, value) => sum + value, 0) / known.length
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

function minute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}
