import type { BacktestResult } from './backtest.ts'
import { htmlTable } from './html-table.ts'
import { type Markup, markup } from './markup.ts'
import { reportFigure } from './report-figure.ts'

const KEPT = 1000 // what a backtest keeps of each
const OPEN = 30 // rows of a list that is shown at once

/** The signals and the model events of the run, each with the numbers behind it. */
export function backtestReportEvents({ signals, models }: BacktestResult): Markup {
  const seen = signals.map(({ time, kind, source, modelVersion, evidence, detail }) => [
    instant(time),
    kind,
    source,
    modelVersion,
    evidence === undefined ? detail : `${reportFigure(evidence.before)} → ${reportFigure(evidence.after)} ${detail}`,
  ])
  const done = models.map(({ time, kind, version, parent, reason, numbers }) => [
    instant(time),
    kind.replace('_', ' '),
    version,
    parent ?? '',
    reason,
    Object.entries(numbers)
      .map(([name, value]) => `${name} ${Number.isInteger(value) ? value : reportFigure(value)}`)
      .join(', '),
  ])
  return markup`${list('Signals', ['time', 'kind', 'source', 'model', 'numbers'], seen)}${list(
    'Models',
    ['time', 'event', 'version', 'parent', 'reason', 'numbers'],
    done,
  )}`
}

function list(title: string, head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  if (rows.length === 0) return markup`<p>${title}: none.</p>`
  const open = rows.length <= OPEN ? markup` open` : undefined
  return markup`<details${open}><summary>${title}: ${rows.length < KEPT ? rows.length : `the first ${rows.length}`}</summary>
${htmlTable(`${title}, by arrival`, head, rows, head.length)}</details>
`
}

function instant(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString().slice(0, 19).replace('T', ' ') : '–'
}
