import type { NamedScores } from '../operators/evaluation.ts'
import type { BacktestResult } from './backtest.ts'
import { escapeHtml } from './escape-html.ts'
import { htmlTable } from './html-table.ts'
import { type PlotLine, svgPlot } from './svg-plot.ts'

const Z = 1.96 // of a 95 % interval
const OFF_THE_SCALE = 2.5 // a line this many times as high as what was served would flatten all others
const titles: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  'log-loss': 'log loss',
  'roc-auc': 'AUC',
  brier: 'Brier score',
  calibration: 'calibration error',
  kappa: 'kappa',
  'kappa-t': 'kappa-T',
  mae: 'mean absolute error',
  rmse: 'root mean squared error',
}

/**
 * What a backtest found, as one HTML page that needs nothing else: figures with intervals, the learning curve by day
 * beside the baselines, calibration, months, slices. It follows the reader's light or dark setting.
 */
export function backtestReport(stream: string, result: BacktestResult): string {
  const { scores, challengers, events, predictions } = result
  const sections = [
    `<h1>${escapeHtml(stream)}</h1>`,
    `<p>${count(events)} events and ${count(predictions)} predictions, ${day(result.from)} to ${day(result.to)}. Each label came at its real delay; each prediction was scored as it was made, before anything learned from it.</p>`,
    figures([...scores, ...challengers]),
    ...curves(result),
    calibrationOf(result),
    ...months(result),
    ...slices(result),
    counts(result),
  ]
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backtest of ${escapeHtml(stream)}</title><style>${STYLE}</style></head>
<body><main>${sections.join('\n')}</main></body></html>
`
}

function figures(scores: readonly NamedScores[]): string {
  const names = Object.keys(scores[0].whole.values)
  const hasDays = names.includes('roc-auc')
  const head = ['', ...(hasDays ? ['AUC, mean of days'] : []), ...names.map(title), 'outcomes']
  const rows = scores.map(({ name, whole, cohorts, outcomes }) => [
    name,
    ...(hasDays ? [interval(cohorts.mean.values['roc-auc'], cohorts.mean.standardErrors['roc-auc'])] : []),
    ...names.map((metric) => interval(whole.values[metric], whole.standardErrors[metric])),
    count(outcomes),
  ])
  return htmlTable('Figures over all outcomes, with 95 % intervals', head, rows)
}

function curves({ curve, scores }: BacktestResult): string[] {
  if (curve.length < 2) return []
  const times = curve.map(({ time }) => time)
  return ['log-loss', 'mae', 'roc-auc'].flatMap((metric) => {
    if (!scores.some((_, model) => Number.isFinite(curve[curve.length >> 1].values[model]?.[metric]))) return []
    const lines = scores.map(
      ({ name }, model): PlotLine => ({
        name,
        x: times,
        y: curve.map(({ values }) => values[model]?.[metric] ?? Number.NaN),
      }),
    )
    const most = OFF_THE_SCALE * medianOf(lines[0].y)
    const shown = lines.map((line) => (medianOf(line.y) > most ? { ...line, y: line.y.map(() => Number.NaN) } : line))
    const missing = lines.filter((_, i) => shown[i] !== lines[i]).map(({ name }) => name)
    const plot = svgPlot({
      title: `${title(metric)} by day`,
      describe: `One line for what was served and one for each baseline, from ${day(times[0])} to ${day(times.at(-1) as number)}. The figures by month are in a table below.`,
      lines: shown,
      xLabel: 'day of the prediction',
      yLabel: title(metric),
      xText: day,
    })
    const note = missing.length === 0 ? '' : `<p class="note">Above the scale: ${escapeHtml(missing.join(', '))}.</p>`
    return [`<section><h2>${title(metric)} by day</h2>${legend(lines, missing)}${plot}${note}</section>`]
  })
}

function calibrationOf({ calibration }: BacktestResult): string {
  if (calibration.length === 0) return ''
  const x = calibration.map(({ predicted }) => predicted)
  const y = calibration.map(({ observed }) => observed)
  const plot = svgPlot({
    title: 'Calibration',
    describe:
      'How often it came true, against the probability that was predicted, in groups of equal size. On the diagonal both agree. The figures are in the table beside it.',
    lines: [{ name: 'served', x, y, dots: true }],
    xLabel: 'predicted probability',
    yLabel: 'share that came true',
    xText: (value) => value.toFixed(2),
    square: true,
  })
  const rows = calibration.map(({ predicted, observed, weight }) => [
    predicted.toFixed(4),
    observed.toFixed(4),
    count(weight),
  ])
  const table = htmlTable('Groups of equal size', ['predicted', 'came true', 'outcomes'], rows)
  return `<section><h2>Calibration</h2><div class="beside">${plot}${table}</div></section>`
}

function months({ curve, scores }: BacktestResult): string[] {
  const byMonth = Map.groupBy(curve, ({ time }) => new Date(time).toISOString().slice(0, 7))
  if (byMonth.size < 2) return []
  const known = ['roc-auc', 'log-loss', 'mae'].filter((metric) => metric in (curve[0].values[0] ?? {}))
  return known.map((metric) => {
    const rows = [...byMonth].map(([month, points]) => [
      month,
      ...scores.map((_, model) => figure(meanOf(points.map(({ values }) => values[model]?.[metric] ?? Number.NaN)))),
      count(points.length),
    ])
    return htmlTable(
      `${title(metric)} by month, mean of its days`,
      ['', ...scores.map(({ name }) => name), 'days'],
      rows,
    )
  })
}

function slices(result: BacktestResult): string[] {
  return Object.entries(result.slices).flatMap(([column, found]) => {
    if (found.length === 0) return []
    const names = Object.keys(found[0].values)
    const rows = found.map(({ category, outcomes, values }) => [
      category,
      ...names.map((name) => figure(values[name])),
      count(outcomes),
    ])
    return [htmlTable(`By ${column}, the most frequent`, [column, ...names.map(title), 'outcomes'], rows)]
  })
}

function counts({ count: counted, signals, models }: BacktestResult): string {
  const rows: [string, number][] = [
    ['records that became dead letters', counted('rejected')],
    ['predictions without a label at the horizon', counted('unlabelled')],
    ['labels before their event', counted('early')],
    ['labels after their horizon', counted('late')],
    ['labels for no event', counted('orphaned')],
    ['labels for an event that had one', counted('duplicate')],
    ['corrections that were learned', counted('corrected')],
    ['predictions dropped for want of room', counted('dropped')],
    ['updates too late for their window', counted('lateUpdates')],
    ['drifts of the loss', signals.filter(({ kind }) => kind === 'drift').length],
    [
      'changes of the model that serves',
      models.filter(({ kind }) => kind === 'promoted' || kind === 'rolled_back').length,
    ],
  ]
  const nonzero = rows.filter(([, times]) => times > 0).map(([what, times]) => [what, count(times)])
  return nonzero.length === 0 ? '' : htmlTable('What else was counted', ['', 'times'], nonzero)
}

function legend(lines: readonly PlotLine[], missing: readonly string[]): string {
  const items = lines.flatMap(({ name }, i) =>
    missing.includes(name)
      ? []
      : [
          `<li><svg class="key" viewBox="0 0 34 8" aria-hidden="true"><path class="line-${i}" d="M1,4H33"/></svg>${escapeHtml(name)}</li>`,
        ],
  )
  return `<ul class="legend">${items.join('')}</ul>`
}

function title(metric: string): string {
  return titles[metric] ?? metric
}

function interval(value: number | undefined, error: number | undefined): string {
  const isKnown = error !== undefined && Number.isFinite(error)
  return isKnown ? `${figure(value)} ± ${(Z * error).toFixed(4)}` : figure(value)
}

function figure(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(4)
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function day(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : '–'
}

function meanOf(values: readonly number[]): number {
  const known = values.filter(Number.isFinite)
  return known.reduce((sum, value) => sum + value, 0) / known.length
}

function medianOf(values: readonly number[]): number {
  const known = values.filter(Number.isFinite).sort((a, b) => a - b)
  return known[known.length >> 1] ?? Number.NaN
}

// Colours: Okabe & Ito's, which people with any kind of colour vision tell apart; dashes say the same once more.
const STYLE = `
:root{color-scheme:light dark;--ink:#1b1b1b;--soft:#5c5c5c;--paper:#fff;--grid:#ddd;--c0:#0072b2;--c1:#767676;--c2:#cc79a7;--c3:#d55e00;--c4:#009e73;--c5:#946200}
@media (prefers-color-scheme:dark){:root{--ink:#ececec;--soft:#a9a9a9;--paper:#161616;--grid:#3a3a3a;--c0:#56b4e9;--c1:#a0a0a0;--c2:#e7a3cb;--c3:#ff8f4a;--c4:#3fcf9f;--c5:#e6b93c}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:880px;margin:0 auto;padding:1.5rem}
h1{margin:0 0 .25rem}h2{margin:2rem 0 .5rem;font-size:1.2rem}
svg{width:100%;height:auto;display:block}
svg text{fill:var(--soft);font-size:12px}svg .label{font-size:13px}
.grid{stroke:var(--grid);fill:none}.diagonal{stroke:var(--soft);stroke-dasharray:2 4;fill:none}
[class^=line-]{fill:none;stroke-width:1.8}
.line-0{stroke:var(--c0);stroke-width:2.6}.line-1{stroke:var(--c1);stroke-dasharray:7 3}.line-2{stroke:var(--c2);stroke-dasharray:2 3}
.line-3{stroke:var(--c3);stroke-dasharray:9 3 2 3}.line-4{stroke:var(--c4);stroke-dasharray:4 2}.line-5{stroke:var(--c5);stroke-dasharray:1 2}
.dot-0{fill:var(--c0)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;margin:0}
.legend li{display:flex;align-items:center;gap:.4rem}.key{width:34px}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:1.5rem 0;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding-bottom:.4rem}
th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid var(--grid);white-space:nowrap}
th[scope=row],thead th:first-child{text-align:left}thead th{color:var(--soft);font-weight:600}
.note{color:var(--soft);margin:.25rem 0}.beside{display:flex;flex-wrap:wrap;gap:1.5rem;align-items:flex-start}.beside>svg{flex:1 1 320px}
`
