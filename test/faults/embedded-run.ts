import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { EmbeddedRegistry } from '../../src/codec/embedded-registry.ts'
import { systemClock } from '../../src/log/clock.ts'
import { EmbeddedLog, type EmbeddedLogOptions } from '../../src/log/embedded-log.ts'
import type { Log } from '../../src/log/log.ts'
import { EmbeddedRecordStore } from '../../src/store/embedded-record-store.ts'
import { FileBlobStore } from '../../src/store/file-blob-store.ts'
import type { BlobStore } from '../../src/store/store.ts'
import { endOf } from '../../src/task/journal-record.ts'
import { startTask } from '../../src/task/start-task.ts'
import type { Task } from '../../src/task/task.ts'
import type { TaskOptions } from '../../src/task/task-options.ts'
import { stateDigest } from '../../src/testing/state-digest.ts'
import { StreamHarness } from '../../src/testing/stream-harness.ts'
import { partitionBatches } from '../../src/testing/partition-batches.ts'
import { recordText } from '../../src/testing/record-text.ts'
import flightDelay from '../../streams/flight-delay.ts'
import { flights } from '../task/flight-log.ts'

const PARTITIONS = 2

/** A data directory and all that is open in it. */
export interface EmbeddedPlace {
  readonly log: EmbeddedLog
  readonly blobs: BlobStore
  readonly records: EmbeddedRecordStore
  readonly harness: StreamHarness
}

/** What a run has come to: everything published, and every byte of the task's state, models included. */
export interface EmbeddedOutcome {
  readonly predictions: number
  /** SHA-256 over the committed outputs, partition by partition. */
  readonly outputs: string
  readonly state: string
}

export async function openPlace(directory: string, options: EmbeddedLogOptions = {}): Promise<EmbeddedPlace> {
  const log = new EmbeddedLog(directory, options)
  const records = new EmbeddedRecordStore(directory)
  const harness = await StreamHarness.of(flightDelay, 'schemas', new EmbeddedRegistry(records))
  return { log, blobs: new FileBlobStore(join(directory, 'blobs')), records, harness }
}

export async function closePlace({ log, blobs, records }: EmbeddedPlace): Promise<void> {
  await log.close()
  await blobs.close()
  await records.close()
}

/** Makes a data directory with flights to learn from. */
export async function prepareDirectory(directory: string, count: number): Promise<void> {
  const place = await openPlace(directory)
  const { log, harness } = place
  for (const topic of harness.topics) await log.createTopic(topic, { partitions: PARTITIONS })
  const all = flights(count, 11, 60_000)
  const departures = all.map(({ flightId, departedAt, distance, origin, destination }) => ({
    flightId,
    departedAt,
    distance,
    origin,
    destination,
  }))
  const arrivals = all.map(({ flightId, landedAt, delayMinutes }) => ({ flightId, landedAt, delayMinutes }))
  const batches = await harness.encode(harness.timed({ departures, arrivals }), PARTITIONS)
  await log.append(batches.filter((batch) => batch.count > 0))
  await closePlace(place)
}

/** How the task of these tests runs: small transactions, and a snapshot every few of them. */
export function runOptions(place: EmbeddedPlace, directory: string, more: Partial<TaskOptions> = {}): TaskOptions {
  const { log, blobs, harness } = place
  return {
    application: 'faults',
    graph: harness.graph,
    task: 0,
    log,
    blobs,
    blobFolder: join(directory, 'blobs'),
    registry: harness.registry,
    decoder: harness.decoder,
    code: 'faults',
    clock: systemClock,
    batchRows: 32,
    commitIntervalMs: 0,
    snapshotDue: (rows) => rows >= 400,
    ...more,
  }
}

/** Runs the task until it has taken all there is, then stops it cleanly. */
export async function runToEnd(options: TaskOptions & { onStart?: () => void }): Promise<Task> {
  const ends = await inputEnds(options)
  const isDone = (offsets: readonly number[]): boolean => offsets.every((offset, i) => offset >= ends[i])
  const task: Task = await startTask({
    ...options,
    onCommit: (record, facts) => {
      options.onCommit?.(record, facts)
      if (isDone(endOf(record))) task.stop()
    },
  })
  options.onStart?.()
  if (isDone(endOf(task.committed))) task.stop()
  await task.run()
  return task
}

/** What was published and what the task holds at the end. */
export async function outcomeOf(log: Log, task: Task): Promise<EmbeddedOutcome> {
  const { graph } = task.recovered.options
  const hash = createHash('sha256')
  let predictions = 0
  for (const own of ['predictions', 'signals', 'models', 'dead-letters']) {
    const topic = `${graph.name}.${own}`
    const { partitions } = (await log.topics()).find(({ name }) => name === topic) ?? { partitions: 0 }
    for (let partition = 0; partition < partitions; partition++) {
      hash.update(`${topic}/${partition}\n`)
      for (const batch of await partitionBatches(log, { topic, partition })) {
        for (let i = 0; i < batch.count; i++) hash.update(`${recordText(batch, i)}\n`)
        if (own === 'predictions') predictions += batch.count
      }
    }
  }
  return { predictions, outputs: hash.digest('hex'), state: stateDigest(task.recovered.state.learning.parts()) }
}

async function inputEnds({ log, graph }: TaskOptions): Promise<number[]> {
  const topics = [...new Set(graph.inputs.map(({ topic }) => topic))].toSorted()
  const places = topics.flatMap((topic) => Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })))
  return Promise.all(places.map(async (at) => (await log.bounds(at)).readableEnd))
}
