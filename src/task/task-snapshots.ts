import { collectSnapshots } from './collect-snapshots.ts'
import type { JournalRecord, RegisteredSnapshot } from './journal-record.ts'
import { type CapturedState, SnapshotCapture } from './snapshot-capture.ts'
import { SnapshotWriter } from './snapshot-writer.ts'
import type { RecoveredTask } from './start-task.ts'

const SNAPSHOT_MS = 2000 // a tail that takes this long to replay is worth a snapshot

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

  constructor(task: RecoveredTask) {
    const { options, base } = task
    this.task = task
    this.prefix = `${options.graph.name}-`
    this.capture = new SnapshotCapture(base)
    this.writer = new SnapshotWriter({ blobs: options.blobs, folder: options.blobFolder, prefix: this.prefix, base })
    void this.writer.prepare(this.capture)
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

  /** Copies the state when replaying the tail would take long. */
  captureIfDue(): CapturedState | undefined {
    const { computation, options } = this.task
    const due = options.snapshotDue ?? ((_: number, computingMs: number) => computingMs >= SNAPSHOT_MS)
    if (this.capture.busy || !due(computation.rows, computation.computingMs)) return undefined
    return this.captureNow()
  }

  captureNow(): CapturedState | undefined {
    const { computation, state } = this.task
    state.noteFeeds(computation.feeds)
    computation.forgetCost()
    const begun = performance.now()
    const captured = this.capture.capture(state.parts())
    this.pausedMs = performance.now() - begun
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

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.writing
  }

  /** After a snapshot was registered: what only older ones needed is deleted. */
  async tidy(record: JournalRecord): Promise<void> {
    const { options, journal } = this.task
    if (record.snapshots.length < 2) return
    const collector = { prefix: this.prefix, task: options.task, incarnation: record.incarnation }
    try {
      await journal.trim(record.snapshots[record.snapshots.length - 1].journalOffset)
      await collectSnapshots(options.blobs, collector, record.snapshots)
    } catch (error) {
      options.onTrouble?.(error)
    }
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
