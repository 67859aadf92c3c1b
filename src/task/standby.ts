import { MillraceError } from '../errors.ts'
import { LearningState } from '../operators/learning-state.ts'
import { Computation } from './computation.ts'
import { createOwnTopics } from './create-own-topics.ts'
import { Journal } from './journal.ts'
import type { JournalFollower } from './journal-follower.ts'
import type { JournalRecord } from './journal-record.ts'
import { loadNewestSnapshot } from './load-newest-snapshot.ts'
import { outputEncoders } from './output-encoders.ts'
import { checkCode, resolveRecovery, tailAfter } from './recovery.ts'
import { Replayer, type Replaying } from './replayer.ts'
import { SchemaBook } from './schema-book.ts'
import type { TaskOptions } from './task-options.ts'
import { knownPartitions, taskPartitions } from './task-partitions.ts'
import { TaskState } from './task-state.ts'

const WAIT_MS = 1000
const RECENT_RECORDS = 8192
const LAST_ROUNDS = 10

/** What a standby has come to: a task's state after a transaction of its journal, and what it goes on with. */
export interface FollowedTask {
  readonly state: TaskState
  readonly schemas: SchemaBook
  readonly computation: Computation
  /** The transaction after which the state is. */
  readonly last: JournalRecord
  /** The latest transactions since one that took input: they may tell of starts that got nowhere. */
  readonly recent: readonly JournalRecord[]
  /** Where the journal's records after `last` begin. */
  readonly journalOffset: number
}

/**
 * Follows a task that another process works at: loads the newest snapshot, then computes what the journal says was
 * committed, as a replay does, and compares every hash. It writes nothing; a start that goes on from it has next to
 * nothing to replay.
 */
export class Standby {
  private readonly options: TaskOptions
  private readonly state: TaskState
  private readonly schemas: SchemaBook
  /** The partitions that it reads. */
  private readonly names: string
  private readonly journal: Journal
  private follower: JournalFollower
  private readonly begin: (first: JournalRecord) => Promise<{ replayer: Replayer; computation: Computation }>
  private begun: { replayer: Replayer; computation: Computation } | undefined
  private last: JournalRecord | undefined
  private recent: JournalRecord[] = []
  /** Number of the newest transaction that was read. */
  private newest: number
  private stopping = false
  private discarded = false
  /** The loaded snapshot's transaction; -1: none. */
  private readonly after: number

  private constructor(
    options: TaskOptions,
    state: TaskState,
    schemas: SchemaBook,
    names: string,
    journal: Journal,
    follower: JournalFollower,
    after: number,
    newest: number,
    begin: (first: JournalRecord) => Promise<{ replayer: Replayer; computation: Computation }>,
  ) {
    this.options = options
    this.state = state
    this.schemas = schemas
    this.names = names
    this.journal = journal
    this.follower = follower
    this.after = after
    this.newest = newest
    this.begin = begin
  }

  /**
   * Undefined where no transaction has been committed yet. Throws MILLRACE_TASK_CODE_CHANGED where other code has written the
   * journal since the snapshot, MILLRACE_TASK_UNRECOVERABLE where the snapshots can't be read and the journal does not reach
   * back; MILLRACE_TASK_*, MILLRACE_LOG_*.
   */
  static async open(options: TaskOptions): Promise<Standby | undefined> {
    const { log, graph, task } = options
    const place = `task ${task} of stream '${graph.name}'`
    const found = await taskPartitions(graph, log)
    const outputPartitions = await createOwnTopics(options)
    const encoders = await outputEncoders(graph.name, options.registry)
    const journal = new Journal(log, graph.name, task)
    const last = await journal.last()
    const { start } = await journal.bounds()
    if (last === undefined) return undefined
    const recovery = resolveRecovery(last, start, place)
    const snapshots = recovery.kind === 'replay' ? recovery.snapshots : []
    const partitions = knownPartitions(last.partitions, found, place)
    const decoders = graph.inputs.map((_, input) => options.decoder(input))
    const schemas = new SchemaBook(options.registry, options.blobs, decoders)
    const state = new TaskState(new LearningState(graph, task), partitions, schemas)
    const loaded = await loadNewestSnapshot(options, state, snapshots)
    const after = loaded?.snapshot.seq ?? -1
    const from = loaded?.snapshot.journalOffset ?? start
    const tail = tailAfter(await journal.read(from), after, last, place) // is it whole, and of this code
    checkCode(tail, options.code, false, graph.name, place)
    const begin = async (first: JournalRecord): Promise<{ replayer: Replayer; computation: Computation }> => {
      if (loaded === undefined) state.begin(first.from)
      state.loaded()
      const computation = await Computation.open(options, partitions, state, schemas, decoders)
      const onReplayed: Replaying['onReplayed'] = ({ seq, incarnation, code }, { predictions }) => {
        if (code !== options.code) return
        options.onComputed?.({ seq, incarnation, isCommitted: true, predictions, learning: state.learning })
      }
      return {
        replayer: new Replayer({ options, state, computation, encoders, outputPartitions, onReplayed }),
        computation,
      }
    }
    const names = last.partitions.join()
    return new Standby(options, state, schemas, names, journal, await journal.follow(from), after, last.seq, begin)
  }

