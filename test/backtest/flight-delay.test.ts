import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type History, historyBatches } from '../../src/backtest/history-batches.ts'
import { historyRecords } from '../../src/backtest/history-records.ts'
import { limitHistory } from '../../src/backtest/limit-history.ts'
import { readSchemas } from '../../src/codec/read-schemas.ts'
import { ColumnStage } from '../../src/operators/column-stage.ts'
import { LearningState } from '../../src/operators/learning-state.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'
import history from '../../streams/flight-delay.history.ts'
import stream from '../../streams/flight-delay.ts'
import { stateDigests } from '../operators/state-bytes.ts'

const EVENTS = 100_000

/** Digests of all predictions and of the whole state after the first flights, taken in batches of this size. */
async function digests(
  batchRows: number,
  flights: History = history(),
): Promise<{ predictions: string; state: string; loss: number }> {
  const schemas = await readSchemas('schemas')
  const graph = buildGraph(stream, Object.fromEntries([...schemas].map(([file, { fields }]) => [file, fields])))
  const state = new LearningState(graph)
  const stage = new ColumnStage(graph)
  const predictions = createHash('sha256')
  for await (const batch of historyBatches(graph, limitHistory(flights, EVENTS), batchRows)) {
    stage.apply(batch)
    const { count, outputs, eventTime, arrival, values } = state.step(batch)
    for (const column of [
      eventTime.subarray(0, count),
      arrival.subarray(0, count),
      values.subarray(0, count * outputs),
    ]) {
      predictions.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
    }
  }
  const regions = createHash('sha256').update(JSON.stringify(stateDigests(state)))
  const [served] = state.evaluation.read()
  return { predictions: predictions.digest('hex'), state: regions.digest('hex'), loss: served.whole.values['log-loss'] }
}

describe('the first flights', () => {
  // These change only when a stream, a feature, a learner or the state's layout is meant to change; never by an optimisation.
  it('give the same predictions and the same state to the last bit, on every machine', async () => {
    const found = await digests(2048)
    expect(found).toEqual({
      predictions: '00a580fe3afb56938bb812c2e140cf49781d5ac836ae02c20758edcdb982b8c5',
      state: '3a9a809c338a53df2b6a83ba931d518cbac8707369bf03705f30f7d508373b09',
      loss: 0.6013868288235641,
    })
  })

  it('give the same state in batches of another size, and told one by one', async () => {
    const [one, other] = [await digests(2048), await digests(333, historyRecords(history()))]
    expect(other.state).toBe(one.state)
  })
})
