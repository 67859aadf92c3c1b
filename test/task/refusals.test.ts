import { expect, it } from 'vitest'
import { systemClock } from '../../src/log/clock.ts'
import type { Log } from '../../src/log/log.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { OutgoingBatchBuilder } from '../../src/log/outgoing-batch-builder.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { Journal } from '../../src/task/journal.ts'
import { encodeJournalRecord } from '../../src/task/journal-record.ts'
import { startTask } from '../../src/task/start-task.ts'
import type { TaskOptions } from '../../src/task/task-options.ts'
import { flightDecoder, flightGraph, flights, newRegistry, writeFlights } from './flight-log.ts'

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
    commitIntervalMs: 0,
    snapshotDue: () => false,
    ...more,
  }
}

/** Starts a task, lets it take all rows, and throws it away without any cleanup. */
async function crashAfter(options: TaskOptions, rows: number): Promise<void> {
  const enough = new Error('thrown away')
  let seen = 0
  const task = await startTask({
    ...options,
    onCommit: (_, facts) => {
      seen += facts.rows
      if (seen >= rows) throw enough
    },
  })
  await expect(task.run()).rejects.toBe(enough)
}

it('a task refuses to start where an input topic is not there', async () => {
  await expect(startTask(optionsFor(new MemoryLog()))).rejects.toMatchObject({ code: 'MILLRACE_TASK_NO_TOPIC' })
})

it('a task refuses to go on where its inputs have other partitions than before', async () => {
  const log = new MemoryLog()
  const options = optionsFor(log)
  await writeFlights(log, options.registry, flights(10, 1), 1)
  await crashAfter(options, 20)
  await log.deleteTopic('flights.arrivals')
  await log.createTopic('flights.arrivals', { partitions: 2 })
  await expect(startTask(options)).rejects.toMatchObject({ code: 'MILLRACE_TASK_PARTITIONS' })
})

it('a task refuses a journal with a gap', async () => {
  const log = new MemoryLog()
  const options = optionsFor(log)
  await writeFlights(log, options.registry, flights(10, 1), 1)
  await crashAfter(options, 20)
  const last = await new Journal(log, 'flight-delay', 0).last()
  const forged = new OutgoingBatchBuilder('flight-delay.journal', 0)
  forged.add(1)
  forged.setKeyText('0')
  forged.setValue(encodeJournalRecord({ ...last!, seq: last!.seq + 2 }))
  await log.append([forged])
  await expect(startTask(options)).rejects.toMatchObject({ code: 'MILLRACE_TASK_JOURNAL' })
})

it('a task refuses to replay records whose writer schema is gone', async () => {
  const log = new MemoryLog()
  const blobs = new MemoryBlobStore()
  const options = optionsFor(log, { blobs })
  await writeFlights(log, options.registry, flights(10, 1), 1)
  await crashAfter(options, 20)
  for (const name of await blobs.list('schema-')) await blobs.delete(name)
  await expect(startTask(options)).rejects.toMatchObject({ code: 'MILLRACE_TASK_SCHEMA_LOST' })
})

it('a task refuses to go on without the model that a decision names', async () => {
  const log = new MemoryLog()
  const options = optionsFor(log)
  await writeFlights(log, options.registry, flights(10, 1), 1)
  const task = await startTask(options)
  task.decide({ kind: 'trained', job: 'r0.0', blob: 'model-gone.model', digest: 'abc', numbers: {} })
  await expect(task.run()).rejects.toMatchObject({ code: 'MILLRACE_TASK_MODEL_LOST' })
})
