import { setImmediate as nextTurn } from 'node:timers/promises'
import { applyDecision } from './apply-decision.ts'
import { CommandReader } from './command-reader.ts'
import type { Decision } from './decision.ts'
import { type Guards, guardsOf } from './guards.ts'
import { heldModels } from './held-models.ts'
import { endOf, type JournalRecord } from './journal-record.ts'
import { OutputWriter } from './output-writer.ts'
import { QuietTime } from './quiet-time.ts'
import type { RecoveredTask } from './start-task.ts'
import { TaskSnapshots } from './task-snapshots.ts'
import type { CommitFacts } from './task-options.ts'

const COMMIT_MS = 100
const TRANSACTION_BYTES = 8 * 1024 * 1024
const CAREFUL_RECORDS = 2048 // a micro-batch, as large as it may be: the record that ended the process is among them
const IDLE_MS = 1000 // within this, what waits to be journaled is, also without input

/**
 * A task at work: computes micro-batches, commits them in transactions with their journal record, and snapshots its
 * state. One commit is in flight at a time while the next transaction is computed. Any error ends it: whoever runs it
 * starts it anew, which is the same path as after a crash.
 */
export class Task {
  readonly recovered: RecoveredTask
  /** Of the assignment by which this process has the task: journaled, so that a start in an older one is refused. */
  generation: number
  private readonly writers: [OutputWriter, OutputWriter]
  private writer = 0
  private readonly snapshots: TaskSnapshots
  private last: JournalRecord
  /** The newest of which the log has said that it is committed. */
  private acknowledged: JournalRecord
  private segments: number[][] = []
  /** Decided elsewhere, to be taken before the next micro-batch; and those that the open transaction began with. */
  private readonly pending: Decision[] = []
  private decisions: Decision[] = []
  private begunMs = -1
  private rows = 0
  private committing: Promise<void> | undefined
  private failure: { readonly error: unknown } | undefined
  private stopping = false
  /** Records that are still to be taken one at a time. */
  private careful: number
  private readonly guards: Guards
  private readonly quiet: QuietTime

  constructor(recovered: RecoveredTask) {
    const { options, state, encoders, outputPartitions } = recovered
    this.recovered = recovered
    this.generation = recovered.first.generation
    state.learning.race.files.owner = { incarnation: recovered.first.incarnation, code: options.code }
    this.guards = guardsOf(options.guards)
    this.quiet = new QuietTime(options.clock, recovered.computation, state)
    const writer = (): OutputWriter =>
      new OutputWriter(state.learning, encoders, options.task, state.sequences, outputPartitions)
    this.writers = [writer(), writer()]
    this.snapshots = new TaskSnapshots(recovered)
    this.careful = recovered.careful ? CAREFUL_RECORDS : 0
    this.last = recovered.first
    this.acknowledged = recovered.first
  }

  /** Works until `stop` is called, then drains, commits, snapshots at the head, and resolves; rejects with the error that ended it. */
  async run(): Promise<void> {
    const { computation, options } = this.recovered
    const pause = options.pause ?? nextTurn
    const live = computation.feeds.map(() => Number.POSITIVE_INFINITY)
    let commands: CommandReader | undefined
    try {
      commands = await this.readCommands()
      while (!this.stopping) {
        if (this.pending.length > 0) await this.takeDecisions()
        if (this.recovered.state.control.paused) {
          await this.idle()
          continue
        }
        if (this.careful > 0 && !(await this.tryNext(live))) continue
        const begunMs = options.clock.now()
        const stop = computation.step(this.writers[this.writer], live, true, this.careful > 0 ? 1 : undefined)
        if (computation.batchRows > 0) {
          this.rows += computation.batchRows
          this.quiet.end()
          if (this.begunMs < 0) this.begunMs = begunMs
        }
        if (stop === 'segment') this.endSegment()
        if (this.isDue()) await this.endTransaction()
        if (this.failure !== undefined) throw this.failure.error
        if (stop === 'wait' && computation.batchRows === 0) {
          const due = this.pending.length > 0 ? undefined : this.quiet.look()
          if (due !== undefined) this.decide(due)
          await computation.change(this.waitMs())
        } else await pause()
      }
      await this.finish()
    } finally {
      await commands?.close()
      await this.close()
    }
  }

  /** Something was decided outside of the inputs: journaled, and in effect from the next row on. */
  decide(decision: Decision): void {
    this.pending.push(decision)
    this.recovered.computation.wake()
  }

  /** Asks `run` to end cleanly. */
  stop(): void {
    this.stopping = true
    this.recovered.computation.wake()
  }

  /** Ends `run` with this error: what is not under way is not committed any more. */
  abandon(error: unknown): void {
    this.failure ??= { error }
    this.recovered.computation.wake()
  }

  /** True when nothing has been computed or decided beyond the latest committed record. */
  get isSettled(): boolean {
    return this.begunMs < 0 && this.last === this.acknowledged
  }

  /** The latest committed record. */
  get committed(): JournalRecord {
    return this.acknowledged
  }

  private get interval(): number {
    return this.recovered.options.commitIntervalMs ?? COMMIT_MS
  }

  private isDue(): boolean {
    if (this.begunMs < 0) return this.snapshots.waiting !== undefined
    return (
      this.recovered.options.clock.now() - this.begunMs >= this.interval ||
      this.writers[this.writer].bytes >= TRANSACTION_BYTES
    )
  }

  /** Reads the control topic beside the inputs: commands become decisions. */
  private async readCommands(): Promise<CommandReader> {
    const { options, state } = this.recovered
    const reader = await CommandReader.open(options, state.control.position, (decision) => this.decide(decision))
    reader.run().catch((error: unknown) => this.abandon(error))
    return reader
  }

