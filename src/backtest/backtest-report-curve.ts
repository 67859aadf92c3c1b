import { cohortWords } from '../evaluate/cohort-words.ts'
import type { NamedScores } from '../operators/evaluation.ts'
import type { BacktestResult } from './backtest.ts'
import { headlineComparison } from './backtest-report-scores.ts'
import { bestBaselines } from './compared-with-best.ts'
import { countedCohorts } from './counted-cohorts.ts'
import { curvePeriods, meanOf } from './curve-periods.ts'
import { htmlTable } from './html-table.ts'
import { type Markup, markup } from './markup.ts'
import { metricTitle } from './metric-title.ts'
import { reportFigure, reportFigureCount } from './report-figure.ts'
import { type ChartMark, svgLineChart } from './svg-line-chart.ts'
import { type ThinnedCurve, thinnedCurve } from './thinned-curve.ts'

const CURVES = [
  ['log-loss', 'roc-auc'],
  ['mae', 'rmse'],
]
const BASELINES = 2 // drawn in a chart
const TAKEOVERS: ReadonlySet<string> = new Set(['promoted', 'rolled_back'])

/** The learning curve by day, beside the best baselines and with what happened on the way, drawn by longer periods where there are more days than pixels; then by month or year, and every figure. */
export function backtestReportCurve(result: BacktestResult): Markup {
  const { curve, scores, cohortDays } = result
  const { one } = cohortWords(cohortDays)
  const metrics = [...new Set(curve.flatMap(({ values }) => Object.keys(values[0] ?? {})))]
  const drawn = CURVES.flat().filter((metric) => metrics.includes(metric))
  if (drawn.length === 0 || curve.every(({ outcomes }) => outcomes === 0))
    return markup`<p>No ${one} has an outcome yet.</p>`
  const marks = marksOf(result)
  const thinned = thinnedCurve(curve, cohortDays)
  const { period } = curvePeriods(result, drawn[0])
  const models = [...new Set(drawn.flatMap((metric) => modelsIn(scores, metric)))]
  return markup`<div class="charts">${drawn.map((metric) => chart(result, metric, thinned, models, marks))}</div>
${markLegend(marks)}<h2 id="months">By ${period}</h2>
<p class="quiet">Mean of the ${period}'s ${countedText(result)}.</p>
${drawn.map((metric) => periodTable(result, metric))}
<details><summary>Every ${one}</summary>
${metrics.map((metric) =>
  htmlTable(
    `${metricTitle(metric)} by ${one}`,
    [one, 'outcomes', ...scores.map(({ name }) => name)],
    curve.map(({ time, outcomes, values }) => [
      day(time),
      reportFigureCount(outcomes),
      ...scores.map((_, i) => reportFigure(values[i]?.[metric])),
    ]),
  ),
)}</details>
`
}

function chart(
  result: BacktestResult,
  metric: string,
  { by, points, isCounted }: ThinnedCurve,
  drawn: readonly number[],
  marks: readonly ChartMark[],
): Markup {
  const { curve, scores, cohortDays } = result
  const shown = modelsIn(scores, metric)
  const lines = shown.map((i) => ({
    name: scores[i].name,
    style: drawn.indexOf(i),
    values: points.map(({ values }) => values[i]?.[metric] ?? Number.NaN),
  }))
  const { one, many } = cohortWords(cohortDays)
  const title = `${metricTitle(metric)} by ${by ?? one}`
  const counted = countedCohorts(curve)
  const count = counted.filter((is) => is).length
  const period = [...new Set([day(curve[0].time), day(curve[curve.length - 1].time)])].join(' to ')
  const thinnedText = by === undefined ? '' : ` Drawn by ${by}: a point is the mean of the ${by}'s ${many}.`
  const description = `${count} ${count === 1 ? one : many} with outcomes, ${period}: ${lines.map(({ name }) => name).join(', ')}.${thinnedText} The table of every ${one} has the values.`
  const others = curve.some(({ outcomes }, i) => !counted[i] && outcomes > 0)
  return markup`<figure data-metric="${metric}"><h3>${title}</h3><div class="wide">${svgLineChart(
    `curve-${metric}`,
    title,
    description,
    points.map(({ time }) => time),
    isCounted,
    lines,
    marks,
  )}</div>
<figcaption>${period}, UTC.${thinnedText} Mean of the ${reportFigureCount(count)} ${countedText(result, count)}${others ? '; others are hollow, and cut off at the scale' : ''}:<ul>${shown.map(
    (i, line) =>
      markup`<li><svg class="key" viewBox="0 0 36 12" aria-hidden="true"><line class="line line-${lines[line].style}" x1="0" x2="36" y1="6" y2="6"/></svg>${scores[i].name} ${reportFigure(meanOf(curve.map(({ values }, at) => (counted[at] ? values[i]?.[metric] : undefined))))}</li>`,
  )}</ul></figcaption></figure>
`
}

/** What the counted cohorts are, so many of them. */
function countedText({ curve, cohortDays, state }: BacktestResult, count = 2): string {
  const { one, many } = cohortWords(cohortDays)
  const name = count === 1 ? one : many
  const enough = reportFigureCount(state.evaluation.cohorts.minSize)
  return curve.some(({ isCounted }) => isCounted)
    ? `${name} with at least ${enough} outcomes, all labels in`
    : `${name} with outcomes, fewer than ${enough} or with labels still to come`
}

/** What was served and the baselines that are drawn beside it. */
function modelsIn(scores: readonly NamedScores[], metric: string): number[] {
  return [0, ...bestBaselines(headlineComparison(scores, metric)).slice(0, BASELINES)]
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

function markLegend(marks: readonly ChartMark[]): Markup {
  if (marks.length === 0) return markup``
  return markup`<p class="quiet">Marks below the days: drift, and what happened to models; a dashed line over the whole height: another model took over.</p>
`
}

function periodTable(result: BacktestResult, metric: string): Markup {
  const { period, rows } = curvePeriods(result, metric)
  return htmlTable(
    metricTitle(metric),
    [period, cohortWords(result.cohortDays).many, ...result.scores.map(({ name }) => name)],
    rows.map(({ name, cohorts, values }) => [
      name,
      reportFigureCount(cohorts),
      ...values.map((one) => reportFigure(one)),
    ]),
  )
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

function minute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}
