import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { formatCount, formatFigure, formatTime } from '../../src/cli/format.ts'
import { ProgressLine } from '../../src/cli/progress-line.ts'
import { reportError } from '../../src/cli/report-error.ts'
import { Terminal } from '../../src/cli/terminal.ts'
import { textTable } from '../../src/cli/text-table.ts'
import { MillraceError } from '../../src/errors.ts'
import { liveFigures } from '../../src/cli/live-figures.ts'
import type { MetricFigures, ModelRole, ScoreFigures } from '../../src/telemetry/committed-figures.ts'
import { type LiveFacts, liveSummary, liveSummaryLine } from '../../src/telemetry/live-summary.ts'

function captured(isTTY: boolean) {
  const output = Object.assign(new PassThrough(), { isTTY, columns: 40 })
  const errors = Object.assign(new PassThrough(), { isTTY, columns: 40 })
  const text = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? ''
  return {
    terminal: new Terminal(output as never, errors as never),
    output: () => text(output),
    errors: () => text(errors),
  }
}

describe('a terminal', () => {
  it('colours only where somebody watches', () => {
    const before = process.env.NO_COLOR
    delete process.env.NO_COLOR
    expect(captured(false).terminal.style('bold', 'a')).toBe('a')
    expect(captured(true).terminal.style('bold', 'a')).toBe('\x1b[1ma\x1b[22m')
    process.env.NO_COLOR = '1'
    expect(captured(true).terminal.style('bold', 'a')).toBe('a')
    if (before === undefined) delete process.env.NO_COLOR
    else process.env.NO_COLOR = before
  })

  it('draws over what it drew, cut to its width', () => {
    const { terminal, errors } = captured(true)
    terminal.draw(['one', 'x'.repeat(60)])
    expect(errors()).toBe(`\r\x1b[Jone\n${'x'.repeat(39)}\n`)
    terminal.draw(['two'])
    expect(errors()).toBe('\x1b[2A\r\x1b[Jtwo\n')
    terminal.keep()
    terminal.draw(['three'])
    expect(errors()).toBe('\r\x1b[Jthree\n')
  })

  it('shows no progress where nobody watches', () => {
    const { terminal, errors } = captured(false)
    new ProgressLine(terminal, 'events', 10).update(5)
    expect(errors()).toBe('')
  })
})

describe('an error', () => {
  it('is one message and an exit code; its stack only when asked for', () => {
    const { terminal, errors } = captured(false)
    const error = new MillraceError('MILLRACE_CLI_USAGE', 'here', 'it is so', 'Do this')
    expect(reportError(error, terminal, false)).toBe(64)
    expect(errors()).toBe('millrace: here: it is so. Do this.\n')
    reportError(error, terminal, true)
    expect(errors()).toContain('    at ')
    expect(reportError(new TypeError('x is not a function'), terminal, false)).toBe(70)
    expect(errors()).toMatch(/x is not a function .*\nRun it again with --verbose/)
  })
})

describe('text', () => {
  it('is set in columns, numbers to the right', () => {
    expect(
      textTable([
        ['a', 'count'],
        ['long name', '1'],
        ['b', '\x1b[1m12\x1b[22m'],
      ]),
    ).toEqual(['a          count', 'long name      1', 'b             \x1b[1m12\x1b[22m'])
  })

  it('says numbers and times for people', () => {
    expect([
      formatCount(1234567.4),
      formatFigure(0.12345),
      formatFigure(Number.NaN),
      formatTime(450),
      formatTime(45_000),
      formatTime(200_000),
      formatTime(7_500_000),
    ]).toEqual(['1,234,567', '0.1235', '-', '0.5 s', '45 s', '3 min 20 s', '2 h 5 min'])
  })
})

