import type { EventDecoder } from '../codec/event-decoder.ts'
import { BatchBuilder } from '../operators/batch-builder.ts'
import type { Batch } from '../stream/batch.ts'
import type { Graph } from '../stream/graph.ts'
import type { PartitionFeed } from './partition-feed.ts'

/**
 * Why a micro-batch ended: it is full; every partition has reached its bound; one must be waited for; or the next record
 * lies before one already taken, so that a new segment begins with it.
 */
export type MergeStop = 'full' | 'bounds' | 'wait' | 'segment'

/**
 * The order of a task's inputs: a merge by arrival, ties by the order of the feeds. A partition that may still have
 * earlier records is waited for; live, one that has caught up with the log is not.
 */
export class InputMerge {
  readonly feeds: readonly PartitionFeed[]
  private readonly decoders: readonly EventDecoder[]
  private readonly builder: BatchBuilder
  private readonly rowLimit: number
  private readonly waits: boolean
  private readonly order: Int32Array
  private readonly next: Int32Array
  private lastArrival = Number.NEGATIVE_INFINITY
  private lastFeed = -1

  /** `waits`: whether partitions that lag are waited for; only the simulator says no. */
  constructor(
    graph: Graph,
    feeds: readonly PartitionFeed[],
    decoders: readonly EventDecoder[],
    rowLimit: number,
    waits = true,
  ) {
    this.feeds = feeds
    this.decoders = decoders
    this.rowLimit = rowLimit
    this.waits = waits
    this.builder = new BatchBuilder(graph, rowLimit)
    this.order = new Int32Array(rowLimit)
    this.next = new Int32Array(feeds.length)
  }

  get batch(): Batch {
    return this.builder.batch
  }

  /** A new segment begins: any record may come first. */
  beginSegment(): void {
    this.lastArrival = Number.NEGATIVE_INFINITY
    this.lastFeed = -1
  }

  /** Fills `batch` with the next records in order, each partition up to its bound (`to`: offsets; Infinity when live). */
  fill(to: ArrayLike<number>, live: boolean, most = Number.POSITIVE_INFINITY): MergeStop {
    const { feeds, order } = this
    const rowLimit = Math.min(most, this.rowLimit)
    for (const feed of feeds) feed.beginBatch()
    let count = 0
    let bytes = 0
    let stop: MergeStop = 'full'
    while (count < rowLimit && bytes < BATCH_BYTES) {
      const feed = this.earliest(to, live)
      if (feed < 0) {
        stop = feed === WAIT ? 'wait' : 'bounds'
        break
      }
      const arrival = feeds[feed].nextArrival
      if (arrival < this.lastArrival || (arrival === this.lastArrival && feed < this.lastFeed)) {
        stop = 'segment'
        break
      }
      this.lastArrival = arrival
      this.lastFeed = feed
      order[count++] = feed
      bytes += feeds[feed].take()
    }
    this.decode(count)
    return stop
  }

  /** The feed whose record `fill` would take first; negative when there is none yet. */
  peek(to: ArrayLike<number>, live: boolean): number {
    return this.earliest(to, live)
  }

  /** The feed whose record is next, or WAIT, or DONE. */
  private earliest(to: ArrayLike<number>, live: boolean): number {
    const { feeds } = this
    let best = DONE
    let least = Number.POSITIVE_INFINITY
    for (let f = 0; f < feeds.length; f++) {
      const feed = feeds[f]
      if (feed.reached(to[f])) continue
      if (!feed.ready) {
        if (!live || (this.waits && !feed.caughtUp)) return WAIT
        if (best === DONE) best = WAIT
        continue
      }
      const arrival = feed.nextArrival
      if (arrival < least) {
        least = arrival
        best = f
      }
    }
    return best
  }

  /** Decodes what was taken, partition by partition, and puts the rows in the order of the merge. */
  private decode(count: number): void {
    const { builder, feeds, order, next } = this
    builder.clear()
    const { batch } = builder
    for (let f = 0; f < feeds.length; f++) {
      const { slices, arrivals, at, taken } = feeds[f]
      const columns = batch.inputs[at.input]
      const first = columns.count
      next[f] = first
      for (const { batch: records, from, to } of slices) {
        if (this.decoders[at.input].decode(records, from, to, columns) < to)
          throw new Error('a writer schema that was defined is unknown')
      }
      for (let i = 0; i < taken; i++) columns.arrival[first + i] = arrivals[i]
    }
    for (let i = 0; i < count; i++) {
      const feed = order[i]
      builder.place(feeds[feed].at.input, next[feed]++)
    }
  }
}

const BATCH_BYTES = 4 * 1024 * 1024 // huge records end a micro-batch early: as dead letters they must fit into a transaction
const DONE = -1
const WAIT = -2
