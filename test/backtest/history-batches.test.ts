import { defineStream, type HistoryRecord, priorClass } from 'millrace'
import { describe, expect, it } from 'vitest'
import { historyBatches } from '../../src/backtest/history-batches.ts'
import type { HistoryColumns } from '../../src/backtest/history-columns.ts'
import { historyRecords } from '../../src/backtest/history-records.ts'
import { limitHistory } from '../../src/backtest/limit-history.ts'
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

/** The records in columns: each input's fields, and the order of the inputs. */
function inColumns(all: readonly HistoryRecord[]): HistoryColumns {
  const inputs = [...new Set(all.map(({ input }) => input))]
  const columns = inputs.map((input) => {
    const ofInput = all.filter((one) => one.input === input).map(({ record }) => record as Record<string, never>)
    const names = Object.keys(ofInput[0])
    return [input, Object.fromEntries(names.map((name) => [name, ofInput.map((record) => record[name])]))]
  })
  return {
    columns: Object.fromEntries(columns),
    order: Uint8Array.from(all, ({ input }) => inputs.indexOf(input)),
    arrivals: all.map(({ arrival }) => arrival as number),
  }
}

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

  it('takes columns as it takes records, whatever the batch cuts', async () => {
    for (const size of [1, 2, 3, 9])
      expect(await rowsOf([inColumns(records)], size)).toEqual(await rowsOf(records, size))
    const twice = [inColumns(records.slice(0, 2)), records[2], inColumns(records.slice(3))]
    expect(await rowsOf(twice, 3)).toEqual(await rowsOf(records, 3))
  })

  it('knows the arrivals of columns by the field of the input, too', async () => {
    const { columns, order } = inColumns(records)
    const [rows] = await rowsOf([{ columns, order }], 9, graphWith('at'))
    expect(rows.map((row) => (row as unknown[])[2])).toEqual([10, 20, 20, 40])
  })

  it('rejects the values of columns as it rejects those of records', async () => {
    const causes = async (history: Parameters<typeof historyBatches>[1]) => {
      for await (const { inputs } of historyBatches(graphWith(), history, 9))
        return inputs.flatMap((one) => [...one.causes].sort())
    }
    const bad = [visit('1', Number.NaN), visit(7 as never, 2), { input: 'visits', record: { visit: '3' } }]
    const { columns, order } = inColumns(bad)
    const expected = await causes(bad.map(({ input, record }) => ({ input, record })))
    expect(expected).toHaveLength(3)
    expect(await causes([{ columns, order }])).toEqual(expected)
  })

  it('takes NaN in a Float64Array as no value', async () => {
    const told = inColumns([visit('1', 10), visit('2', 20)])
    const history = [
      { ...told, columns: { visits: { ...told.columns.visits, amount: Float64Array.of(7, Number.NaN) } } },
    ]
    for await (const { inputs } of historyBatches(graphWith(), history, 9)) expect(inputs[0].causes.size).toBe(0)
    const amounts = (await recordsIn(history)).map(({ record }) => (record as { amount: number | null }).amount)
    expect(amounts).toEqual([7, null])
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

async function recordsIn(history: Parameters<typeof historyBatches>[1]): Promise<HistoryRecord[]> {
  const told: HistoryRecord[] = []
  for await (const record of historyRecords(history)) told.push(record)
  return told
}

describe('historyRecords', () => {
  it('tells arrays and columns as single records', async () => {
    expect(await recordsIn([records.slice(0, 3), records[3]])).toEqual(records)
    expect(await recordsIn([inColumns(records.slice(0, 3)), inColumns(records.slice(3))])).toEqual(records)
  })
})

describe('limitHistory', () => {
  it.each([0, 1, 2, 3, 4, 5])('ends after %i records, however they are told', async (count) => {
    for (const history of [records, [records], [records.slice(0, 2), records.slice(2)], [inColumns(records)]]) {
      expect(await recordsIn(limitHistory(history, count))).toEqual(records.slice(0, count))
    }
  })
})
