import type { EventDecoder } from '../codec/event-decoder.ts'
import { MillraceError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { ColumnStage } from '../operators/column-stage.ts'
import { type NumberColumn, InputColumns } from '../stream/input-columns.ts'
import { timeRange } from '../stream/time-range.ts'
import type { RecordBatch } from '../log/record-batch.ts'
import { Changes } from './changes.ts'
import type { RejectedRecord } from './dead-letter-record.ts'
import { guardsOf } from './guards.ts'
import { InputMerge, type MergeStop } from './input-merge.ts'
import type { OutputWriter } from './output-writer.ts'
import { PartitionFeed, type TaskPartition } from './partition-feed.ts'
import type { SchemaBook } from './schema-book.ts'
import type { TaskOptions } from './task-options.ts'
import type { TaskState } from './task-state.ts'

const BATCH_ROWS = 2048
const RETRY_MS = 1000

/** Computes micro-batches: merge, decode, check, learn, encode. The same for live and for replay; it knows nothing of commits. */
export class Computation {
  readonly feeds: readonly PartitionFeed[]
  /** Rows computed since `forgetCost`, and the CPU time of this thread that it took. */
  rows = 0
  computingMs = 0
  private readonly merge: InputMerge
  private readonly stage: ColumnStage
  private readonly state: TaskState
  private readonly changes: Changes

  private constructor(
    options: TaskOptions,
    state: TaskState,
    feeds: readonly PartitionFeed[],
    decoders: readonly EventDecoder[],
    changes: Changes,
  ) {
    this.feeds = feeds
    this.state = state
    this.changes = changes
    this.stage = new ColumnStage(options.graph)
    this.merge = new InputMerge(
      options.graph,
      feeds,
      decoders,
      options.batchRows ?? BATCH_ROWS,
      guardsOf(options.guards).arrivalOrder,
    )
  }

  /** Opens the feeds where the state says. */
  static async open(
    options: TaskOptions,
    partitions: readonly TaskPartition[],
    state: TaskState,
    schemas: SchemaBook,
    decoders: readonly EventDecoder[],
  ): Promise<Computation> {
    const feeds: PartitionFeed[] = []
    const changes = new Changes(options.clock)
    for (let i = 0; i < partitions.length; i++) {
      const at = partitions[i]
      const { position, arrival } = state.placeOf(i)
      const feed = new PartitionFeed({
        at,
        reader: await readerOf(options.log, at, position),
        clock: options.clock,
        offset: position,
        onChange: () => changes.notify(),
        contiguous: guardsOf(options.guards).contiguity,
        prepare: preparation(options, at.input, schemas, decoders[at.input]),
        onStall: (error) => stall(options, error),
      })
      feed.arrival = arrival
      feeds.push(feed)
    }
    return new Computation(options, state, feeds, decoders, changes)
  }

  /** Computes one micro-batch into `writer`, each partition up to its bound. Gives why it ended; `batchRows` says how long it was. */
  step(writer: OutputWriter, to: ArrayLike<number>, live: boolean, rowLimit = Number.POSITIVE_INFINITY): MergeStop {
    for (const feed of this.feeds) feed.fill()
    const stop = this.merge.fill(to, live, rowLimit)
    const { batch } = this.merge
    if (batch.count > 0) {
      const begun = process.threadCpuUsage()
      if (this.state.control.skips.length > 0) this.leaveOut()
      this.stage.apply(batch)
      const output = this.state.learning.step(batch)
      writer.write(output, batch, this.recordOf)
      this.rows += batch.count
      const { user, system } = process.threadCpuUsage(begun)
      this.computingMs += (user + system) / 1000
    }
    return stop
  }

  /** The record that `step` would take first, by partition and offset; undefined when none is ready. */
  peek(to: ArrayLike<number>, live: boolean): { readonly partition: number; readonly offset: number } | undefined {
    for (const feed of this.feeds) feed.fill()
    const partition = this.merge.peek(to, live)
    return partition < 0 ? undefined : { partition, offset: this.feeds[partition].nextOffset }
  }

  /** Rejects the rows of records that are to be left out. */
  private leaveOut(): void {
    for (const { partition, offset, cause } of this.state.control.skips) {
      const { at, taken } = this.feeds[partition]
      if (taken === 0) continue
      const columns = this.merge.batch.inputs[at.input]
      for (let row = 0; row < columns.count; row++) {
        if (columns.offset[row] === offset && columns.partition[row] === at.partition)
          columns.reject(row, cause, 'poison')
      }
    }
  }

  /** Whether the log held nothing more when it was last looked at. */
  get isCaughtUp(): boolean {
    return this.feeds.every((feed) => feed.caughtUp)
  }

  /** When the log was last looked at, by the feed for which that is longest ago, ms. */
  get polledMs(): number {
    let oldest = Number.POSITIVE_INFINITY
    for (const { polledMs } of this.feeds) oldest = Math.min(oldest, polledMs)
    return oldest
  }

  /** Rows of the latest micro-batch. */
  get batchRows(): number {
    return this.merge.batch.count
  }

  beginSegment(): void {
    this.merge.beginSegment()
  }

  forgetCost(): void {
    this.rows = 0
    this.computingMs = 0
  }

  /** All partitions were taken up to these offsets, whatever control records lie before them. */
  passTo(offsets: ArrayLike<number>): void {
    for (let f = 0; f < this.feeds.length; f++) this.feeds[f].passTo(offsets[f])
  }

  /** Offsets after what was taken, by partition. */
  positions(): number[] {
    return this.feeds.map((feed) => feed.position)
  }

  /** Resolves when something has changed since the last call, or `atMostMs` have passed. */
  change(atMostMs: number): Promise<void> {
    return this.changes.next(atMostMs)
  }

  wake(): void {
    this.changes.notify()
  }

  async close(): Promise<void> {
    await Promise.all(this.feeds.map((feed) => feed.close()))
  }

  /** The record behind a row of the latest micro-batch. */
  private readonly recordOf = (input: number, row: number): RejectedRecord => {
    const columns = this.merge.batch.inputs[input]
    const partition = columns.partition[row]
    const offset = columns.offset[row]
    for (const { at, slices } of this.feeds) {
      if (at.input !== input || at.partition !== partition) continue
      for (const { batch, from, to } of slices) {
        for (let i = from; i < to; i++) if (batch.offsets[i] === offset) return recordAt(batch, i)
      }
    }
    throw new Error(`no record at partition ${partition}, offset ${offset}`) // a row without a record: a defect of the merge
  }
}

async function readerOf(log: Log, { topic, partition }: TaskPartition, offset: number) {
  return log.reader([{ topic, partition, offset }])
}

/** Waits before something that could not be reached is asked again; false when asking again can't help. */
async function stall({ clock, onTrouble }: TaskOptions, error: unknown): Promise<boolean> {
  if (!(error instanceof MillraceError) || !error.retryable) return false
  onTrouble?.(error)
  await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve))
  return true
}

