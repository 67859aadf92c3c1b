import {
  adwin,
  type Duration,
  defineStream,
  gaussianNaiveBayes,
  linearRegression,
  logisticRegression,
  oneHot,
  pipeline,
} from 'millrace'
import { beforeAll, describe, expect, it } from 'vitest'
import { backtest, type BacktestResult } from '../../src/backtest/backtest.ts'
import { type BacktestFacts, backtestReport } from '../../src/backtest/backtest-report.ts'
import { backtestJson } from '../../src/cli/backtest-json.ts'
import { backtestLines } from '../../src/cli/backtest-lines.ts'
import { Terminal } from '../../src/cli/terminal.ts'
import { MetricSet } from '../../src/evaluate/metric-set.ts'
import { rocAuc } from '../../src/evaluate/metrics/roc-auc.ts'
import { inlineTrainer } from '../../src/lifecycle/inline-trainer.ts'
import { Pages } from '../../src/stats/pages.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'
import { type Arrived, outcome, visit, visitInputs, visitSchemas } from '../operators/visits.ts'

const HOUR = 3_600_000
const HOURLY = 24
const DAYS = 75 // and three hours of one more
const BEGIN = Date.UTC(2001, 0, 20)
const EVIL = `<script>alert("x")</script> & 'y'`
const facts: BacktestFacts = { stream: 'visits', elapsedMs: 1234, version: '9.8.7', runtime: 'Node 24.0.0' }

const graph = buildGraph(
  defineStream({
    name: 'visits',
    inputs: visitInputs,
    build: ({ visits: all, outcomes }) => {
      const visits = all.validate({ shop: 'required' })
      void outcomes.validate({ price: { min: 0, onFail: 'quarantine' } })
      const member = visits.label({ value: (one) => one.member, after: '2h' })
      const rows = visits.featurize({ shop: 'shop', amount: 'amount' })
      return rows.predict(member, {
        model: pipeline(oneHot(), logisticRegression()),
        challengers: [pipeline(oneHot(), gaussianNaiveBayes())],
        baselines: { shopRate: member.by('shop').ewMean('2d') },
        drift: { loss: adwin() },
        retrain: { on: ['loss'], from: { latest: 5000, since: 'drift' } },
      })
    },
  }),
  visitSchemas,
)

/** Twenty-four visits an hour; half way the amount says the opposite. */
function visits(): Arrived[] {
  const random = new SeededRandom(3)
  const shops = ['north', 'south', EVIL]
  return Array.from({ length: DAYS * 24 * HOURLY + 3 * HOURLY }, (_, i) => {
    const amount = random.nextInt(8) - 3.5
    const sign = i < DAYS * 12 * HOURLY ? 1 : -1
    const member = amount * sign > 0 === random.next() < 0.85
    return visit(String(i), BEGIN + (i * HOUR) / HOURLY, { shop: shops[random.nextInt(3)], amount, member })
  })
}

