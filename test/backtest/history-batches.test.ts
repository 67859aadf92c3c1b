import { expect, it } from 'vitest'
import { historyBatches } from '../../src/backtest/history-batches.ts'
import { historyRecords } from '../../src/backtest/history-records.ts'
import type { HistoryRecord } from '../../src/backtest/record-writer.ts'
import { flightGraph, flights } from '../task/flight-log.ts'

const graph = flightGraph()
const told: HistoryRecord[] = flights(10, 1).map(({ landedAt: _landedAt, delayMinutes: _delayMinutes, ...record }) => ({
  input: 'departures',
  record,
}))

async function arrivals(
  history: Iterable<HistoryRecord | readonly HistoryRecord[]>,
  rows: number,
): Promise<number[][]> {
  const batches: number[][] = []
  for await (const batch of historyBatches(graph, history, rows))
    batches.push([...batch.inputs[0].arrival.subarray(0, batch.count)])
  return batches
}

it('cuts history into batches of so many rows, told one by one or in arrays alike', async () => {
  const times = told.map(({ record }) => (record as { departedAt: number }).departedAt)
  const expected = [times.slice(0, 4), times.slice(4, 8), times.slice(8)]
  expect(await arrivals(told, 4)).toEqual(expected)
  expect(await arrivals([told.slice(0, 7), told[7], told.slice(8)], 4)).toEqual(expected)
})

it('never lets arrival run backwards', async () => {
  const late = { ...told[0], arrival: 5e12 }
  expect(await arrivals([late, told[1]], 4)).toEqual([[5e12, 5e12]])
})

it('names an input that the stream does not have, and the nearest', async () => {
  await expect(arrivals([{ ...told[0], input: 'departure' }], 4)).rejects.toMatchObject({
    code: 'MILLRACE_BACKTEST_INPUT',
    message: expect.stringContaining("'departures'"),
  })
})

it('tells arrays as single records where they are wanted', async () => {
  const records: HistoryRecord[] = []
  for await (const record of historyRecords([told.slice(0, 3), told[3]])) records.push(record)
  expect(records).toEqual(told.slice(0, 4))
})
