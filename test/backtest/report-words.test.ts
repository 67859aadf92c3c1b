import { defineStream, linearRegression, logisticRegression, oneHot, pipeline } from 'millrace'
import { describe, expect, it } from 'vitest'
import { backtest, type BacktestResult } from '../../src/backtest/backtest.ts'
import { backtestReport } from '../../src/backtest/backtest-report.ts'
import { comparedWithBest } from '../../src/backtest/compared-with-best.ts'
import { reportFigure } from '../../src/backtest/report-figure.ts'
import { SvgAxis } from '../../src/backtest/svg-axis.ts'
import { backtestLines } from '../../src/cli/backtest-lines.ts'
import { Terminal } from '../../src/cli/terminal.ts'
import * as calendar from '../../src/features/calendar.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'
import { type Arrived, outcome, visit, visitInputs, visitSchemas } from '../operators/visits.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const BEGIN = Date.UTC(2001, 0, 1) // a Monday
const facts = { stream: 'visits', elapsedMs: 1000, version: '9.8.7', runtime: 'Node 24.0.0' }

/** Whether something is sold, told by another topic; sliced by shop, weekday, hour and number. */
const sales = buildGraph(
  defineStream({
    name: 'sales',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const sold = visits.label(outcomes, { value: (one) => one.sold, horizon: '30d' })
      const rows = visits.featurize({
        shop: 'shop',
        amount: 'amount',
        weekday: (one) => String(calendar.dayOfWeek(one.at)),
        hour: (one) => String(Math.floor(one.at / 3_600_000) % 24),
        dayCode: (one) => String((calendar.dayOfWeek(one.at) + 0) % 7),
      })
      return rows.predict(sold, { model: pipeline(oneHot(), logisticRegression()) })
    },
  }),
  visitSchemas,
)

/** The amount itself, in units so large. */
const amounts = buildGraph(
  defineStream({
    name: 'amounts',
    inputs: visitInputs,
    build: ({ visits }) => {
      const amount = visits.label({ value: (one) => one.amount ?? undefined, after: '1h' })
      return visits.featurize({ member: 'member' }).predict(amount, { model: linearRegression() })
    },
  }),
  visitSchemas,
)

/** Visits at even times; the first so many have their outcome an hour later. */
function history(count: number, labelled: number, everyMs: number): Arrived[] {
  const random = new SeededRandom(7)
  const shops = ['north', 'south', undefined]
  const records = Array.from({ length: count }, (_, i) => {
    const at = BEGIN + i * everyMs
    const amount = random.nextInt(8) - 3.5
    const visited = visit(String(i), at, { amount, shop: shops[random.nextInt(3)] })
    return i < labelled ? [visited, outcome(String(i), at + HOUR, random.next() < (amount + 4) / 8)] : [visited]
  })
  return records.flat().sort((a, b) => a.arrival - b.arrival)
}

function pricesOver(days: number): Promise<BacktestResult> {
  const random = new SeededRandom(7)
  const records = Array.from({ length: days }, (_, i) =>
    visit(String(i), BEGIN + i * DAY, { amount: 200_000 + 1_500_000 * random.next() }),
  )
  return backtest(amounts, records)
}

function linesOf(result: BacktestResult): string[] {
  return backtestLines(result, new Terminal(), 1000)
}

describe('labels that are missing', () => {
  it('are told before any figure, and in each headline where most are', async () => {
    const result = await backtest(sales, history(2000, 106, HOUR / 4))
    const note =
      'Only 5 % of the predictions have a label: 1,894 of 2,000 predictions have no label yet. The figures are of the other 106 alone, and may say little of the rest.'
    const lines = linesOf(result)
    expect(lines[1]).toBe(note)
    expect(lines.filter((line) => line.includes('no label'))).toEqual([note])
    expect(lines.find((line) => line.startsWith('log loss over 5 % of predictions'))).toBeDefined()
    const report = backtestReport(result, facts)
    expect(report).toContain(`<p class="note"><strong>${note}</strong></p>`)
    expect(report.indexOf(note)).toBeLessThan(report.indexOf('class="tiles"'))
    expect(report).toContain('log loss, over 5 % of predictions</span>')
    expect(report).toContain('<dt>predictions whose label may still come</dt><dd>1,894</dd>')
  })

  it('are a plain note where they are fewer, and a remark where they are hardly any', async () => {
    const some = await backtest(sales, history(2000, 1600, HOUR / 4))
    const note = '400 of 2,000 predictions have no label yet: the figures are of the others alone.'
    expect(linesOf(some)[1]).toBe(note)
    expect(linesOf(some).join('\n')).not.toContain('% of predictions')
    expect(backtestReport(some, facts)).toContain(`<p class="note">${note}</p>`)
    const few = await backtest(sales, history(2000, 1990, HOUR / 4))
    expect(linesOf(few)[1]).toBe('')
    expect(linesOf(few).at(-1)).toBe(note.replace('400', '10'))
    expect(backtestReport(few, facts)).not.toContain('class="note"')
  })
})

