import { type CalibrationBin, calibrationCurve } from '../evaluate/metrics/calibration.ts'
import { type BacktestResult, SLICES } from './backtest.ts'
import { backtestReportCurve } from './backtest-report-curve.ts'
import { backtestReportEvents } from './backtest-report-events.ts'
import { backtestReportScores } from './backtest-report-scores.ts'
import { backtestReportStyle } from './backtest-report-style.ts'
import { htmlTable } from './html-table.ts'
import { labelCoverage } from './label-coverage.ts'
import { type Markup, markup } from './markup.ts'
import { metricTitle } from './metric-title.ts'
import { reportFigure, reportFigureCount } from './report-figure.ts'
import { svgCalibrationPlot } from './svg-calibration-plot.ts'

/** What a report says of the run besides what it found. */
export interface BacktestFacts {
  readonly stream: string
  readonly elapsedMs: number
  /** Of Millrace. */
  readonly version: string
  /** Of the runtime, say 'Node 24.1.0'. */
  readonly runtime: string
}

const counters = [
  ['learned', 'labels learned from'],
  ['early', 'labels that came before their event'],
  ['late', 'labels that came after their horizon'],
  ['orphaned', 'labels for no event'],
  ['duplicate', 'labels for an event that had one'],
  ['corrected', 'labels that were corrected'],
  ['unlabelled', 'predictions without a label within the horizon'],
  ['dropped', 'waiting predictions dropped for want of room'],
  ['unknownClass', 'labels of a class that is not declared'],
  ['lateUpdates', 'events too late for their window'],
  ['warnings', 'events that failed a check and were used'],
  ['rejected', 'records of no use (dead letters)'],
] as const

/**
 * What a backtest found as one HTML file that needs nothing else: figures beside the baselines, the learning curve by day
 * with signals and model events, the calibration plot, months, slices, and the facts of the run. Pure; times are in UTC.
 */
export function backtestReport(result: BacktestResult, facts: BacktestFacts): string {
  const bins = calibrationOf(result)
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Backtest of ${facts.stream}</title>
<style>${{ markup: backtestReportStyle }}</style>
</head>
<body>
<header><h1>Backtest of ${facts.stream}</h1>
<p class="quiet">${counted(result.events, 'event')} and ${counted(result.predictions, 'prediction')}${period(result)}. Each event was predicted first, waited for its label as long as it really took, was scored, and only then learned from.</p>
${labelNote(result)}</header>
<main>
${backtestReportScores(result)}
<h2>Learning curve</h2>
${backtestReportCurve(result)}
${bins.length > 0 ? calibrationSection(bins, result.state.target.classes) : undefined}
${sliceTables(result)}
<h2>Signals and models</h2>
${backtestReportEvents(result)}
<h2>Facts</h2>
${factList(result, facts)}
</main>
</body>
</html>
`.markup
}

/** The calibration curve of what was served; none where the stream predicts no class. */
function calibrationOf({ state }: BacktestResult): CalibrationBin[] {
  const { scoreboard } = state.evaluation
  const metric = scoreboard.set.metrics.findIndex(({ name }) => name === 'calibration')
  return metric < 0 ? [] : calibrationCurve(scoreboard.stateOf(0), scoreboard.set.offsets[metric])
}

function calibrationSection(bins: readonly CalibrationBin[], classes: number): Markup {
  const rows = bins.map(({ predicted, observed, weight }, i) => [
    String(i + 1),
    reportFigure(predicted),
    reportFigure(observed),
    reportFigureCount(weight),
  ])
  const what = classes === 2 ? 'the probability of true' : 'the probability of the likeliest class'
  return markup`<h2>Calibration</h2>
<p class="quiet">How often what was predicted came: ${what}, in bins of equal mass, with 95 % intervals.</p>
<div class="charts"><figure><div class="wide">${svgCalibrationPlot('calibration', bins)}</div></figure>
<div>${htmlTable('Bins of equal mass', ['bin', 'mean prediction', 'share that came', 'outcomes'], rows)}</div></div>
`
}

/** What is to be known before any figure is read. */
function labelNote(result: BacktestResult): Markup | undefined {
  const { note, over } = labelCoverage(result)
  if (note === undefined) return undefined
  return over === undefined ? markup`<p class="note">${note}</p>` : markup`<p class="note"><strong>${note}</strong></p>`
}

function sliceTables({ slices, orderedSlices }: BacktestResult): Markup {
  const tables = Object.entries(slices)
    .filter(([, rows]) => rows.length > 0)
    .map(([column, rows]) => {
      const metrics = Object.keys(rows[0].values)
      return htmlTable(
        `What was served, by ${column}${orderedSlices.includes(column) || rows.length < SLICES ? '' : `; the ${rows.length} with the most outcomes`}`,
        [column, 'outcomes', ...metrics.map(metricTitle)],
        rows.map(({ title, outcomes, values }) => [
          title,
          reportFigureCount(outcomes),
          ...metrics.map((metric) => reportFigure(values[metric])),
        ]),
      )
    })
  return tables.length === 0 ? markup`` : markup`<h2>Slices</h2>\n<div class="charts">${tables}</div>`
}

function factList(result: BacktestResult, { stream, elapsedMs, version, runtime }: BacktestFacts): Markup {
  const { events, predictions, from, to } = result
  const rows = [
    ['stream', stream],
    ['period', `${instant(from)} to ${instant(to)}, by arrival`],
    ['events', reportFigureCount(events)],
    ['predictions', reportFigureCount(predictions)],
    ['predictions whose label may still come', reportFigureCount(waiting(result))],
    ...counters.map(([counter, what]) => [what, reportFigureCount(result.count(counter))]),
    ['time taken', `${(elapsedMs / 1000).toFixed(1)} s, ${reportFigureCount((1000 * events) / elapsedMs)} events/s`],
    ['Millrace', version],
    ['runtime', runtime],
    ['seed', 'none to choose: the same stream over the same history gives the same figures'],
  ]
  return markup`<dl>
${rows.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>`
}

/** Predictions that wait for their label. */
function waiting({ count }: BacktestResult): number {
  return count('predicted') - count('learned') - count('unlabelled') - count('dropped')
}

function counted(count: number, what: string): string {
  return `${reportFigureCount(count)} ${what}${count === 1 ? '' : 's'}`
}

function period({ from, to, events }: BacktestResult): string {
  return events === 0 ? '' : `, ${[...new Set([date(from), date(to)])].join(' to ')}`
}

function date(time: number): string {
  return instant(time).slice(0, 10)
}

function instant(time: number): string {
  return Number.isFinite(time) ? `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC` : '–'
}
