import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { backtest } from '../../src/backtest/backtest.ts'
import type { HistoryRecord } from '../../src/backtest/record-writer.ts'
import { fileHistory } from '../../src/cli/file-history.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { flights } from '../task/flight-log.ts'

const loaded = await loadStream({ streams: 'streams', schemas: 'schemas' }, 'flight-delay')
const folder = mkdtempSync(join(tmpdir(), 'millrace-file-history-'))
afterAll(() => rmSync(folder, { recursive: true }))

const all = flights(500, 1, 60_000)
const landed = all.toSorted((a, b) => a.landedAt - b.landedAt)
const departures = fileOf(
  'departures.csv',
  ['flightId,departedAt,distance,origin,destination'].concat(
    all.map((one) =>
      [one.flightId, new Date(one.departedAt).toISOString(), one.distance, one.origin, one.destination].join(','),
    ),
  ),
)
const arrivals = fileOf(
  'arrivals.jsonl',
  landed.map(({ flightId, landedAt, delayMinutes }) => JSON.stringify({ flightId, landedAt, delayMinutes })),
)

function fileOf(name: string, lines: readonly string[]): string {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

describe('fileHistory', () => {
  it('merges the rows of the inputs by arrival, and a backtest of them is that of the same records', async () => {
    const named = [`arrivals=${arrivals}`, `departures=${departures}`]
    const records: HistoryRecord[] = []
    for await (const record of fileHistory(loaded, named)) records.push(record)
    expect(records.length).toBe(1000)
    const times = records.map(({ record }) => {
      const { departedAt, landedAt } = record as { departedAt?: number; landedAt?: number }
      return departedAt ?? landedAt ?? Number.NaN
    })
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    const result = await backtest(loaded.graph, fileHistory(loaded, named))
    expect([result.events, result.predictions, result.count('rejected')]).toEqual([1000, 500, 0])
    expect(result.count('learned')).toBe(500)
    expect(result.scores).toEqual((await backtest(loaded.graph, records)).scores)
  })

  it('turns down a file that is out of order, with the row', async () => {
    const [head, ...rest] = landed.map((one) => JSON.stringify(one))
    const file = fileOf('mixed.jsonl', [...rest, head])
    await expect(backtest(loaded.graph, fileHistory(loaded, [`arrivals=${file}`]))).rejects.toThrow(
      "mixed.jsonl, row 500: its 'landedAt' is before that of the row before. Sort the file by 'landedAt'.",
    )
  })

  it('asks whose rows they are where a stream has several inputs', () => {
    expect(() => fileHistory(loaded, [departures])).toThrow('Give --from departures=<file> --from arrivals=<file>.')
    expect(() => fileHistory(loaded, ['departures=rows.txt'])).toThrow('its name does not say what it holds')
  })

  it('names the columns that a file has not', async () => {
    const file = fileOf('wrong.csv', ['flight,minutes', '1,5'])
    await expect(backtest(loaded.graph, fileHistory(loaded, [`arrivals=${file}`]))).rejects.toThrow(
      "wrong.csv: it has no column for flightId, landedAt, delayMinutes, which arrival.avsc says each row has; its columns are flight, minutes. Name the file with the rows of input 'arrivals'",
    )
    const lines = fileOf('wrong.jsonl', ['{"flight":"1"}'])
    await expect(backtest(loaded.graph, fileHistory(loaded, [`arrivals=${lines}`]))).rejects.toThrow('it has no column')
    const notes: string[] = []
    const without = fileOf('alike.csv', ['flightId,departedAt,distance,destination', '1,2001-01-01,5,JFK'])
    const note = (text: string): void => void notes.push(text)
    await backtest(loaded.graph, fileHistory(loaded, [`departures=${without}`], { note }))
    expect(notes).toEqual(['alike.csv has no column for origin: there is none in any row.'])
  })

  it.each([
    ['1,1999-13-01,x', `row 1: 'landedAt' is "1999-13-01", no time`],
    ['1,1704067200000000000,5', "row 1: 'landedAt' is 1704067200000000000, no time"],
    ['1,2001-01-01,soon', `row 1: 'delayMinutes' is "soon", no number`],
    [',2001-01-01,5', "row 1: 'flightId' is missing"],
  ])('says why no row of a file can be used: %s', async (row, wrong) => {
    const file = fileOf('useless.csv', ['flightId,landedAt,delayMinutes', row])
    const read = backtest(loaded.graph, fileHistory(loaded, [`departures=${departures}`, `arrivals=${file}`]))
    await expect(read).rejects.toMatchObject({
      code: 'MILLRACE_CLI_DATA',
      message: expect.stringContaining(`useless.csv: none of its rows can be used (${wrong}). Give rows of input`),
    })
  })

  it('says so of a file without rows', async () => {
    const file = fileOf('empty.csv', ['flightId,landedAt,delayMinutes'])
    await expect(backtest(loaded.graph, fileHistory(loaded, [`arrivals=${file}`]))).rejects.toThrow(
      'empty.csv: there are no rows in it. Give rows of input',
    )
  })

  it('leaves out rows that the stream can not use, where that is asked for', async () => {
    const file = fileOf('some.csv', [
      'flightId,landedAt,delayMinutes',
      '1,2001-01-01,soon',
      '2,2001-01-02,5',
      '3,,5',
      '4,2001-01-04,7',
      '5,never,7',
    ])
    const notes: string[] = []
    const records: HistoryRecord[] = []
    const options = { note: (text: string) => void notes.push(text), usableOnly: true }
    for await (const one of fileHistory(loaded, [`arrivals=${file}`], options)) records.push(one)
    expect(records.map(({ record }) => (record as { flightId: string }).flightId)).toEqual(['2', '4'])
    expect(notes).toEqual([
      `some.csv: 3 of 5 rows can't be used and are left out (row 1: 'delayMinutes' is "soon", no number).`,
    ])
    const whole = await backtest(loaded.graph, fileHistory(loaded, [`arrivals=${file}`]))
    expect([whole.events, whole.count('rejected')]).toEqual([5, 3])
  })
})
