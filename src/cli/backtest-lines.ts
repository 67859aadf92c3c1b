import type { BacktestResult } from '../backtest/backtest.ts'
import { comparedWithBest, FEWEST_OUTCOMES } from '../backtest/compared-with-best.ts'
import { type CurvePeriod, curvePeriods } from '../backtest/curve-periods.ts'
import { labelCoverage } from '../backtest/label-coverage.ts'
import { reportFigure, reportFigureDigits } from '../backtest/report-figure.ts'
import { type CohortWords, cohortWords } from '../evaluate/cohort-words.ts'
import type { NamedScores } from '../operators/evaluation.ts'
import { formatCount, formatTime } from './format.ts'
import type { Terminal } from './terminal.ts'
import { textTable } from './text-table.ts'

const SLICES = 10 // categories shown of a column
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
  const words = cohortWords(result.cohortDays)
  const rate = formatCount((events / elapsedMs) * 1000)
  const lines = [
    `${formatCount(events)} events and ${formatCount(predictions)} predictions, ${day(result.from)} to ${day(result.to)}, in ${formatTime(elapsedMs)} (${rate} events/s)`,
    ...coverage(result, bold),
    '',
    ...figures([...scores, ...challengers], words, bold),
    ...ahead(result),
  ]
  const { period, rows } = curvePeriods(result, metricOf(result))
  if (rows.length > 1)
    lines.push('', bold(`By ${period}, mean over its ${words.many}`), ...periodTable(rows, result, bold))
  for (const [column, slices] of Object.entries(result.slices)) {
    if (slices.length === 0) continue
    const names = Object.keys(slices[0].values)
    const rows = (result.orderedSlices.includes(column) ? slices : slices.slice(0, SLICES)).map(
      ({ title: category, outcomes, values }) => [
        category,
        formatCount(outcomes),
        ...names.map((name) => figure(values[name])),
      ],
    )
    lines.push('', bold(`By ${column}`), ...textTable([[column, 'outcomes', ...names.map(title)], ...rows]))
  }
  lines.push('', ...remarks(result))
  return lines
}

/** A row for each model: whole-run figures with 95 % intervals, and the mean over cohorts where there are some. */
function figures(scores: readonly NamedScores[], { mean }: CohortWords, bold: (text: string) => string): string[] {
  const names = Object.keys(scores[0].whole.values)
  const daily = scores[0].cohorts.cohorts > 1 && names.includes('roc-auc')
  const head = ['', ...(daily ? [`AUC, ${mean}`] : []), ...names.map(title)]
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

/** Before any figure, that many predictions have no label. */
function coverage(result: BacktestResult, bold: (text: string) => string): string[] {
  const { note, over } = labelCoverage(result)
  return note === undefined ? [] : [over === undefined ? note : bold(note)]
}

/** How far what was served is from the best baseline. Challengers are left out: those that came later saw other rows. */
function ahead(result: BacktestResult): string[] {
  const { scores } = result
  const { outcomes } = scores[0]
  if (outcomes < FEWEST_OUTCOMES)
    return [
      '',
      `Too few rows to tell how the models compare: ${formatCount(outcomes)} labelled, at least ${FEWEST_OUTCOMES} are needed.`,
    ]
  const metric = metricOf(result)
  if (!LESS_IS_BETTER.has(metric)) return []
  const values = scores.map(({ whole }) => whole.values[metric])
  const errors = scores.map(({ whole }) => whole.standardErrors[metric])
  const compared = comparedWithBest(result, { isLoss: true, values, errors })
  if (compared === undefined) return []
  const { over } = labelCoverage(result)
  const figureOf = over === undefined ? title(metric) : `${title(metric)} ${over}`
  const { text, isClear, best } = compared
  return ['', `${figureOf}${isClear ? ' is' : ':'} ${text} the best of the others, ${scores[best].name}.`]
}

function metricOf({ scores }: BacktestResult): string {
  const { values } = scores[0].whole
  return 'log-loss' in values ? 'log-loss' : 'mae' in values ? 'mae' : Object.keys(values)[0]
}

function periodTable(
  periodRows: readonly CurvePeriod[],
  result: BacktestResult,
  bold: (text: string) => string,
): string[] {
  const names = result.scores.map(({ name }) => name)
  const head = [title(metricOf(result)), cohortWords(result.cohortDays).many, ...names]
  const rows = periodRows.map(({ name, cohorts, values }) => [
    name,
    formatCount(cohorts),
    ...values.map((value, i) => (i === 0 ? bold(figure(value)) : figure(value))),
  ])
  return textTable([head, ...rows])
}

function remarks(result: BacktestResult): string[] {
  const { count } = result
  const waiting = count('predicted') - count('learned') - count('unlabelled') - count('dropped')
  const counted: readonly (readonly [times: number, many: string, one?: string])[] = [
    [
      count('rejected'),
      `records were of no use (dead letters)${firstOf(result)}`,
      `record was of no use (a dead letter)${firstOf(result)}`,
    ],
    [count('unlabelled'), 'predictions got no label within the horizon', 'prediction got no label within the horizon'],
    [
      labelCoverage(result).note === undefined ? waiting : 0,
      `of ${formatCount(count('predicted'))} predictions have no label yet: the figures are of the others alone`,
    ],
    [count('late'), 'labels came after their horizon', 'label came after its horizon'],
    [count('orphaned'), 'labels were for no event', 'label was for no event'],
    [count('duplicate'), 'labels were for an event that had one', 'label was for an event that had one'],
    [
      count('dropped'),
      'waiting predictions were dropped for want of room',
      'waiting prediction was dropped for want of room',
    ],
    [result.signals.filter(({ kind }) => kind === 'drift').length, 'times the loss drifted', 'time the loss drifted'],
    [
      result.models.filter(({ kind }) => kind === 'promoted').length,
      'times another model took over',
      'time another model took over',
    ],
  ]
  return counted
    .filter(([times]) => times > 0)
    .map(([times, many, one]) => `${formatCount(times)} ${times === 1 ? (one ?? many) : many}.`)
}

function firstOf({ deadLetters: [first] }: BacktestResult): string {
  return first === undefined ? '' : `, the first of them record ${first.record + 1} of ${first.input}: ${first.cause}`
}

function interval(value: number | undefined, error: number | undefined): string {
  const text = figure(value)
  if (error === undefined || !Number.isFinite(error)) return text
  return `${text} ±${reportFigure(Z * error, reportFigureDigits(value ?? 0))}`
}

function figure(value: number | undefined): string {
  return value !== undefined && Number.isFinite(value) ? reportFigure(value) : '-'
}

function title(metric: string): string {
  return titles[metric] ?? metric
}

function day(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : '-'
}
