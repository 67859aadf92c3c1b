import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import elec2History from '../../bench/streams/elec2.history.ts'
import elec2 from '../../bench/streams/elec2.ts'
import keysHistory from '../../bench/streams/million-keys.history.ts'
import millionKeys from '../../bench/streams/million-keys.ts'
import pendingHistory from '../../bench/streams/million-pending.history.ts'
import millionPending from '../../bench/streams/million-pending.ts'
import { backtest } from '../../src/backtest/backtest.ts'
import type { HistoryRecord } from '../../src/backtest/record-writer.ts'
import { readSchemas } from '../../src/codec/read-schemas.ts'
import { schemasDeclaration } from '../../src/codec/schemas-declaration.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'

const schemas = await readSchemas('bench/schemas')
const fields = Object.fromEntries([...schemas].map(([file, schema]) => [file, schema.fields]))

function* first(count: number, history: Iterable<HistoryRecord>): Generator<HistoryRecord> {
  for (const record of history) {
    if (count-- === 0) return
    yield record
  }
}

it('the declaration of the schemas is current', () => {
  expect(readFileSync('bench/schemas/schemas.d.ts', 'utf8')).toBe(schemasDeclaration(schemas))
})

describe('the streams of the benches take their histories', () => {
  it.each([
    ['elec2', elec2, elec2History, { learned: 5000, waiting: 0 }],
    ['million-keys', millionKeys, keysHistory, { learned: 5000, waiting: 0 }],
    ['million-pending', millionPending, pendingHistory, { learned: 0, waiting: 5000 }],
  ])('%s', async (_, stream, history, expected) => {
    const { predictions, count, state } = await backtest(buildGraph(stream as never, fields), first(5000, history()))
    expect({ predictions, rejected: count('rejected') }).toEqual({ predictions: 5000, rejected: 0 })
    expect({ learned: count('learned'), waiting: state.pending.count }).toEqual(expected)
  })
})
