import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { formatCount, formatFigure, formatTime } from '../../src/cli/format.ts'
import { ProgressLine } from '../../src/cli/progress-line.ts'
import { reportError } from '../../src/cli/report-error.ts'
import { Terminal } from '../../src/cli/terminal.ts'
import { textTable } from '../../src/cli/text-table.ts'
import { MillraceError } from '../../src/errors.ts'
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
    scores: [
      { name: 'served', loss: 0.45, dailyAuc: 0.72 },
      { name: 'prior', loss: 0.6, dailyAuc: undefined },
      { name: 'originRate', loss: 0.5, dailyAuc: 0.6 },
      { name: 'unknown', loss: undefined, dailyAuc: undefined },
    ],
    lossName: 'log loss',
    modelVersion: 'v0.1',
    lastEvent: undefined,
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

  it('says what is not known yet', () => {
    const early = { ...facts, nowMs: Number.NaN, scores: [], address: undefined }
    const block = liveSummary(early, same, same).join('\n')
    expect(block).toMatch(/no events yet[\s\S]*after the first days[\s\S]*none yet/)
    expect(block).not.toContain('API')
    expect(liveSummaryLine({ ...early, nowMs: undefined, phase: 'starting' })).toBe('starting')
  })
})
