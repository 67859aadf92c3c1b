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
})
