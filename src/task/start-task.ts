import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MillraceError } from '../errors.ts'
import type { TransactionalProducer } from '../log/log.ts'
import { LearningState } from '../operators/learning-state.ts'
import { applyDecision } from './apply-decision.ts'
import { Computation } from './computation.ts'
import type { Decision } from './decision.ts'
import { guardsOf } from './guards.ts'
import { Journal } from './journal.ts'
import { endOf, type JournalRecord } from './journal-record.ts'
import { loadNewestSnapshot } from './load-newest-snapshot.ts'
import type { LoadReport } from './load-snapshot.ts'
import { outputEncoders } from './output-encoders.ts'
import { type OutputEncoders, OutputWriter } from './output-writer.ts'
import type { TaskPartition } from './partition-feed.ts'
import { poisonFacts } from './poison-facts.ts'
import { type RebuiltSnapshot, rebuiltSnapshot } from './rebuilt-snapshot.ts'
import { checkCode, resolveRecovery, tailAfter } from './recovery.ts'
import { SchemaBook } from './schema-book.ts'
import { Task } from './task.ts'
import type { TaskOptions } from './task-options.ts'
import { taskPartitions } from './task-partitions.ts'
import { TaskState } from './task-state.ts'

/** What a task is made of, once it has recovered. */
export interface RecoveredTask {
  readonly options: TaskOptions
  readonly producer: TransactionalProducer
  readonly journal: Journal
  readonly state: TaskState
  readonly schemas: SchemaBook
  readonly computation: Computation
  readonly encoders: OutputEncoders
  readonly outputPartitions: number
  readonly base: LoadReport['base'] | undefined
  /** The starts before ended without taking any record: take them one at a time. */
  readonly careful: boolean
  /** The record that this incarnation began with. */
  readonly first: JournalRecord
}

/**
 * The one way in which a task starts: fence whoever ran it before and settle what was left open, commit a first record of
 * a new incarnation, load the newest snapshot that verifies, replay what the journal holds after it and compare every
 * hash, and go on. Throws MILLRACE_TASK_*, MILLRACE_LOG_*; MILLRACE_TASK_SUPERSEDED where a newer assignment has the task.
 */
export async function startTask(options: TaskOptions): Promise<Task> {
  const { log, graph, application, task } = options
  const guards = guardsOf(options.guards)
  const partitions = await taskPartitions(graph, log)
  const outputPartitions = await createTopics(options)
  const encoders = await outputEncoders(graph.name, options.registry)
  const journal = new Journal(log, graph.name, task)
  checkGeneration(await journal.last(), options) // before anything is fenced: whoever holds the task now must not be disturbed
  const id = `${application}.${graph.name}.${task}`
  const producer = await log.transactionalProducer(guards.fence ? id : `${id}.${randomUUID()}`)
  const seen = { seq: -1 }
  try {
    return await recover(options, partitions, journal, producer, encoders, outputPartitions, seen)
  } catch (error) {
    await producer.close().catch(() => {}) // the error that matters is the one before
    throw (await wasTakenOver(error, journal, seen.seq))
      ? superseded(options, 'another process has taken it over')
      : error
  }
}

/** Whether somebody else has written the journal since: then what it no longer holds or holds too is no fault of it. */
async function wasTakenOver(cause: unknown, journal: Journal, seq: number): Promise<boolean> {
  if (!(cause instanceof MillraceError) || cause.retryable || cause.code === 'MILLRACE_LOG_FENCED') return false
  const now = await journal.last().catch(() => undefined)
  return now !== undefined && now.seq > seq
}

async function recover(
  options: TaskOptions,
  partitions: readonly TaskPartition[],
  journal: Journal,
  producer: TransactionalProducer,
  encoders: OutputEncoders,
  outputPartitions: number,
  seen: { seq: number },
): Promise<Task> {
  const { graph } = options
  const place = `task ${options.task} of stream '${graph.name}'`
  const recovery = resolveRecovery(await journal.last(), (await journal.bounds()).start, place)
  if (recovery.kind === 'replay') checkGeneration(recovery.last, options)
  if (recovery.kind === 'replay') seen.seq = recovery.last.seq
  const names = partitions.map(({ topic, partition }) => `${topic}/${partition}`)
  if (recovery.kind === 'replay') checkPartitions(recovery.last.partitions, names, place)
  const decoders = graph.inputs.map((_, input) => options.decoder(input))
  const schemas = new SchemaBook(options.registry, options.blobs, decoders)
  const state = new TaskState(new LearningState(graph, options.task), partitions, schemas)
  const found = recovery.kind === 'replay' ? await loadNewestSnapshot(options, state, recovery.snapshots) : undefined
  const last = recovery.kind === 'replay' ? recovery.last : undefined
  const tail =
    last === undefined
      ? []
      : tailAfter(
          await journal.read(found?.snapshot.journalOffset ?? (await journal.bounds()).start),
          found?.snapshot.seq ?? -1,
          last,
          place,
        )
  checkCode(tail, options.code, options.fork ?? false, options.graph.name, place)
  if (found === undefined) state.begin(last === undefined ? await starts(options, partitions) : tail[0].from)
  for (const record of tail) schemas.learn(record.schemas)
  const rebuilding = { options, state, partitions, schemas, decoders, encoders }
  const loaded = last && found && (await rebuiltSnapshot(rebuilding, journal, last, found))
  if (loaded === undefined || loaded.rebuilt.length === 0) state.loaded()
  const { careful, skips } = poisonFacts(tail)
  const first = await commitFirst(options, journal, producer, names, last, loaded, state, skips)
  seen.seq = first.seq
  const computation = await Computation.open(options, partitions, state, schemas, decoders)
  const recovered = {
    options,
    producer,
    journal,
    state,
    schemas,
    computation,
    encoders,
    outputPartitions,
    base: loaded?.base,
    careful,
    first,
  }
  try {
    await replay(recovered, tail, place)
    for (const skip of skips) await applyDecision(skip, state, options.blobs)
  } catch (error) {
    await computation.close()
    throw error
  }
  return new Task(recovered)
}

