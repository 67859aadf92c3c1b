import type { Clock } from '../log/clock.ts'
import type { LogReader } from '../log/log.ts'
import type { RecordBatch } from '../log/record-batch.ts'

/** One partition that a task reads. */
export interface TaskPartition {
  /** Index into the graph's inputs. */
  readonly input: number
  readonly topic: string
  readonly partition: number
}

/** `topic/partition`, as the journal has it. */
export function partitionName({ topic, partition }: Pick<TaskPartition, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`
}

/** Records of one batch that belong to the micro-batch being made: `from ... to - 1`. */
export interface Slice {
  readonly batch: RecordBatch
  readonly from: number
  to: number
}

export interface FeedOptions {
  readonly at: TaskPartition
  readonly reader: LogReader
  readonly clock: Clock
  readonly offset: number
  /** Called when there may be something new: data, the end of a poll, a failure. */
  readonly onChange: () => void
  /** Makes a batch ready to be decoded (looks up its writer schemas); gives its arrivals where those are a field, else its timestamps. */
  readonly prepare: (batch: RecordBatch) => Promise<Float64Array> | Float64Array
  /** Told why a batch can't be made ready; true, when it is time to try again, where that can help. */
  readonly onStall?: (error: unknown) => Promise<boolean>
  /** Whether what the reader gives is checked to go on where it ended before; only the simulator says no. */
  readonly contiguous?: boolean
}

interface QueuedBatch {
  readonly batch: RecordBatch
  readonly arrivals: Float64Array
}

const POLL_BYTES = 512 * 1024
const CREDIT_BYTES = 4 * 1024 * 1024 // what one partition may hold in memory before it is read no further
const WAIT_MS = 1000

/**
 * One partition's records on their way to the merge: polls ahead up to a credit of bytes, keeps batches in order, and
 * knows whether it has caught up with the log as of its last completed poll.
 */
export class PartitionFeed {
  readonly at: TaskPartition
  /** What was taken since `beginBatch`, in order, and each record's arrival. */
  readonly slices: Slice[] = []
  arrivals = new Float64Array(1024)
  taken = 0
  /** Offset after the latest record taken. */
  position: number
  /** Arrival of the latest record taken, ms: later ones never lie before it. */
  arrival = Number.NEGATIVE_INFINITY
  /** When the latest completed poll was answered, by the clock, ms: what `caughtUp` says is as old as that. */
  polledMs = Number.NEGATIVE_INFINITY
  private readonly options: FeedOptions
  private readonly queue: QueuedBatch[] = []
  private index = 0
  private bytes = 0
  /** As of the last completed poll, once its batches are in the queue: a poll under way moves the reader ahead of it. */
  private readTo: number
  /** Offset after the latest record that was put into the queue, or after what is known to hold none. */
  private expected: number
  /** A gap that the log is asked about a second time: offset after it. */
  private suspected = -1
  private readableEnd = Number.POSITIVE_INFINITY
  private polling = false
  private closed = false
  private failure: unknown

  constructor(options: FeedOptions) {
    this.options = options
    this.at = options.at
    this.position = options.offset
    this.readTo = options.offset
    this.expected = options.offset
  }

  /** True when a record is here to be taken. */
  get ready(): boolean {
    return this.queue.length > 0
  }

  /** Offset of the next record; only when `ready`. */
  get nextOffset(): number {
    return this.queue[0].batch.offsets[this.index]
  }

  /** When the next record arrived; only when `ready`. */
  get nextArrival(): number {
    const arrival = this.queue[0].arrivals[this.index]
    return arrival > this.arrival ? arrival : this.arrival
  }

  /** True when nothing below `offset` is left to take. */
  reached(offset: number): boolean {
    if (this.queue.length > 0) return this.queue[0].batch.offsets[this.index] >= offset
    return this.position >= offset || this.readTo >= offset
  }

  /** True when the log holds nothing that has not been taken, as of the last completed poll: it need not be waited for. */
  get caughtUp(): boolean {
    return this.queue.length === 0 && this.readTo >= this.readableEnd
  }

  /** Records that are readable and not yet taken, as far as is known. */
  get lag(): number {
    return Number.isFinite(this.readableEnd) ? Math.max(0, this.readableEnd - this.position) : 0
  }

  /** Starts a poll unless one is under way or the credit is used up. Throws what an earlier poll threw. */
  fill(): void {
    if (this.failure !== undefined) throw this.failure
    if (!this.polling && !this.closed && this.bytes < CREDIT_BYTES) void this.poll()
  }

  /** Everything below `offset` was taken: what lies between the latest record and there holds none. */
  passTo(offset: number): void {
    if (offset > this.position) this.position = offset
  }

  /** A new micro-batch begins. */
  beginBatch(): void {
    this.slices.length = 0
    this.taken = 0
  }

  /** Takes the next record, and gives its bytes; only when `ready`. */
  take(): number {
    const { batch, arrivals } = this.queue[0]
    const { index } = this
    const last = this.slices[this.slices.length - 1]
    if (last !== undefined && last.batch === batch) last.to = index + 1
    else this.slices.push({ batch, from: index, to: index + 1 })
    if (arrivals[index] > this.arrival) this.arrival = arrivals[index]
    if (this.taken === this.arrivals.length) this.growArrivals()
    this.arrivals[this.taken++] = this.arrival
    const bytes = batch.valueEnds[index] - batch.valueStarts[index]
    this.position = batch.offsets[index] + 1
    this.index = index + 1
    if (this.index < batch.count) return bytes
    this.queue.shift()
    this.bytes -= batch.bytes.length
    this.index = 0
    this.position = batch.next
    return bytes
  }

  async close(): Promise<void> {
    this.closed = true
    await this.options.reader.close()
  }

  private async poll(): Promise<void> {
    this.polling = true
    const { reader, clock, onChange } = this.options
    try {
      const batches = await reader.poll(POLL_BYTES, WAIT_MS)
      const answeredMs = clock.now()
      let whole = true
      for (const batch of batches) {
        if (batch.count === 0) continue
        const first = this.options.contiguous === false ? 0 : this.firstNew(batch)
        if (first < 0) {
          whole = false
          break
        }
        if (first === batch.count) continue
        const ready = await this.prepared(batch)
        this.queue.push(
          first === 0 ? { batch, arrivals: ready } : { batch: tailOf(batch, first), arrivals: ready.subarray(first) },
        )
        this.bytes += batch.bytes.length
        this.expected = batch.next
      }
      if (whole) {
        this.readTo =
          this.options.contiguous === false ? reader.position(0) : Math.max(this.expected, reader.position(0))
        this.expected = this.readTo
        this.readableEnd = reader.readableEnd(0)
        this.polledMs = answeredMs
      } else reader.seek(0, this.expected)
    } catch (error) {
      if (!this.closed) this.failure = error
    }
    this.polling = false
    onChange()
  }

  /** Arrivals of a batch that can be decoded; while something outside cannot be reached, the partition stands still. */
  private async prepared(batch: RecordBatch): Promise<Float64Array> {
    const { prepare, onStall } = this.options
    for (;;) {
      try {
        return await prepare(batch)
      } catch (error) {
        if (this.closed || !(await onStall?.(error))) throw error
      }
    }
  }

  /**
   * The first record of a batch that was not in the queue before; its count when all were. A batch that begins beyond
   * what is expected may leave a legitimate gap (aborted records, markers) or be stale, fetched by a reader before: -1
   * then, the first time, and whatever the log says when asked again from there is so.
   */
  private firstNew(batch: RecordBatch): number {
    const { offsets, count } = batch
    let first = 0
    while (first < count && offsets[first] < this.expected) first++
    if (first === count || offsets[first] === this.expected || offsets[first] === this.suspected) return first
    this.suspected = offsets[first]
    return -1
  }

  private growArrivals(): void {
    const grown = new Float64Array(this.arrivals.length * 2)
    grown.set(this.arrivals)
    this.arrivals = grown
  }
}

/** The records of a batch from `first` on. */
function tailOf(batch: RecordBatch, first: number): RecordBatch {
  const { headers } = batch
  return {
    ...batch,
    count: batch.count - first,
    offsets: batch.offsets.subarray(first),
    timestamps: batch.timestamps.subarray(first),
    keyStarts: batch.keyStarts.subarray(first),
    keyEnds: batch.keyEnds.subarray(first),
    valueStarts: batch.valueStarts.subarray(first),
    valueEnds: batch.valueEnds.subarray(first),
    headers: headers && new Map([...headers].filter(([i]) => i >= first).map(([i, header]) => [i - first, header])),
  }
}
