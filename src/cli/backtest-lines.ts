import type { BacktestResult } from '../backtest/backtest.ts'
import type { NamedScores } from '../operators/evaluation.ts'
import { formatCount, formatFigure, formatTime } from './format.ts'
import type { Terminal } from './terminal.ts'
import { textTable } from './text-table.ts'

const SLICES = 10 // categories shown of a column
const MONTHS = 24 // shown one by one
const Z = 1.96 // of a 95 % interval
const LESS_IS_BETTER: ReadonlySet<string> = new Set(['log-loss', 'brier', 'mae', 'rmse', 'calibration'])
const titles: Readonly<Record<string, string>> = {
  'log-loss': 'log loss',
  'roc-auc': 'AUC',
  accuracy: 'accuracy',
  brier: 'Brier',
  calibration: 'calibration',
  kappa: 'kappa',
  'kappa-t': 'kappa-T',
  mae: 'MAE',
  rmse: 'RMSE',
}

/** What a backtest found, for people: the figures beside the baselines, by month, by slice. */
export function backtestLines(result: BacktestResult, terminal: Terminal, elapsedMs: number): string[] {
  const { events, predictions, scores, challengers } = result
  const bold = (text: string): string => terminal.style('bold', text)
  const rate = formatCount((events / elapsedMs) * 1000)
  const lines = [
    `${formatCount(events)} events and ${formatCount(predictions)} predictions, ${day(result.from)} to ${day(result.to)}, in ${formatTime(elapsedMs)} (${rate} events/s)`,
    '',
    ...figures([...scores, ...challengers], bold),
    ...best(scores),
  ]
  const { period, rows } = byPeriod(result)
  if (rows.length > 1)
    lines.push('', bold(`By ${period}, mean over its days`), ...periodTable(rows, scores, metricOf(result), bold))
  for (const [column, slices] of Object.entries(result.slices)) {
    if (slices.length === 0) continue
    const names = Object.keys(slices[0].values)
    const rows = slices
      .slice(0, SLICES)
      .map(({ category, outcomes, values }) => [
        category,
        formatCount(outcomes),
        ...names.map((name) => formatFigure(values[name])),
      ])
    lines.push('', bold(`By ${column}`), ...textTable([[column, 'outcomes', ...names.map(title)], ...rows]))
  }
  lines.push('', ...remarks(result))
  return lines
}

/** A row for each model: whole-run figures with 95 % intervals, and the mean over days where there are days. */
function figures(scores: readonly NamedScores[], bold: (text: string) => string): string[] {
  const names = Object.keys(scores[0].whole.values)
  const daily = scores[0].cohorts.cohorts > 1 && names.includes('roc-auc')
  const head = ['', ...(daily ? ['AUC, daily mean'] : []), ...names.map(title)]
  const rows = scores.map(({ name, whole, cohorts }, i) => {
    const cells = names.map((metric) => interval(whole.values[metric], whole.standardErrors[metric]))
    const row = [
      name,
      ...(daily ? [interval(cohorts.mean.values['roc-auc'], cohorts.mean.standardErrors['roc-auc'])] : []),
      ...cells,
    ]
    return i === 0 ? row.map(bold) : row
  })
  return textTable([head, ...rows])
}

/** How far what was served is ahead of the best baseline. Challengers are left out: those that came later saw other rows. */
function best(scores: readonly NamedScores[]): string[] {
  const names = Object.keys(scores[0].whole.values)
  const metric = names.includes('log-loss') ? 'log-loss' : names.includes('mae') ? 'mae' : names[0]
  const [served, ...others] = scores.map(({ name, whole }) => ({ name, value: whole.values[metric] }))
  const baselines = others.filter(({ value }) => Number.isFinite(value))
  if (baselines.length === 0 || !LESS_IS_BETTER.has(metric)) return []
  const least = baselines.reduce((a, b) => (b.value < a.value ? b : a))
  const share = (100 * (least.value - served.value)) / least.value
  const compared = share >= 0 ? 'below' : 'above'
  return ['', `${title(metric)} is ${Math.abs(share).toFixed(1)} % ${compared} the best of the others, ${least.name}.`]
}

interface Period {
  readonly name: string
  readonly days: number
  /** Mean by model. */
  readonly values: readonly number[]
}

/** Months, or years where there are too many months to read. */
function byPeriod(result: BacktestResult): { readonly period: 'month' | 'year'; readonly rows: readonly Period[] } {
  const months = periods(result, 'YYYY-MM'.length)
  if (months.length <= MONTHS) return { period: 'month', rows: months }
  return { period: 'year', rows: periods(result, 'YYYY'.length) }
}

/** The days of the curve by the first characters of their dates; those without any figure are left out. */
function periods(result: BacktestResult, characters: number): Period[] {
  const { curve, scores } = result
  const metric = metricOf(result)
  const grouped = Map.groupBy(curve, ({ time }) => new Date(time).toISOString().slice(0, characters))
  const rows = [...grouped].map(([name, points]) => ({
    name,
    days: points.length,
    values: scores.map((_, model) => {
      const values = points.map((point) => point.values[model]?.[metric]).filter((value) => Number.isFinite(value))
      return values.reduce((sum, value) => sum + value, 0) / values.length
    }),
  }))
  return rows.filter(({ values }) => values.some((value) => Number.isFinite(value)))
}

function metricOf({ scores }: BacktestResult): string {
  const { values } = scores[0].whole
  return 'log-loss' in values ? 'log-loss' : 'mae' in values ? 'mae' : Object.keys(values)[0]
}

function periodTable(
  periodRows: readonly Period[],
  scores: readonly NamedScores[],
  metric: string,
  bold: (text: string) => string,
): string[] {
  const head = [title(metric), 'days', ...scores.map(({ name }) => name)]
  const rows = periodRows.map(({ name, days, values }) => [
    name,
    formatCount(days),
    ...values.map((value, i) => (i === 0 ? bold(formatFigure(value)) : formatFigure(value))),
  ])
  return textTable([head, ...rows])
}

function remarks(result: BacktestResult): string[] {
  const { count } = result
  const waiting = count('predicted') - count('learned') - count('unlabelled') - count('dropped')
  const counted: readonly (readonly [number, string])[] = [
    [count('rejected'), 'records were of no use (dead letters)'],
    [count('unlabelled'), 'predictions got no label within the horizon'],
    [
      waiting,
      `of ${formatCount(count('predicted'))} predictions have no label yet: the figures are of the others alone`,
    ],
    [count('late'), 'labels came after their horizon'],
    [count('orphaned'), 'labels were for no event'],
    [count('duplicate'), 'labels were for an event that had one'],
    [count('dropped'), 'waiting predictions were dropped for want of room'],
    [result.signals.filter(({ kind }) => kind === 'drift').length, 'times the loss drifted'],
    [result.models.filter(({ kind }) => kind === 'promoted').length, 'times another model took over'],
  ]
  return counted.filter(([times]) => times > 0).map(([times, what]) => `${formatCount(times)} ${what}.`)
}

function interval(value: number | undefined, error: number | undefined): string {
  const text = formatFigure(value)
  return error === undefined || !Number.isFinite(error) ? text : `${text} ±${(Z * error).toFixed(4)}`
}

function title(metric: string): string {
  return titles[metric] ?? metric
}

function day(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : '-'
}
