import { describe, expect, it } from 'vitest'
import { backtest } from '../../src/backtest/backtest.ts'
import { backtestLines } from '../../src/cli/backtest-lines.ts'
import { Terminal } from '../../src/cli/terminal.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { flights } from '../task/flight-log.ts'

const { graph } = await loadStream({ streams: 'streams', schemas: 'schemas' }, 'flight-delay')

/** What is printed of a backtest of flights so far apart. */
async function linesOf(everyMs: number, count = 200): Promise<string[]> {
  const records = flights(count, 1, everyMs).flatMap(({ flightId, departedAt, landedAt, delayMinutes, ...rest }) => [
    { input: 'departures', record: { flightId, departedAt, ...rest }, arrival: departedAt },
    { input: 'arrivals', record: { flightId, landedAt, delayMinutes }, arrival: landedAt },
  ])
  const result = await backtest(
    graph,
    records.sort((a, b) => a.arrival - b.arrival),
  )
  return backtestLines(result, new Terminal(), 1000)
}

const DAY_MS = 86_400_000

/** The first words of the lines of a table, below its head. */
function rowsBelow(lines: readonly string[], title: string): string[] {
  const from = lines.indexOf(title) + 2
  return lines.slice(from, lines.indexOf('', from)).map((line) => line.split(' ')[0])
}

describe('what a backtest prints', () => {
  it('has a line for each month that has figures', async () => {
    expect(rowsBelow(await linesOf(DAY_MS / 2), 'By month, mean over its days')).toEqual([
      '2001-01',
      '2001-02',
      '2001-03',
      '2001-04',
    ])
  })

  it('compares no models by a handful of rows', async () => {
    const few = (await linesOf(DAY_MS / 2, 20)).join('\n')
    expect(few).toMatch(/Too few rows to tell how the models compare: \d+ labelled, at least 100 are needed/)
    expect(few).not.toContain('the best of the others')
    expect((await linesOf(DAY_MS / 2)).join('\n')).toContain('the best of the others')
  })

  it('has a line for each year where there would be too many months', async () => {
    const lines = await linesOf(10 * DAY_MS)
    expect(rowsBelow(lines, 'By year, mean over its days')).toEqual(['2001', '2002', '2003', '2004', '2005', '2006'])
    expect(lines.join('\n')).not.toContain('By month')
  })
})
