import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/log/clock.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { startTask } from '../../src/task/start-task.ts'
import type { TaskOptions } from '../../src/task/task-options.ts'
import { decodedTopic, flightDecoder, flightGraph, flights, newRegistry, writeFlights } from './flight-log.ts'

const graph = flightGraph()

describe('a record that ends the process', () => {
  it('is found, left out as a dead letter, and costs no other prediction', async () => {
    const log = new MemoryLog()
    const blobs = new MemoryBlobStore()
    const registry = newRegistry()
    await writeFlights(log, registry, flights(60, 3))
    let rows = 0
    const options: TaskOptions = {
      application: 'test',
      graph,
      task: 0,
      log,
      blobs,
      registry,
      decoder: (input) => flightDecoder(graph, input),
      code: 'code-1',
      clock: systemClock,
      commitIntervalMs: 1,
    }
    let starts = 0
    for (; starts < 12; starts++) {
      const task = await startTask({
        ...options,
        onCommit: (_, facts) => {
          rows += facts.rows
          if (rows >= 120) task.stop()
        },
      })
      // The record is deadly where it is learned from; a rejected row is not.
      const { learning } = task.recovered.state
      const step = learning.step.bind(learning)
      learning.step = (batch) => {
        const columns = batch.inputs[0]
        for (let row = 0; row < columns.count; row++) {
          if (columns.partition[row] === 1 && columns.offset[row] === 17 && columns.status[row] === 0)
            throw new Error('the process ends')
        }
        return step(batch)
      }
      const ended = await task.run().then(
        () => true,
        () => false,
      )
      if (ended) break
    }
    expect(starts).toBeGreaterThan(2)
    expect(starts).toBeLessThan(10)
    const dead = await decodedTopic(log, 'flight-delay.dead-letters', 'dead-letter')
    expect(dead).toMatchObject([
      {
        topic: 'flights.departures',
        partition: 1,
        offset: 17,
        stage: 'poison',
        cause: 'it ended the process 4 times when it was taken alone',
      },
    ])
    const predictions = await decodedTopic(log, 'flight-delay.predictions', 'prediction')
    expect(predictions).toHaveLength(59)
    expect(new Set(predictions.map(({ id }) => id)).size).toBe(59)
  })
})