describe('the live summary', () => {
  const facts: LiveFacts = {
    stream: 'flight-delay',
    phase: 'running',
    nowMs: Date.UTC(2001, 2, 14, 6),
    eventsPerSecond: 33_120.4,
    waiting: 2000,
    learned: 100_000,
    figures: liveFigures(
      [
        scoresOf('served', 'champion', { 'log-loss': 0.45, 'roc-auc': 0.8 }, 0.72),
        scoresOf('v0.2', 'trial', { 'log-loss': 0.1, 'roc-auc': 0.9 }, 0.9),
        scoresOf('prior', 'baseline', { 'log-loss': 0.6, 'roc-auc': 0.5 }),
        scoresOf('originRate', 'baseline', { 'log-loss': 0.5, 'roc-auc': 0.7 }, 0.6),
        scoresOf('unknown', 'baseline', { 'log-loss': Number.NaN, 'roc-auc': Number.NaN }),
      ],
      1,
    ),
    modelVersion: 'v0.1',
    lastEvent: undefined,
    deadLetters: undefined,
    address: 'http://127.0.0.1:8080',
  }
  const same = (text: string): string => text

  it('is a block or a line of the same facts', () => {
    const block = liveSummary(facts, same, same).join('\n')
    expect(block).toContain('flight-delay  2001-03-14 06:00  running')
    expect(block).toContain('0.4500, 10.0 % below the best baseline (originRate 0.5000)')
    expect(block).toContain('http://127.0.0.1:8080')
    expect(liveSummaryLine(facts)).toBe(
      '2001-03-14 06:00  running  33,120 events/s  2,000 labels waiting  mean daily AUC 0.7200  log loss 0.4500, 10.0 % below the best baseline (originRate 0.5000)  model v0.1',
    )
  })

  it('says what could not be used, and breaks long texts between words', () => {
    const deadLetters = '20,199 dead letters, the first: the field amount is missing; see `millrace dead-letters x`'
    const lastEvent = `2001-02-28 03:38  model v0.43 challenger: the loss has drifted ${'and again '.repeat(20)}`.trim()
    const block = liveSummary({ ...facts, deadLetters, lastEvent }, same, same, 79)
    for (const line of block) if (!line.startsWith('  log loss')) expect(line.length).toBeLessThanOrEqual(79)
    const from = block.findIndex((line) => line.includes('last event'))
    expect(block[from]).toBe('  last event        2001-02-28 03:38  model v0.43 challenger: the loss has')
    expect(block[from + 2]).toMatch(/(and|again) …$/)
    expect(
      block
        .slice(from + 3, from + 5)
        .join('')
        .replaceAll(/\s+/g, ' '),
    ).toContain(`not used ${deadLetters}`)
    expect(liveSummaryLine({ ...facts, deadLetters })).toContain(deadLetters)
  })

  it('shows the errors of a regression beside its baselines, and no AUC', () => {
    const figures = liveFigures(
      [
        scoresOf('served', 'champion', { mae: 3, rmse: 5 }),
        scoresOf('mean', 'baseline', { mae: 4, rmse: 4 }),
        scoresOf('lastLabel', 'baseline', { mae: 5, rmse: 8 }),
      ],
      1,
    )
    const block = liveSummary({ ...facts, figures }, same, same).join('\n')
    expect(block).toMatch(/mean abs. error +3.0000, 25.0 % below the best baseline \(mean 4.0000\)/)
    expect(block).toMatch(/RMSE +5.0000, 25.0 % above the best baseline \(mean 4.0000\)/)
    expect(liveSummaryLine({ ...facts, figures })).toContain('mean abs. error 3.0000, 25.0 %')
    expect(block + liveSummaryLine({ ...facts, figures })).not.toMatch(/AUC|log loss/)
  })

  it('shows the log loss alone of several classes, and calls longer cohorts what they are', () => {
    const several = [scoresOf('served', 'champion', { accuracy: 0.5, 'log-loss': 1.2 })]
    expect(liveFigures(several, 1).map(({ name }) => name)).toEqual(['log loss'])
    const two = [scoresOf('served', 'champion', { 'log-loss': 0.4, 'roc-auc': 0.7 }, 0.7)]
    expect(liveFigures(two, 4)[0]).toMatchObject({ name: 'mean 4-day AUC', before: 'after the first 4-day cohorts' })
    expect(liveFigures([], 1)).toEqual([])
  })

  it('says what is not known yet', () => {
    const nothing = [scoresOf('served', 'champion', { 'log-loss': Number.NaN, 'roc-auc': Number.NaN })]
    const early = { ...facts, nowMs: Number.NaN, figures: liveFigures(nothing, 1), address: undefined }
    const block = liveSummary(early, same, same).join('\n')
    expect(block).toMatch(/no events yet[\s\S]*after the first days[\s\S]*none yet/)
    expect(block).not.toContain('API')
    expect(liveSummaryLine({ ...early, nowMs: undefined, phase: 'starting' })).toBe('starting')
  })
})

/** Scores over a whole run, with the mean AUC over days where there are any. */
function scoresOf(model: string, role: ModelRole, values: MetricFigures, auc?: number): ScoreFigures {
  const stretch = { values, standardErrors: {} }
  const mean = { values: { 'roc-auc': auc ?? Number.NaN }, standardErrors: {} }
  const cohorts = { cohorts: auc === undefined ? 0 : 3, outcomes: 10, mean, pooled: stretch }
  return { model, role, outcomes: 10, whole: stretch, rolling: stretch, fading: stretch, cohorts }
}