describe('the report of a binary stream', () => {
  let result: BacktestResult
  let report: string

  beforeAll(async () => {
    result = await backtest(graph, visits(), {
      prepare: (state) => {
        state.race.trainer = inlineTrainer(state)
      },
    })
    report = backtestReport(result, facts)
  })

  it('has each figure that the JSON has', () => {
    const json = backtestJson('visits', result)
    expect(json.signals.length).toBeGreaterThan(0)
    expect(json.models.map(({ kind }) => kind)).toContain('promoted')
    const models = [json.metrics, ...Object.values(json.baselines), ...Object.values(json.challengers)]
    const texts = models
      .flatMap((one) => numbersOf(one.standardErrors))
      .map((error) => `± ${(1.96 * error).toFixed(4)}`)
    expect(texts.length).toBeGreaterThan(15)
    texts.push(...numbersOf([json.curve, json.slices, json.counts]).map(written))
    texts.push(...models.flatMap((one) => numbersOf({ ...one, standardErrors: null })).map(written))
    texts.push(
      ...numbersOf(json.models.map(({ numbers }) => numbers)).map((value) =>
        Number.isInteger(value) ? String(value) : value.toFixed(4),
      ),
    )
    texts.push(...json.models.flatMap(({ version, time, kind }) => [version, minute(time), kind.replace('_', ' ')]))
    texts.push(...json.signals.flatMap(({ source, time }) => [source, minute(time)]))
    texts.push(written(json.events), written(json.predictions), minute(json.from), minute(json.to))
    expect(texts.length).toBeGreaterThan(1000)
    const missing = [...new Set(texts)].filter((text) => !report.includes(text))
    expect(missing).toEqual([])
  })

  it('draws one point for each day in each curve, and marks what happened', () => {
    const figures = report.split('<figure data-metric="').slice(1)
    expect(figures.map((one) => one.slice(0, one.indexOf('"')))).toEqual(['log-loss', 'roc-auc'])
    expect(result.curve.length).toBe(DAYS + 1)
    for (const figure of figures) {
      expect(count(figure.slice(0, figure.indexOf('</figure>')), /class="point/g)).toBe(DAYS + 1)
      const [, path] = /class="line line-0" d="([^"]+)"/.exec(figure) as RegExpExecArray
      expect(count(path, /[ML]/g)).toBe(DAYS + 1)
      expect(count(figure, /class="point few"/g)).toBe(1)
      expect(figure).toContain('class="mark drift"')
      expect(figure).toMatch(/class="mark models"><title>[^<]*promoted v0\.\d+[^<]*<\/title><line class="tall"/)
    }
  })

  it('means the days of a month that have outcomes enough', () => {
    const [table] = report.slice(report.indexOf('<h2 id="months">')).split('</table>')
    const april = result.curve.filter(({ time }) => new Date(time).toISOString().startsWith('2001-04'))
    const full = april.filter(({ outcomes }) => outcomes >= 500)
    expect([april.length, full.length]).toEqual([5, 4])
    const mean = full.reduce((sum, { values }) => sum + values[0]['log-loss'], 0) / full.length
    expect(table).toContain(
      `<th scope="row">2001-04</th><td class="number">4</td><td class="number">${mean.toFixed(4)}</td>`,
    )
  })

  it('says how many days its means count, those without outcomes enough left out', () => {
    expect(report).toContain(`Mean of the ${DAYS} days with at least 500 outcomes, all labels in; others are hollow`)
    expect(result.scores[0].cohorts.cohorts).toBe(DAYS)
    expect(report).toContain(`<desc id="curve-log-loss-description">${DAYS} days with outcomes`)
  })

  it('shows the calibration of what was served, bin by bin', () => {
    const section = report.slice(report.indexOf('<h2>Calibration</h2>'), report.indexOf('<h2>Slices</h2>'))
    const weights = [...section.matchAll(/<td class="number">([\d,]+)<\/td><\/tr>/g)].map(([, text]) =>
      Number(text.replaceAll(',', '')),
    )
    expect(weights.length).toBe(count(section, /class="bin"/g))
    expect(weights.length).toBeGreaterThan(10)
    const outcomes = result.scores[0].outcomes
    expect(Math.abs(weights.reduce((a, b) => a + b, 0) - outcomes)).toBeLessThanOrEqual(weights.length)
  })

  it('escapes what comes from the data and the stream', () => {
    expect(result.slices.shop.map(({ category }) => category)).toContain(EVIL)
    expect(report).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;')
    expect(report).not.toMatch(/<script/i)
    expect(backtestReport(result, { ...facts, stream: EVIL })).not.toMatch(/<script/i)
  })

  it('asks for nothing from outside', () => {
    expect(report).not.toMatch(/https?:\/\/|\bsrc=|\bhref=|url\(|@import/)
    expect(report).toContain("default-src 'none'")
    expect(report).toContain('prefers-color-scheme: dark')
    expect(report).toContain('name="viewport"')
  })

  it('can be heard and read as well as seen', () => {
    const drawings = [
      ...report.matchAll(/<svg[^>]*>(?:\s*<title id="([^"]+)">[^<]+<\/title>\s*<desc id="([^"]+)">[^<]+<\/desc>)?/g),
    ]
    expect(drawings.length).toBeGreaterThan(3)
    for (const [tag, title, description] of drawings) {
      expect(tag).toContain(title === undefined ? 'aria-hidden="true"' : `aria-labelledby="${title} ${description}"`)
    }
    expect(count(report, /<table>/g)).toBe(count(report, /<caption>/g))
    const ids = [...report.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('closes what it opens', () => {
    const open: string[] = []
    for (const [, closing, name, self] of report.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
      if (self === '/' || name === 'meta') continue
      if (closing === '') open.push(name)
      else expect(open.pop()).toBe(name)
    }
    expect(open).toEqual([])
    expect(report).not.toMatch(/undefined|NaN|\[object/)
  })

  it('says what was run', () => {
    for (const fact of ['9.8.7', 'Node 24.0.0', '1.2 s', '2001-01-20 00:00:00 UTC', '2001-04'])
      expect(report).toContain(fact)
  })

  it('is the same each time', () => {
    expect(backtestReport(result, facts)).toBe(report)
  })
})

describe('the report of other streams', () => {
  it('has curves of the errors of a regression, and no calibration', async () => {
    const regression = buildGraph(
      defineStream({
        name: 'amounts',
        inputs: visitInputs,
        build: ({ visits: rows, outcomes }) => {
          void outcomes.validate({ price: { min: 0, onFail: 'quarantine' } })
          const amount = rows.label({ value: (one) => one.amount ?? undefined, after: '1h' })
          return rows.featurize({ shop: 'shop' }).predict(amount, { model: pipeline(oneHot(), linearRegression()) })
        },
      }),
      visitSchemas,
    )
    const result = await backtest(regression, visits().slice(0, 2400))
    const report = backtestReport(result, facts)
    expect([...report.matchAll(/<figure data-metric="([^"]+)"/g)].map(([, metric]) => metric)).toEqual(['mae', 'rmse'])
    expect(report).toContain(result.scores[0].whole.values.mae.toFixed(4))
    expect(report).not.toContain('Calibration')
    expect(report).not.toMatch(/undefined|NaN/)
  })

  it('counts no day on which nothing happened, in the page as in the lines', async () => {
    const half = 4 * 24 * HOURLY
    const records = visits().slice(0, 2 * half)
    const shifted = records.slice(half).map(({ record }, i) => {
      const at = BEGIN + ((half + i) * HOUR) / HOURLY + 10 * 24 * HOUR
      return visit(`later-${i}`, at, { ...record, id: `later-${i}`, at })
    })
    const result = await backtest(graph, [...records.slice(0, half), ...shifted])
    expect(result.curve.map(({ isCounted }) => isCounted)).toEqual([...Array(7).fill(true), false])
    expect(result.scores[0].cohorts.cohorts).toBe(7) // of the last day, labels are still to come
    const report = backtestReport(result, facts)
    expect(report).toContain('Mean of the 7 days with at least 500 outcomes')
    const lines = backtestLines(result, new Terminal(), 1000).join('\n')
    expect(lines).toMatch(/2001-01 +4 .*\n2001-02 +3 /)
  })

  it('shows a single day as points, of every line', async () => {
    const result = await backtest(graph, visits().slice(0, 200))
    expect(result.curve.length).toBe(1)
    const report = backtestReport(result, facts)
    const [, figure] = report.split('<figure data-metric="log-loss">')
    expect(count(figure.slice(0, figure.indexOf('</svg>')), /<circle class="(line line-\d|point)"/g)).toBe(3)
    expect(report).toContain('2001-01-20, UTC. Mean of the 1 day with outcomes, fewer than 500 or')
    expect(report).not.toContain('2001-01-20 to 2001-01-20')
  })

  it('is there for a history without a label', async () => {
    const report = backtestReport(await backtest(graph, visits().slice(0, 1)), facts)
    expect(report).toContain('1 event and 1 prediction, ')
    expect(report).not.toMatch(/undefined|NaN|Infinity/)
    expect(backtestReport(await backtest(graph, []), facts)).not.toMatch(/undefined|NaN|Infinity/)
  })
})

describe('a stream whose labels are waited for very long', () => {
  const after = (horizon: Duration) =>
    buildGraph(
      defineStream({
        name: 'returns',
        inputs: visitInputs,
        build: ({ visits: rows, outcomes }) => {
          const sold = rows.label(outcomes, { value: (one) => one.sold, horizon })
          return rows.featurize({ amount: 'amount' }).predict(sold, { model: logisticRegression() })
        },
      }),
      visitSchemas,
    )
  const DAY = 24 * HOUR
  const PER_DAY = 600

  /** Days of visits, of which every label comes so many days later. */
  const history = (days: number, delayDays: number): Arrived[] => {
    const random = new SeededRandom(5)
    return Array.from({ length: days * PER_DAY }, (_, i) => {
      const at = BEGIN + Math.floor((i * DAY) / PER_DAY)
      const amount = random.nextInt(8) - 3.5
      return [visit(`${i}`, at, { amount }), outcome(`${i}`, at + delayDays * DAY, random.next() < (amount + 4) / 8)]
    })
      .flat()
      .sort((a, b) => a.arrival - b.arrival)
  }

  it('is judged by days, up to months', async () => {
    const days = 45
    const aucs = new Map<number, Pages<Float64Array>>()
    const set = new MetricSet([rocAuc()], 'binary', 2)
    const result = await backtest(after('60d'), history(days, 40), {
      observe: (values, at, layout, label) => {
        const day = Math.floor(values[at + layout.eventTime] / DAY)
        const p = values[at + layout.served]
        const state = aucs.get(day) ?? new Pages(new Float64Array(set.width))
        aucs.set(day, state)
        set.update(state, 0, label, Float64Array.of(1 - p, p), 0, Number.NaN, 1)
      },
    })
    expect(result.curve.length).toBe(days)
    aucs.delete((BEGIN + (days - 1) * DAY) / DAY) // a day is over when the next has begun
    const values = [...aucs.values()].map(({ values }) => set.read(values, 0)['roc-auc'])
    const json = JSON.parse(JSON.stringify(backtestJson('returns', result)))
    expect(json).toMatchObject({ cohortDays: 1, metrics: { days: days - 1 } })
    expect(json.metrics.auc.dailyMean).toBeCloseTo(values.reduce((a, b) => a + b) / (days - 1), 10)
  })

  it('is judged by longer cohorts beyond, which nothing calls days', async () => {
    const result = await backtest(after('900d'), history(30, 1))
    const { cohortDays } = result
    expect(cohortDays).toBeGreaterThan(1)
    const cohorts = `${cohortDays}-day cohorts`
    const json = JSON.parse(JSON.stringify(backtestJson('returns', result)))
    expect(json.cohortDays).toBe(cohortDays)
    expect(Object.keys(json.metrics)).toContain('cohorts')
    expect(Object.keys(json.metrics)).not.toContain('days')
    expect(Object.keys(json.metrics.auc)).toEqual(['cohortMean', 'pooled'])
    const lines = backtestLines(result, new Terminal(), 1000).join('\n')
    expect(lines).toContain(`AUC, mean of ${cohorts}`)
    expect(lines).toContain(`mean over its ${cohorts}`)
    expect(lines).not.toMatch(/\bdays\b|daily/)
    const report = backtestReport(result, facts)
    expect(report).toContain(`AUC, mean of ${cohorts}`)
    expect(report).toContain(`log loss by ${cohortDays}-day cohort`)
    expect(report).not.toMatch(/\bdays\b|daily|by day/)
  })
})

/** All numbers in a value, undefined figures left out. */
function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : []
}

/** A number as the report writes it: counts with commas, figures with four digits. */
function written(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(4)
}

function minute(time: string | null): string {
  return String(time).slice(0, 16).replace('T', ' ')
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length
}
