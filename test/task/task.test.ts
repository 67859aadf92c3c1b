import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/log/clock.ts'
import type { Log } from '../../src/log/log.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import type { JournalRecord } from '../../src/task/journal-record.ts'
import { startTask } from '../../src/task/start-task.ts'
import type { TaskOptions } from '../../src/task/task-options.ts'
import { decodedTopic, flightDecoder, flightGraph, flights, newRegistry, writeFlights } from './flight-log.ts'

const graph = flightGraph()

function optionsFor(log: Log, more: Partial<TaskOptions> = {}): TaskOptions {
  return {
    application: 'test',
    graph,
    task: 0,
    log,
    blobs: new MemoryBlobStore(),
    registry: newRegistry(),
    decoder: (input) => flightDecoder(graph, input),
    code: 'code-1',
    clock: systemClock,
    commitIntervalMs: 1,
    ...more,
  }
}

/** Runs a task until it has taken so many rows and committed them, then stops it cleanly. */
async function runRows(options: TaskOptions, rows: number): Promise<JournalRecord> {
  let seen = 0
  const task = await startTask({
    ...options,
    onCommit: (record, facts) => {
      options.onCommit?.(record, facts)
      seen += facts.rows
      if (seen >= rows) task.stop()
    },
  })
  if (rows === 0) task.stop()
  await task.run()
  return task.committed
}

describe('a task on a backlog', () => {
  it('predicts every departure once, and a clean stop leaves nothing to replay', async () => {
    const log = new MemoryLog()
    const options = optionsFor(log)
    await writeFlights(log, options.registry, flights(500, 1))
    const last = await runRows(options, 1000)
    const predictions = await decodedTopic(log, 'flight-delay.predictions', 'prediction')
    expect(predictions.map((prediction) => Number(prediction.id)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 500 }, (_, i) => i),
    )
    expect(predictions.map((prediction) => prediction.sequence).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 500 }, (_, i) => i),
    )
    expect(last.snapshots[0].seq).toBe(last.seq - 1)
    let replayed = 0
    const again = await startTask({ ...options, onReplay: ({ total }) => (replayed = total) })
    again.stop()
    await again.run()
    expect(replayed).toBeLessThanOrEqual(1)
    expect(await decodedTopic(log, 'flight-delay.predictions', 'prediction')).toHaveLength(500)
  })

  it('gives the same predictions whatever the micro-batches and restarts', async () => {
    const all = flights(400, 2)
    const outcomes: unknown[] = []
    for (const [batchRows, stops] of [
      [2048, []],
      [1, []],
      [7, [100, 333, 500]],
      [64, [1, 2, 3, 700]],
    ] as const) {
      const log = new MemoryLog()
      const options = optionsFor(log, { batchRows, commitIntervalMs: 0, snapshotDue: (rows) => rows >= 50 })
      await writeFlights(log, options.registry, all)
      let done = 0
      for (const stop of [...stops, 800]) {
        await runRows({ ...options, onCommit: (_, { rows }) => (done += rows) }, stop - done)
      }
      outcomes.push(await decodedTopic(log, 'flight-delay.predictions', 'prediction'))
    }
    for (const outcome of outcomes.slice(1)) expect(outcome).toEqual(outcomes[0])
  })
})
