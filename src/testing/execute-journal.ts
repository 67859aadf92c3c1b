import type { MemoryBroker } from '../log/memory-broker.ts'
import { MemoryLog } from '../log/memory-log.ts'
import type { OutgoingBatch } from '../log/outgoing-batch.ts'
import { LearningState } from '../operators/learning-state.ts'
import type { StatePart } from '../stats/state-region.ts'
import { MemoryBlobStore } from '../store/memory-blob-store.ts'
import type { BlobStore } from '../store/store.ts'
import { applyDecision } from '../task/apply-decision.ts'
import { Computation } from '../task/computation.ts'
import type { JournalRecord } from '../task/journal-record.ts'
import { outputEncoders } from '../task/output-encoders.ts'
import { OutputWriter } from '../task/output-writer.ts'
import { SchemaBook } from '../task/schema-book.ts'
import type { TaskOptions } from '../task/task-options.ts'
import { taskPartitions } from '../task/task-partitions.ts'
import { TaskState } from '../task/task-state.ts'
import type { StreamHarness } from './stream-harness.ts'
import { recordText } from './record-text.ts'

/** What a journal stands for: the outputs by `topic/partition`, as text, and the state at its end. */
export interface Execution {
  readonly outputs: ReadonlyMap<string, readonly string[]>
  readonly parts: readonly StatePart[]
}

/** The ranges and choices of a journal, which is all that outputs and state follow from. */
export type ExecutedRecord = Pick<JournalRecord, 'from' | 'segments' | 'decisions' | 'incarnation' | 'code'>

/** Computes what a journal says from its first record on, straight, without faults, commits, snapshots or crashes. `blobs` holds the models that its decisions name. */
export async function executeJournal(
  harness: StreamHarness,
  broker: MemoryBroker,
  records: readonly ExecutedRecord[],
  blobs: BlobStore = new MemoryBlobStore(),
): Promise<Execution> {
  const { graph, registry, decoder } = harness
  const log = new MemoryLog({ broker })
  const options: TaskOptions = {
    application: '',
    graph,
    task: 0,
    log,
    blobs,
    registry,
    decoder,
    code: '',
    clock: broker.clock,
  }
  const partitions = await taskPartitions(graph, log)
  const decoders = graph.inputs.map((_, input) => decoder(input))
  const schemas = new SchemaBook(registry, blobs, decoders)
  const state = new TaskState(new LearningState(graph, 0), partitions, schemas)
  state.begin(records[0].from)
  state.loaded()
  const computation = await Computation.open(options, partitions, state, schemas, decoders)
  const counts = new Map((await log.topics()).map((topic) => [topic.name, topic.partitions]))
  const encoders = await outputEncoders(graph.name, registry)
  const writer = new OutputWriter(
    state.learning,
    encoders,
    0,
    state.sequences,
    counts.get(`${graph.name}.predictions`) ?? 1,
  )
  const outputs = new Map<string, string[]>()
  for (const record of records) {
    state.learning.race.files.owner = { incarnation: record.incarnation, code: record.code }
    for (const decision of record.decisions) {
      const output = await applyDecision(decision, state, blobs)
      if (output !== undefined) writer.writeEvents(output)
    }
    for (const to of record.segments) await takeSegment(computation, writer, to)
    writer.seal()
    for (const batch of writer.batches()) addTo(outputs, batch)
    writer.clear()
  }
  await computation.close()
  return { outputs, parts: state.learning.parts() }
}

async function takeSegment(computation: Computation, writer: OutputWriter, to: readonly number[]): Promise<void> {
  computation.beginSegment()
  for (;;) {
    const stop = computation.step(writer, to, false)
    if (stop === 'segment') throw new Error(`a segment to ${to.join()} is not in order`)
    if (stop === 'bounds') break
    if (stop === 'wait') await computation.change(Number.POSITIVE_INFINITY)
  }
  computation.passTo(to)
}

function addTo(outputs: Map<string, string[]>, batch: OutgoingBatch): void {
  const place = `${batch.topic}/${batch.partition}`
  const texts = outputs.get(place) ?? []
  outputs.set(place, texts)
  for (let i = 0; i < batch.count; i++) texts.push(recordText(batch, i))
}