describe('the distance from the best baseline', () => {
  const scored = (outcomes: number): BacktestResult =>
    ({ scores: [{ outcomes }, { outcomes }, { outcomes }], curve: [] }) as unknown as BacktestResult
  const told = (outcomes: number, values: number[], error: number, isLoss = true) =>
    comparedWithBest(scored(outcomes), { isLoss, values, errors: values.map(() => error) })

  it('is none of few outcomes, nor of intervals that cover each other', () => {
    expect(told(99, [0.15, 1, 2], 0.001)).toMatchObject({
      isClear: false,
      text: 'too few outcomes (99) to tell it from',
    })
    expect(told(100, [0.15, 1, 2], 0.001)).toMatchObject({ isClear: true, text: '85.0 % below', best: 1 })
    expect(told(1000, [0.9, 1, 2], 0.04)).toMatchObject({ isClear: false, text: 'no clear difference from' })
    expect(told(1000, [0.9, 1, 2], 0.03)).toMatchObject({ isClear: true, text: '10.0 % below' })
    expect(told(1000, [0.5, 0.5, 2], Number.NaN)).toMatchObject({ isClear: false })
  })

  it('is in times where it is large, and in points of a share', () => {
    expect(told(1000, [16.599, 1, 2], 0.001)?.text).toBe('16.6 times')
    expect(told(1000, [1.9, 1, 2], 0.001)?.text).toBe('90.0 % above')
    expect(told(1000, [0.8, 0.6, 0.7], 0.001, false)).toMatchObject({ text: '0.1000 above', best: 2 })
  })

  it('takes days that are hard for all models as no difference', () => {
    const curve = [0.5, 0.6, 0.7, 0.8].map((auc, i) => ({
      isCounted: true,
      values: [{ 'roc-auc': auc + 0.05 + i * 0.001 }, { 'roc-auc': auc }],
    }))
    const comparison = { isLoss: false, values: [0.7015, 0.65], errors: [0.06, 0.06] }
    const result = { ...scored(4000), curve } as unknown as BacktestResult
    expect(comparedWithBest(result, comparison)?.isClear).toBe(false)
    expect(comparedWithBest(result, { ...comparison, cohortMetric: 'roc-auc' })?.isClear).toBe(true)
  })

  it('is too few to tell in what a short run prints', async () => {
    const result = await backtest(sales, history(3, 3, 2 * HOUR))
    expect(linesOf(result)).toContain(
      'Too few rows to tell how the models compare: 3 labelled, at least 100 are needed.',
    )
    expect(backtestReport(result, facts)).toContain('too few outcomes (3) to tell it from the best baseline')
  })
})

describe('figures', () => {
  it('have digits by their size', () => {
    const shown = [0, 0.4283, 9.99991, -12.3456, 262.5, 1234.56, 87_527.8657, 1_500_000.4, 0.000_012_34, -1e-17]
    expect(shown.map((value) => reportFigure(value))).toEqual([
      '0.0000',
      '0.4283',
      '9.9999',
      '-12.346',
      '262.50',
      '1,234.6',
      '87,528',
      '1,500,000',
      '0.000012',
      '-0.0000',
    ])
  })

  it('have short names on an axis', () => {
    const labels = (low: number, high: number) => new SvgAxis(low, high, 0, 100).ticks(5).map(({ label }) => label)
    expect(labels(0, 1_500_000)).toEqual(['0', '0.5M', '1.0M', '1.5M'])
    expect(labels(0, 15_200_000)).toEqual(['0', '5M', '10M', '15M'])
    expect(labels(9_100_000, 10_200_000)).toEqual(['9.5M', '10.0M'])
    expect(labels(0, 1)).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0'])
  })
})

describe('a long history', () => {
  it('is drawn by longer periods, as the caption says, with the days that the table counts', async () => {
    const report = backtestReport(await pricesOver(3500), facts)
    expect(report).toContain('MAE by month</h3>')
    expect(report).toContain('Drawn by month: a point is the mean of the month&#39;s days. Mean of the 3,499 days')
    const [figure] = report.split('<figure data-metric="mae">')[1].split('</svg>')
    expect([...figure.matchAll(/class="point"/g)].length).toBe(115)
    expect(figure).toContain('<title>MAE by month</title>'.replace('<title>', '<title id="curve-mae-title">'))
    expect(report).toMatch(/<th scope="row">served<\/th><td class="number">3,499<\/td><td class="number">3,499<\/td>/)
    const [table] = report.slice(report.indexOf('<h2 id="months">By year')).split('</table>')
    expect([...table.matchAll(/<th scope="row">(\d+)<\/th>/g)].map(([, year]) => year)).toEqual(
      Array.from({ length: 10 }, (_, i) => String(2001 + i)),
    )
  })

  it('is drawn by week where that is enough, and by day where there are days enough for pixels', async () => {
    expect(backtestReport(await pricesOver(210), facts)).toContain('MAE by week</h3>')
    const days = backtestReport(await pricesOver(190), facts)
    expect(days).toContain('MAE by day</h3>')
    expect(days).not.toContain('Drawn by')
  })
})

describe('slices', () => {
  it('are in the order of their numbers, with all of them, others by outcomes', async () => {
    const result = await backtest(sales, history(1000, 1000, HOUR / 2))
    expect(result.orderedSlices).toEqual(['weekday', 'hour', 'dayCode'])
    const titles = (column: string) => result.slices[column].map(({ title }) => title)
    expect(titles('hour')).toEqual(Array.from({ length: 24 }, (_, i) => String(i)))
    const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
    expect(titles('weekday')).toEqual(days)
    expect(result.slices.weekday.map(({ category }) => category)).toEqual(['0', '1', '2', '3', '4', '5', '6'])
    expect(titles('dayCode')).toEqual(['0', '1', '2', '3', '4', '5', '6'])
    const counts = result.slices.shop.map(({ outcomes }) => outcomes)
    expect(counts).toEqual(counts.toSorted((a, b) => b - a))
    expect(titles('shop').toSorted()).toEqual(['(missing)', 'north', 'south'])
    const lines = linesOf(result).join('\n')
    expect(lines).toMatch(/Monday .*\nTuesday .*\nWednesday /)
    expect(lines).toMatch(/\n22 .*\n23 /)
    expect(backtestReport(result, facts)).toContain('<span>What was served, by hour</span>')
  })
})