/** Looks up a batch's writer schemas, and reads its arrivals where those are a field. */
function preparation(options: TaskOptions, input: number, schemas: SchemaBook, decoder: EventDecoder) {
  const { arrival, fields, format } = options.graph.inputs[input]
  const columns = new InputColumns(fields)
  return async (batch: RecordBatch): Promise<Float64Array> => {
    if (format === 'avro') await schemas.prepare(batch, input)
    if (arrival < 0) return batch.timestamps
    columns.clear()
    decoder.decode(batch, 0, batch.count, columns)
    const values = (columns.fields[arrival] as NumberColumn).values.slice(0, batch.count)
    for (let i = 0; i < batch.count; i++) {
      if (columns.status[i] !== 0 || !(values[i] >= timeRange.earliestMs)) values[i] = batch.timestamps[i]
    }
    return values
  }
}

function recordAt(batch: RecordBatch, i: number): RejectedRecord {
  const { bytes, keyStarts, keyEnds, valueStarts, valueEnds } = batch
  return {
    topic: batch.topic,
    partition: batch.partition,
    offset: batch.offsets[i],
    timestamp: batch.timestamps[i],
    key: keyStarts[i] < 0 ? null : bytes.subarray(keyStarts[i], keyEnds[i]),
    value: valueStarts[i] < 0 ? null : bytes.subarray(valueStarts[i], valueEnds[i]),
    headers: batch.headers?.get(i) ?? [],
  }
}
