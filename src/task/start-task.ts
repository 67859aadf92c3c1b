import { randomUUID } from 'node:crypto'
import { MillraceError } from '../errors.ts'
import type { TransactionalProducer } from '../log/log.ts'
import { adoptPartitions } from './adopt-partitions.ts'
import { applyDecision } from './apply-decision.ts'
import { Computation } from './computation.ts'
import { createOwnTopics } from './create-own-topics.ts'
import type { Decision } from './decision.ts'
import { guardsOf } from './guards.ts'
import { Journal } from './journal.ts'
import { endOf, type JournalRecord } from './journal-record.ts'
import type { LoadReport } from './load-snapshot.ts'
import { type LoadedState, loadFollowed, loadState } from './load-state.ts'
import { outputEncoders } from './output-encoders.ts'
import type { OutputEncoders } from './output-writer.ts'
import { partitionName, type TaskPartition } from './partition-feed.ts'
import { poisonFacts } from './poison-facts.ts'
import { rebuildTime } from './rebuild-time.ts'
import { resolveRecovery } from './recovery.ts'
import { Replayer } from './replayer.ts'
import type { SchemaBook } from './schema-book.ts'
import type { FollowedTask } from './standby.ts'
import { Task } from './task.ts'
import type { TaskOptions } from './task-options.ts'
import { checkGrown, knownPartitions, taskPartitions } from './task-partitions.ts'
import type { TaskState } from './task-state.ts'

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
 * hash, and go on. The state of a `standby` takes the place of the snapshot. Throws MILLRACE_TASK_*, MILLRACE_LOG_*; MILLRACE_TASK_SUPERSEDED where a newer assignment has the task.
 */
export async function startTask(options: TaskOptions, standby?: FollowedTask): Promise<Task> {
  const { log, graph, application, task } = options
  const guards = guardsOf(options.guards)
  if (options.rebuild !== undefined) rebuildTime(options.rebuild, 0, graph.name) // a wrong one must not wait for a change
  const partitions = await taskPartitions(graph, log)
  const outputPartitions = await createOwnTopics(options)
  const encoders = await outputEncoders(graph.name, options.registry)
  const journal = new Journal(log, graph.name, task)
  checkGeneration(await journal.last(), options) // before anything is fenced: whoever holds the task now must not be disturbed
  const id = `${application}.${graph.name}.${task}`
  const producer = await log.transactionalProducer(guards.fence ? id : `${id}.${randomUUID()}`)
  const seen = { seq: -1 }
  try {
    const started = await recover(options, partitions, journal, producer, encoders, outputPartitions, seen, standby)
    if (started !== undefined) return started
  } catch (error) {
    await producer.close().catch(() => {}) // the error that matters is the one before
    throw (await wasTakenOver(error, journal, seen.seq))
      ? superseded(options, 'another process has taken it over')
      : error
  }
  await producer.close()
  return startTask(options)
}

/** Whether somebody else has written the journal since: then what it no longer holds or holds too is no fault of it. */
async function wasTakenOver(cause: unknown, journal: Journal, seq: number): Promise<boolean> {
  if (!(cause instanceof MillraceError) || cause.retryable || cause.code === 'MILLRACE_LOG_FENCED') return false
  const now = await journal.last().catch(() => undefined)
  return now !== undefined && now.seq > seq
}

/** Undefined where partitions were added, and are journaled now: the next start reads them. */
async function recover(
  options: TaskOptions,
  partitions: readonly TaskPartition[],
  journal: Journal,
  producer: TransactionalProducer,
  encoders: OutputEncoders,
  outputPartitions: number,
  seen: { seq: number },
  standby: FollowedTask | undefined,
): Promise<Task | undefined> {
  const { graph } = options
  const place = `task ${options.task} of stream '${graph.name}'`
  const recovery = resolveRecovery(await journal.last(), (await journal.bounds()).start, place)
  if (recovery.kind === 'replay') checkGeneration(recovery.last, options)
  if (recovery.kind === 'replay') seen.seq = recovery.last.seq
  const last = recovery.kind === 'replay' ? recovery.last : undefined
  const known = last === undefined ? partitions : knownPartitions(last.partitions, partitions, place)
  if (last !== undefined && known.length < partitions.length) await checkGrown(options.log, last, partitions, place)
  const names = known.map(partitionName)
  const warm = standby && last && (await loadFollowed(options, standby, journal, last))
  if (warm === undefined) await standby?.computation.close()
  const loaded = warm ?? (await loadState(options, known, encoders, journal, last))
  const { state, schemas, tail } = loaded
  const { careful, skips } = poisonFacts(loaded.recent)
  const first = await commitFirst(options, journal, producer, names, last, loaded, skips)
  seen.seq = first.seq
  const computation = loaded.computation ?? (await Computation.open(options, known, state, schemas, loaded.decoders))
  const recovered = {
    options,
    producer,
    journal,
    state,
    schemas,
    computation,
    encoders,
    outputPartitions,
    base: loaded.base,
    careful,
    first,
  }
  try {
    await replay(recovered, tail, loaded.fork)
    for (const skip of skips) await applyDecision(skip, state, options.blobs)
    if (loaded.fork?.seq === first.seq) state.learning.race.fork()
    if (known.length < partitions.length) {
      await adoptPartitions(recovered, partitions)
      await computation.close()
      return undefined
    }
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
  loaded: LoadedState,
  skips: readonly Decision[],
): Promise<JournalRecord> {
  const decisions: Decision[] = [...skips]
  if (last !== undefined && last.code !== options.code) {
    decisions.push({
      kind: 'change',
      code: options.code,
      kept: loaded.report?.kept ?? [],
      reset: loaded.report?.reset ?? [],
      carried: loaded.report?.carried ?? {},
      rebuilt: loaded.rebuilt,
      fork: options.fork ?? false,
      ...(loaded.fork?.seq === last.seq + 1 && { left: loaded.fork.left }),
    })
  }
  const record: JournalRecord = {
    seq: (last?.seq ?? -1) + 1,
    incarnation: (last?.incarnation ?? 0) + 1,
    generation: options.generation ?? 0,
    partitions,
    from: last === undefined ? partitions.map((_, i) => loaded.state.placeOf(i).position) : endOf(last),
    segments: [],
    decisions,
    schemas: {},
    sequences: last?.sequences ?? Array.from(loaded.state.sequences.values),
    outputs: '',
    code: options.code,
    snapshots: loaded.good,
  }
  await producer.send([journal.batchOf(record, options.clock.now())])
  await producer.commit()
  return record
}

/** Computes the tail again, emitting nothing, and compares each transaction's hash. Throws MILLRACE_TASK_DIVERGED. */
async function replay(
  recovered: RecoveredTask,
  tail: readonly JournalRecord[],
  fork: LoadedState['fork'],
): Promise<void> {
  const { options, state, computation, first } = recovered
  const replayer = new Replayer({
    ...recovered,
    fork,
    onReplayed: ({ seq, code }, { predictions }) => {
      const { incarnation } = first
      if (code === options.code)
        options.onComputed?.({ seq, incarnation, isCommitted: true, predictions, learning: state.learning })
    },
  })
  for (let i = 0; i < tail.length; i++) {
    await replayer.replay(tail[i])
    options.onReplay?.({ done: i + 1, total: tail.length })
  }
  computation.beginSegment() // what the replay cost counts on: a process that dies again and again must snapshot, too
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
