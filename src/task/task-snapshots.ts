import { collectModels } from './collect-models.ts'
import { collectSnapshots } from './collect-snapshots.ts'
import type { HeldModels } from './held-models.ts'
import type { JournalRecord, RegisteredSnapshot } from './journal-record.ts'
import { type CapturedState, SnapshotCapture } from './snapshot-capture.ts'
import { SnapshotWriter } from './snapshot-writer.ts'
import type { RecoveredTask } from './start-task.ts'

const KEPT_MODELS = 10 // versions that left the race, of those that served and of those that did not
const SNAPSHOT_MS = 2000 // a tail that takes this long to replay is worth a snapshot
const SNAPSHOT_BYTES = 96 * 1024 * 1024 // so many are copied in some 20 ms, in which the task stands still
const WORTH = 30 // times what a snapshot takes of this thread and its worker: no sooner is one due for its size

/**
 * The snapshots of a running task: captured between two transactions, written once the one before is committed, then
 * waiting to be registered by the journal's next record. A failure costs only replay time.
 */
export class TaskSnapshots {
  private readonly task: RecoveredTask
  private readonly capture: SnapshotCapture
  private readonly writer: SnapshotWriter
  private readonly prefix: string
  private written: RegisteredSnapshot | undefined
  private writing: Promise<void> | undefined
  /** How long the task stood still for the latest capture. */
  private pausedMs = 0
  /** And the CPU time of that, which a busy machine does not stretch. */
  private pausedCpuMs = 0
  /** The state for which memory is being prepared, or was last, bytes. */
  private preparedBytes = 0
  private preparing = false

  constructor(task: RecoveredTask) {
    const { options, base } = task
    this.task = task
    this.prefix = `${options.graph.name}-`
    this.capture = new SnapshotCapture(base)
    this.writer = new SnapshotWriter({ blobs: options.blobs, folder: options.blobFolder, prefix: this.prefix, base })
  }

  /** A snapshot that is written and not registered yet. */
  get waiting(): RegisteredSnapshot | undefined {
    return this.written
  }

  /** The waiting snapshot, which the caller's journal record registers now. */
  take(): RegisteredSnapshot | undefined {
    const { written } = this
    this.written = undefined
    return written
  }

  /** Whether a snapshot, registered or about to be, holds the state as it is after `last`. */
  isAtHead({ snapshots, segments, decisions, seq }: JournalRecord): boolean {
    if (this.written !== undefined) return this.written.seq === seq
    return segments.length === 0 && decisions.length === 0 && snapshots[0]?.seq === seq - 1
  }

  /** Copies the state when replaying the tail would take long, or the copy itself soon would. */
  captureIfDue(): CapturedState | undefined {
    const { computation, options } = this.task
    if (this.capture.busy) return undefined
    const { rows, computingMs } = computation
    const due = options.snapshotDue === undefined ? this.isDue(computingMs) : options.snapshotDue(rows, computingMs)
    return due ? this.captureNow() : undefined
  }

  captureNow(): CapturedState | undefined {
    const { computation, state } = this.task
    state.noteFeeds(computation.feeds)
    computation.forgetCost()
    const begun = performance.now()
    const spent = process.threadCpuUsage()
    const captured = this.capture.capture(state.parts())
    const { user, system } = process.threadCpuUsage(spent)
    this.pausedMs = performance.now() - begun
    this.pausedCpuMs = (user + system) / 1000
    return captured
  }

  /**
   * Begins to write a capture of the state after `record`, which is committed. Where the journal ends is asked before the
   * next transaction can be committed: from there on a start from this snapshot replays.
   */
  async begin(captured: CapturedState, record: JournalRecord): Promise<void> {
    try {
      const { readableEnd } = await this.task.journal.bounds()
      this.write(captured, record, readableEnd)
    } catch (error) {
      captured.settle('failed')
      this.task.options.onTrouble?.(error)
    }
  }

  /** Begins to write at once, registered or not: what the guard of registration forbids. */
  write(captured: CapturedState, record: JournalRecord, journalOffset: number): void {
    this.writing = this.makeDurable(captured, record, journalOffset)
  }

  private isDue(computingMs: number): boolean {
    const { capture, task, writer } = this
    const { changedBytes, stateBytes } = capture.measure(task.state.parts())
    const near = computingMs * 2 >= SNAPSHOT_MS || changedBytes * 2 >= SNAPSHOT_BYTES
    if (near && stateBytes > capture.room) this.prepare(stateBytes)
    if (this.preparing && computingMs < 2 * SNAPSHOT_MS) return false
    if (computingMs >= SNAPSHOT_MS) return true
    return changedBytes >= SNAPSHOT_BYTES && computingMs >= WORTH * (this.pausedCpuMs + writer.cpuMs)
  }

  /** Asks for memory once for a state of some size: where there is none to be had, captures allocate their own. */
  private prepare(stateBytes: number): void {
    if (this.preparing || stateBytes <= this.preparedBytes) return
    this.preparing = true
    this.preparedBytes = stateBytes * 1.25
    void this.writer.prepare(this.capture, stateBytes).then(() => {
      this.preparing = false
    })
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.writing
  }

  /** After a snapshot was registered: what only older ones needed is deleted. */
  async tidy(record: JournalRecord, held: HeldModels): Promise<void> {
    const { options, journal } = this.task
    if (record.snapshots.length < 2) return
    const collector = { prefix: this.prefix, task: options.task, incarnation: record.incarnation }
    try {
      await journal.trim(record.snapshots[record.snapshots.length - 1].journalOffset)
      await collectSnapshots(options.blobs, collector, record.snapshots)
      if (held.written.length > 0) await this.collectModels(record, held)
    } catch (error) {
      options.onTrouble?.(error)
    }
  }

  private async collectModels({ incarnation, snapshots }: JournalRecord, held: HeldModels): Promise<void> {
    const { options, journal } = this.task
    const { graph, task, keepModels } = options
    const replayed = await journal.read(snapshots[snapshots.length - 1].journalOffset)
    const keep = keepModels ?? KEPT_MODELS
    await collectModels(options.blobs, { stream: graph.name, task, incarnation, keep, journal: replayed, ...held })
  }

  async close(): Promise<void> {
    await this.writing
    await this.writer.close()
  }

  private async makeDurable(captured: CapturedState, record: JournalRecord, journalOffset: number): Promise<void> {
    const { options, computation } = this.task
    try {
      const id = { task: options.task, incarnation: record.incarnation, seq: record.seq }
      const { bytes, stateBytes } = captured
      const pauseMs = this.pausedMs
      const begun = performance.now()
      this.written = { ...(await this.writer.write(captured, id)), journalOffset }
      options.onSnapshot?.({ seq: record.seq, pauseMs, bytes, stateBytes, writeMs: performance.now() - begun })
      computation.wake()
    } catch (error) {
      options.onTrouble?.(error)
    }
  }
}
