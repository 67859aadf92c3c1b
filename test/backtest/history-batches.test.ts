import { defineStream, type HistoryRecord, priorClass } from 'millrace'
import { describe, expect, it } from 'vitest'
import { historyBatches } from '../../src/backtest/history-batches.ts'
import { historyRecords } from '../../src/backtest/history-records.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'
import { outcome, visit, visitInputs, visitSchemas } from '../operators/visits.ts'

function graphWith(arrival?: 'at') {
  const stream = defineStream({
    name: 'sold',
    inputs: { visits: { ...visitInputs.visits, arrival }, outcomes: visitInputs.outcomes },
    build: ({ visits, outcomes }) => {
      const sold = visits.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
      return visits.featurize({ kind: 'kind' }).predict(sold, { model: priorClass() })
    },
  })
  return buildGraph(stream, visitSchemas)
}

/** Every row as (input, key, arrival, offset), batch by batch. */
async function rowsOf(history: Parameters<typeof historyBatches>[1], size: number, graph = graphWith()) {
  const batches: unknown[][] = []
  for await (const batch of historyBatches(graph, history, size)) {
    const rows = Array.from({ length: batch.count }, (_, i) => {
      const columns = batch.inputs[batch.input[i]]
      const row = batch.row[i]
      const key = columns.fields[graph.inputs[batch.input[i]].key] as { text(row: number): string }
      return [graph.inputs[batch.input[i]].name, key.text(row), columns.arrival[row], columns.offset[row]]
    })
    batches.push(rows)
  }
  return batches
}

const records: HistoryRecord[] = [
  visit('1', 10),
  outcome('1', 20, true),
  visit('2', 15, { arrival: 25 }),
  visit('3', 40),
]

describe('historyBatches', () => {
  it('cuts records into batches in order, and numbers those of each input', async () => {
    expect(await rowsOf(records, 3)).toEqual([
      [
        ['visits', '1', 10, 0],
        ['outcomes', '1', 20, 0],
        ['visits', '2', 25, 1],
      ],
      [['visits', '3', 40, 2]],
    ])
  })

  it('takes arrays as it takes records, and both from async sources', async () => {
    async function* told(): AsyncGenerator<HistoryRecord | HistoryRecord[]> {
      yield records.slice(0, 3)
      yield records[3]
      yield []
    }
    expect(await rowsOf(told(), 3)).toEqual(await rowsOf(records, 3))
    expect(await rowsOf([records], 2)).toEqual(await rowsOf(records, 2))
  })

  it('knows arrival by the record, else by the field of the input, else by its time; and never goes back', async () => {
    const bare = ({ input, record }: HistoryRecord): HistoryRecord => ({ input, record })
    const [rows] = await rowsOf(records.map(bare), 9, graphWith('at'))
    expect(rows.map((row) => (row as unknown[])[2])).toEqual([10, 20, 20, 40])
  })

  it('keeps an impossible time from moving time', async () => {
    const bad = { input: 'visits', record: { ...visit('x', 0).record, at: Number.POSITIVE_INFINITY } }
    const worse = { input: 'visits', record: { ...visit('y', 0).record, at: 'tomorrow' } }
    const [rows] = await rowsOf(
      [records[0], bad, worse, records[1]].map(({ input, record }) => ({ input, record })),
      9,
    )
    expect(rows.map((row) => (row as unknown[])[2])).toEqual([10, 10, 10, 20])
  })

  it('refuses an input that the stream does not have', async () => {
    const history = [{ input: 'visit', record: {} }]
    await expect(rowsOf(history, 3)).rejects.toMatchObject({
      code: 'MILLRACE_BACKTEST_INPUT',
      message:
        "history of stream 'sold': a record is for the input 'visit', which the stream does not have. Did you mean 'visits'? The names are: visits, outcomes.",
    })
  })
})

describe('historyRecords', () => {
  it('tells arrays as single records', async () => {
    const told: HistoryRecord[] = []
    for await (const record of historyRecords([records.slice(0, 3), records[3]])) told.push(record)
    expect(told).toEqual(records)
  })
})