  /** Number of the transaction up to which it has come; -1: it has not begun. */
  get seq(): number {
    return this.last?.seq ?? -1
  }

  /** Committed transactions that it has not computed yet, as far as it knows. */
  get behind(): number {
    return Math.max(0, this.newest - this.seq) + this.follower.lag
  }

  /** Follows until `stop`; rejects with the error that ended it. `onProgress` is told whenever it has looked. */
  async run(onProgress?: () => void): Promise<void> {
    try {
      while (!this.stopping) {
        const records = await this.follower.next(WAIT_MS)
        this.newest = Math.max(this.newest, records.at(-1)?.seq ?? -1)
        for (const record of records) {
          if (this.discarded) return
          await this.take(record)
          onProgress?.()
        }
        onProgress?.()
      }
      if (!this.discarded) await this.catchUp()
    } finally {
      await this.follower.close()
    }
  }

  /** Ends `run` once what the journal holds is computed. */
  stop(): void {
    this.stopping = true
    void this.follower.close()
  }

  /** Ends `run` as soon as can be; what it holds is of no use any more. */
  async discard(): Promise<void> {
    this.discarded = true
    this.stop()
    await this.begun?.computation.close()
  }

  /** What a start goes on from, once `run` has ended; undefined where it has computed nothing. */
  handOver(): FollowedTask | undefined {
    const { state, schemas, begun, last, recent } = this
    if (begun === undefined || last === undefined) return undefined
    return { state, schemas, computation: begun.computation, last, recent, journalOffset: this.follower.offset }
  }

  /** Computes what was committed since it looked; not for ever, where somebody still writes. */
  private async catchUp(): Promise<void> {
    await this.follower.close()
    this.follower = await this.journal.follow(this.follower.offset)
    for (let round = 0; round < LAST_ROUNDS; round++) {
      for (const record of await this.follower.next(0)) await this.take(record)
      if (this.follower.lag === 0) break
    }
  }

  private async take(record: JournalRecord): Promise<void> {
    if (record.seq <= this.after) return
    const { options } = this
    const place = `task ${options.task} of stream '${options.graph.name}'`
    const expected = (this.last?.seq ?? this.after) + 1
    if (record.partitions.join() !== this.names)
      throw new MillraceError(
        'MILLRACE_TASK_PARTITIONS',
        place,
        `partitions were added in transaction ${record.seq}`,
        'Nothing is to be done: this process begins to follow anew',
      )
    if (record.seq !== expected)
      throw new MillraceError(
        'MILLRACE_TASK_JOURNAL',
        `journal of ${place}`,
        `transaction ${record.seq} was read, not ${expected}`,
        'Nothing is to be done: this process begins to follow anew',
      )
    checkCode([record], options.code, false, options.graph.name, place)
    await this.schemas.learn(record.schemas)
    this.begun ??= await this.begin(record)
    await this.begun.replayer.replay(record)
    this.last = record
    if (record.segments.length > 0) this.recent.length = 0
    this.recent.push(record)
    if (this.recent.length > RECENT_RECORDS) this.recent.splice(0, RECENT_RECORDS / 2)
  }
}