/** Commits the empty record that opens an incarnation: from here on nobody else writes for this task. */
async function commitFirst(
  options: TaskOptions,
  journal: Journal,
  producer: TransactionalProducer,
  partitions: readonly string[],
  last: JournalRecord | undefined,
  loaded: RebuiltSnapshot | undefined,
  state: TaskState,
  skips: readonly Decision[],
): Promise<JournalRecord> {
  const decisions: Decision[] = [...skips]
  if (last !== undefined && last.code !== options.code) {
    decisions.push({
      kind: 'change',
      code: options.code,
      kept: loaded?.report.kept ?? [],
      reset: loaded?.report.reset ?? [],
      carried: loaded?.report.carried ?? {},
      rebuilt: loaded?.rebuilt ?? [],
      fork: options.fork ?? false,
    })
  }
  const record: JournalRecord = {
    seq: (last?.seq ?? -1) + 1,
    incarnation: (last?.incarnation ?? 0) + 1,
    generation: options.generation ?? 0,
    partitions,
    from: last === undefined ? partitions.map((_, i) => state.placeOf(i).position) : endOf(last),
    segments: [],
    decisions,
    schemas: {},
    sequences: last?.sequences ?? Array.from(state.sequences.values),
    outputs: '',
    code: options.code,
    snapshots: loaded?.good ?? [], // one that did not verify is registered no longer
  }
  await producer.send([journal.batchOf(record, options.clock.now())])
  await producer.commit()
  return record
}

/** Computes the tail again, emitting nothing, and compares each transaction's hash. Throws MILLRACE_TASK_DIVERGED. */
async function replay(recovered: RecoveredTask, tail: readonly JournalRecord[], place: string): Promise<void> {
  const { options, state, computation, encoders, outputPartitions } = recovered
  const writer = new OutputWriter(state.learning, encoders, options.task, state.sequences, outputPartitions)
  const pause = options.pause ?? nextTurn
  const { hash } = guardsOf(options.guards)
  for (let i = 0; i < tail.length; i++) {
    const record = tail[i]
    state.learning.race.files.owner = { incarnation: record.incarnation, code: record.code }
    for (const decision of record.decisions) {
      const output = await applyDecision(decision, state, options.blobs)
      if (output !== undefined) writer.writeEvents(output)
    }
    for (const to of record.segments) {
      computation.beginSegment()
      for (;;) {
        const stop = computation.step(writer, to, false)
        if (stop === 'bounds') break
        if (stop === 'segment') throw diverged(place, record, 'its input is in another order than it was')
        if (stop === 'wait') await computation.change(Number.POSITIVE_INFINITY)
        else await pause()
      }
      computation.passTo(to)
    }
    const comparable = record.code === options.code && record.outputs !== '' && hash // what other code put out can't be expected after a fork
    if (comparable && writer.hash() !== record.outputs) throw diverged(place, record, 'its outputs come out different')
    if (record.code !== options.code) state.resumeSequences(record.sequences)
    writer.clear()
    options.onReplay?.({ done: i + 1, total: tail.length })
  }
  computation.beginSegment() // what the replay cost counts on: a process that dies again and again must snapshot, too
}

function diverged(place: string, record: JournalRecord, what: string): MillraceError {
  return new MillraceError(
    'MILLRACE_TASK_DIVERGED',
    `${place}, transaction ${record.seq}`,
    `replayed, ${what}`,
    'Something in the stream does not follow from its inputs alone: run `millrace check` to find it; the committed outputs are as they were',
  )
}

function checkGeneration(last: JournalRecord | undefined, options: TaskOptions): void {
  const generation = options.generation ?? 0
  if (last === undefined || last.generation <= generation || !guardsOf(options.guards).generation) return
  throw superseded(options, `it has since been assigned anew, in generation ${last.generation}`)
}

function superseded(options: TaskOptions, how: string): MillraceError {
  return new MillraceError(
    'MILLRACE_TASK_SUPERSEDED',
    `task ${options.task} of stream '${options.graph.name}'`,
    `it was assigned to this process in generation ${options.generation ?? 0}, and ${how}`,
    'Nothing is to be done: this process waits until the task is assigned to it again',
  )
}

function checkPartitions(before: readonly string[], now: readonly string[], place: string): void {
  if (before.join() === now.join()) return
  throw new MillraceError(
    'MILLRACE_TASK_PARTITIONS',
    place,
    `its inputs were ${before.join(', ')} and are now ${now.join(', ')}`,
    'Keep the topics and their numbers of partitions, or begin anew with millrace reset',
  )
}

async function starts({ log }: TaskOptions, partitions: readonly TaskPartition[]): Promise<number[]> {
  return Promise.all(partitions.map(async (place) => (await log.bounds(place)).start))
}

/** Creates the stream's own topics; gives the number of partitions of its predictions: as many as its events have. */
async function createTopics({ graph, log }: TaskOptions): Promise<number> {
  const events = graph.inputs[graph.events[graph.label.events].input].topic
  const topics = await log.topics()
  const partitions = topics.find((topic) => topic.name === events)?.partitions ?? 1
  await log.createTopic(`${graph.name}.predictions`, { partitions })
  for (const own of ['signals', 'models', 'dead-letters', 'journal', 'control'])
    await log.createTopic(`${graph.name}.${own}`, { partitions: 1 })
  return partitions
}