  /** After starts that got nowhere: commits what was taken so far, and then the name of the record that is tried next. */
  private async tryNext(live: ArrayLike<number>): Promise<boolean> {
    const { computation, options } = this.recovered
    if (this.begunMs >= 0) await this.endTransaction()
    await this.settled()
    const next = computation.peek(live, true)
    if (next === undefined) {
      await computation.change(IDLE_MS)
      return false
    }
    this.decisions.push({ kind: 'attempt', ...next })
    this.begunMs = options.clock.now()
    await this.endTransaction()
    await this.settled()
    this.careful--
    return true
  }

  /** Ends the transaction at hand, and begins the next with what was decided. */
  private async takeDecisions(): Promise<void> {
    const { options, state } = this.recovered
    if (this.begunMs >= 0) await this.endTransaction()
    this.begunMs = options.clock.now()
    for (const decision of this.pending.splice(0)) {
      const output = await applyDecision(decision, state, options.blobs)
      if (output !== undefined) this.writers[this.writer].writeEvents(output)
      this.decisions.push(decision)
    }
  }

  /** Paused: commits what is open and waits for a command. */
  private async idle(): Promise<void> {
    if (this.begunMs >= 0) await this.endTransaction()
    if (this.failure !== undefined) throw this.failure.error
    await this.recovered.computation.change(IDLE_MS)
    this.quiet.end()
  }

  /** How long there is nothing to do unless something comes. */
  private waitMs(): number {
    if (this.begunMs < 0) return IDLE_MS
    return Math.max(0, this.begunMs + this.interval - this.recovered.options.clock.now())
  }

  /** The next record lies before one already taken: a new order begins, and the journal says where. */
  private endSegment(): void {
    const { computation } = this.recovered
    const positions = computation.positions()
    if (positions.join() !== endsOf(this.segments, this.last).join()) this.segments.push(positions)
    computation.beginSegment()
  }

  /** Closes the transaction and hands it to be committed, once the one before is. */
  private async endTransaction(): Promise<void> {
    await this.committing
    if (this.failure !== undefined) throw this.failure.error
    this.endSegment()
    const { options, schemas, state } = this.recovered
    const writer = this.writers[this.writer]
    const before = this.last
    const registered = this.snapshots.take()
    const record: JournalRecord = {
      seq: before.seq + 1,
      incarnation: before.incarnation,
      generation: Math.max(before.generation, this.generation),
      partitions: before.partitions,
      from: endOf(before),
      segments: this.segments,
      decisions: this.decisions,
      schemas: schemas.takeFresh(),
      sequences: Array.from(state.sequences.values),
      outputs: writer.hash(),
      code: options.code,
      snapshots: registered === undefined ? before.snapshots : [registered, ...before.snapshots.slice(0, 1)],
    }
    const held = registered === undefined ? undefined : heldModels(state.learning)
    const { seq, incarnation } = record
    const { predictions } = writer
    options.onComputed?.({ seq, incarnation, isCommitted: false, predictions, learning: state.learning })
    const kinds = { signals: [...writer.kinds.signals], models: [...writer.kinds.models] }
    const facts = { rows: this.rows, predictions: writer.predictionCount, ...kinds, begunMs: this.begunMs }
    this.segments = []
    this.decisions = []
    this.begunMs = -1
    this.rows = 0
    this.writer = 1 - this.writer
    this.last = record
    const captured = this.snapshots.captureIfDue()
    if (captured !== undefined && !this.guards.registration) this.snapshots.write(captured, record, 0)
    this.committing = this.commit(record, writer, facts).then(
      async () => {
        if (held !== undefined) await this.snapshots.tidy(record, held)
        if (captured !== undefined && this.guards.registration) await this.snapshots.begin(captured, record)
      },
      (error: unknown) => this.abandon(error),
    )
  }

  private async commit(
    record: JournalRecord,
    writer: OutputWriter,
    { begunMs, ...counts }: Omit<CommitFacts, 'latencyMs'> & { readonly begunMs: number },
  ): Promise<void> {
    const { producer, journal, options } = this.recovered
    writer.seal()
    for (const { name, bytes } of writer.files) await options.blobs.put(name, bytes)
    await producer.send([...writer.batches(), journal.batchOf(record, options.clock.now())])
    await producer.commit()
    this.acknowledged = record
    writer.clear()
    options.onCommit?.(record, { ...counts, latencyMs: begunMs < 0 ? 0 : options.clock.now() - begunMs })
  }

  /** Takes what was decided until now, commits what is left and snapshots at the head, so that the next start replays nothing. */
  private async finish(): Promise<void> {
    const { snapshots } = this
    if (this.pending.length > 0) await this.takeDecisions()
    if (this.begunMs >= 0 || this.segments.length > 0) await this.endTransaction()
    await this.settled()
    await snapshots.idle()
    if (!snapshots.isAtHead(this.last)) {
      const captured = snapshots.captureNow()
      if (captured !== undefined) await snapshots.begin(captured, this.last)
      await snapshots.idle()
    }
    if (snapshots.waiting !== undefined) await this.endTransaction()
    await this.settled()
  }

  private async settled(): Promise<void> {
    await this.committing
    if (this.failure !== undefined) throw this.failure.error
  }

  private async close(): Promise<void> {
    const { computation, producer } = this.recovered
    await this.committing // a commit under way ends before what it begins is closed
    await computation.close()
    await this.snapshots.close()
    await producer.close().catch(() => {}) // a fenced or broken producer has nothing left to close
  }
}

function endsOf(segments: readonly number[][], before: JournalRecord): readonly number[] {
  return segments.length > 0 ? segments[segments.length - 1] : endOf(before)
}
