// Compares what a stream has published from a data directory, and the state that it left there at a clean stop, with what
// its journal gives when it is computed straight, in one process, without commits, snapshots or crashes:
// node checked-run.ts <data> <streams> <stream> <journal> <models>; prints a CheckedRun.
import { readFileSync } from 'node:fs'
import { MemoryBroker } from '../../src/log/memory-broker.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { LearningState } from '../../src/operators/learning-state.ts'
import { EmbeddedPlatform } from '../../src/service/embedded-platform.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { FileBlobStore } from '../../src/store/file-blob-store.ts'
import { decodeJournalRecord, type JournalRecord } from '../../src/task/journal-record.ts'
import { loadSnapshot } from '../../src/task/load-snapshot.ts'
import { SchemaBook } from '../../src/task/schema-book.ts'
import { taskPartitions } from '../../src/task/task-partitions.ts'
import { TaskState } from '../../src/task/task-state.ts'
import { executeJournal } from '../../src/testing/execute-journal.ts'
import { partitionBatches } from '../../src/testing/partition-batches.ts'
import { readOutputs } from '../../src/testing/read-outputs.ts'
import { recordText } from '../../src/testing/record-text.ts'
import { stateDifference } from '../../src/testing/state-digest.ts'
import { StreamHarness } from '../../src/testing/stream-harness.ts'

/** What came of the comparison. */
export interface CheckedRun {
  readonly transactions: number
  readonly incarnations: number
  readonly predictions: number
  /** Whether outputs are numbered 0, 1, 2 ... and each event has one prediction. */
  readonly gapless: boolean
  /** The commands behind promotions and rollbacks, in their order; null for one that nobody asked for. */
  readonly swaps: readonly (string | null)[]
  readonly trained: number
  readonly failed: number
  readonly signals: readonly string[]
  /** The first record that differs, or the first state; absent when there is none. */
  readonly outputs?: string
  readonly state?: string
}

const OWN = ['predictions', 'signals', 'models', 'dead-letters']
const [data, streams, name, journal, models] = process.argv.slice(2)
const loaded = await loadStream({ streams, schemas: 'schemas' }, name)
const platform = new EmbeddedPlatform({ data, durability: 'process' })
const { log, registry, blobs } = platform
const harness = await StreamHarness.of(loaded.stream, loaded.schemas, registry)
const records = readFileSync(journal, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => decodeJournalRecord(Buffer.from(line, 'base64')))
const execution = await executeJournal(harness, await inputsInMemory(), records, new FileBlobStore(models))
const { predictions, models: events, signals } = await readOutputs(log, name)
const outputs = await outputDifference()
const state = await leftState(records[records.length - 1])
const found: CheckedRun = {
  transactions: records.length,
  incarnations: records[records.length - 1].incarnation,
  predictions: predictions.length,
  gapless:
    [predictions, events, signals].every((all) => all.every(({ sequence }, i) => sequence === i)) &&
    new Set(predictions.map(({ id }) => id)).size === predictions.length,
  swaps: events.filter(({ kind }) => kind === 'promoted' || kind === 'rolled_back').map((event) => event.requestedBy),
  trained: events.filter(({ kind }) => kind === 'trained').length,
  failed: events.filter(({ kind }) => kind === 'failed').length,
  signals: signals.map(({ message }) => message),
  outputs,
  state: stateDifference(state.learning.parts(), execution.parts),
}
console.log(JSON.stringify(found))
await platform.close()

/** The inputs and the topics of the outputs, in a log in memory. */
async function inputsInMemory(): Promise<MemoryBroker> {
  const broker = new MemoryBroker()
  const memory = new MemoryLog({ broker })
  for (const { name: topic, partitions } of await log.topics()) {
    await memory.createTopic(topic, { partitions })
    if (!harness.topics.includes(topic)) continue
    for (let partition = 0; partition < partitions; partition++)
      for (const batch of await partitionBatches(log, { topic, partition })) await memory.append([batch])
  }
  return broker
}

async function outputDifference(): Promise<string | undefined> {
  for (const { name: topic, partitions } of await log.topics()) {
    if (!OWN.some((own) => topic === `${name}.${own}`)) continue
    for (let partition = 0; partition < partitions; partition++) {
      const expected = execution.outputs.get(`${topic}/${partition}`) ?? []
      let at = 0
      for (const batch of await partitionBatches(log, { topic, partition })) {
        for (let i = 0; i < batch.count; i++, at++)
          if (recordText(batch, i) !== expected[at]) return `${topic}/${partition}, record ${at}`
      }
      if (at < expected.length) return `${topic}/${partition} has ${at} records, not ${expected.length}`
    }
  }
  return undefined
}

/** The state of the snapshot that the last transaction registered. */
async function leftState({ snapshots: [newest], seq }: JournalRecord): Promise<TaskState> {
  if (newest?.seq !== seq - 1) throw new Error(`the last snapshot is of transaction ${newest?.seq}, not ${seq - 1}`)
  const partitions = await taskPartitions(harness.graph, log)
  const decoders = harness.graph.inputs.map((_, input) => harness.decoder(input))
  const left = new TaskState(new LearningState(harness.graph, 0), partitions, new SchemaBook(registry, blobs, decoders))
  const { reset, dropped } = await loadSnapshot(blobs, newest, left.parts())
  if (reset.length + dropped.length > 0) throw new Error(`not in the snapshot: ${[...reset, ...dropped].join(', ')}`)
  left.loaded()
  return left
}
