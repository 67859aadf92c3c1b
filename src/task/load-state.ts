import type { EventDecoder } from '../codec/event-decoder.ts'
import { MillraceError } from '../errors.ts'
import { LearningState } from '../operators/learning-state.ts'
import type { LeftBehind } from '../operators/left-behind.ts'
import type { Computation } from './computation.ts'
import { changesState, forkIn } from './foreign-tail.ts'
import type { Journal } from './journal.ts'
import type { JournalRecord, RegisteredSnapshot } from './journal-record.ts'
import { loadNewestSnapshot } from './load-newest-snapshot.ts'
import type { LoadReport } from './load-snapshot.ts'
import type { OutputEncoders } from './output-writer.ts'
import type { TaskPartition } from './partition-feed.ts'
import { rebuiltSnapshot } from './rebuilt-snapshot.ts'
import { readLeftBehind } from './read-left-behind.ts'
import { checkCode, tailAfter } from './recovery.ts'
import { SchemaBook } from './schema-book.ts'
import type { FollowedTask } from './standby.ts'
import type { TaskOptions } from './task-options.ts'
import { TaskState } from './task-state.ts'

/** The state that a start goes on from, and what it has to compute again. */
export interface LoadedState {
  readonly state: TaskState
  readonly schemas: SchemaBook
  readonly decoders: readonly EventDecoder[]
  /** Of a standby, which goes on as it is. */
  readonly computation?: Computation
  readonly tail: readonly JournalRecord[]
  /** Records that may tell of starts that got nowhere: those of the tail, and some before. */
  readonly recent: readonly JournalRecord[]
  /** The snapshots that are relied on, newest first. */
  readonly good: readonly RegisteredSnapshot[]
  /** What the state was loaded from: later snapshots build on it. */
  readonly base?: LoadReport['base']
  readonly report?: LoadReport
  readonly rebuilt: readonly string[]
  /** Where this code was forked from what is to be computed again before that transaction, and what was told there. */
  readonly fork?: { readonly seq: number; readonly left: LeftBehind }
}

/** The state after the newest snapshot that verifies, or as it is in the beginning. Throws MILLRACE_TASK_*. */
export async function loadState(
  options: TaskOptions,
  partitions: readonly TaskPartition[],
  encoders: OutputEncoders,
  journal: Journal,
  last: JournalRecord | undefined,
): Promise<LoadedState> {
  const { graph } = options
  const place = `task ${options.task} of stream '${graph.name}'`
  const decoders = graph.inputs.map((_, input) => options.decoder(input))
  const schemas = new SchemaBook(options.registry, options.blobs, decoders)
  const state = new TaskState(new LearningState(graph, options.task), partitions, schemas)
  const found = last && (await loadNewestSnapshot(options, state, last.snapshots))
  const tail =
    last === undefined
      ? []
      : tailAfter(
          await journal.read(found?.snapshot.journalOffset ?? (await journal.bounds()).start),
          found?.snapshot.seq ?? -1,
          last,
          place,
        )
  checkCode(tail, options.code, options.fork ?? false, graph.name, place)
  const isForked = options.fork && last?.code !== options.code && tail.some(changesState)
  const fork =
    isForked && last !== undefined
      ? { seq: last.seq + 1, left: await readLeftBehind(options, tail, state) }
      : forkIn(tail, options.code)
  if (fork !== undefined) state.learning.race.leaveBehind(fork.left)
  if (found === undefined) state.begin(last === undefined ? await starts(options, partitions) : tail[0].from)
  for (const record of tail) await schemas.learn(record.schemas)
  const rebuilding = { options, state, partitions, schemas, decoders, encoders }
  const loaded = last && found && (await rebuiltSnapshot(rebuilding, journal, last, found))
  if (loaded === undefined || loaded.rebuilt.length === 0) state.loaded()
  const { good = [], rebuilt = [], base, report } = loaded ?? {} // one that did not verify is registered no longer
  return { state, schemas, decoders, tail, recent: tail, good, rebuilt, base, report, fork }
}

/**
 * The state of a standby, and what was committed since it looked; undefined where the journal no longer holds that, or other
 * code has written since: then the standby's state is of no use.
 */
export async function loadFollowed(
  { code }: TaskOptions,
  followed: FollowedTask,
  journal: Journal,
  last: JournalRecord,
): Promise<LoadedState | undefined> {
  const { state, schemas, computation } = followed
  if (last.code !== code || last.partitions.join() !== followed.last.partitions.join()) return undefined
  try {
    const read = await journal.read(followed.journalOffset)
    const tail = tailAfter(read, followed.last.seq, last, '')
    if (tail.some((record) => record.code !== code)) return undefined
    for (const record of tail) await schemas.learn(record.schemas)
    const recent = [...followed.recent, ...tail]
    return { state, schemas, decoders: [], computation, tail, recent, good: last.snapshots, rebuilt: [] }
  } catch (error) {
    if (!(error instanceof MillraceError) || error.retryable) throw error
    return undefined
  }
}

async function starts({ log }: TaskOptions, partitions: readonly TaskPartition[]): Promise<number[]> {
  return Promise.all(partitions.map(async (place) => (await log.bounds(place)).start))
}
