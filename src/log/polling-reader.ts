import { MillraceError } from '../errors.ts'
import type { Clock } from './clock.ts'
import type { LogReader, TopicPartition } from './log.ts'
import { logErrors } from './log-errors.ts'
import type { RecordBatch } from './record-batch.ts'
import { batchOfSlices, type ChunkSlice, type RecordChunk, recordSize } from './record-chunk.ts'
import type { WakeUp } from './wake-up.ts'

export interface StoredChunk {
  readonly base: number
  readonly chunk: RecordChunk
}

/** What a driver tells of one partition, synchronously. */
export interface PartitionSource {
  bounds(): { readonly start: number; readonly readableEnd: number }
  /** The first readable chunk with records at `offset` or beyond; undefined when only control and aborted records are left. */
  chunkAt(offset: number): StoredChunk | undefined
}

export interface ReaderSurroundings {
  readonly clock: Clock
  readonly wakeUp: WakeUp
  /** Throws when the log is closed. */
  ensureOpen(): void
  closed(): boolean
  /** How often to look again while nobody wakes: for writers in other processes. */
  readonly recheckMs?: number
}

/** Chunks smaller than this travel merged; larger ones are handed on without a copy. */
const mergeBelowBytes = 64 * 1024

/** Reads partitions whose chunks are at hand synchronously: the reader of the embedded and the in-memory log. */
export class PollingReader implements LogReader {
  readonly #places: readonly TopicPartition[]
  readonly #sources: readonly PartitionSource[]
  readonly #around: ReaderSurroundings
  readonly #positions: number[]
  readonly #ends: number[]
  readonly #paused: boolean[]
  readonly #current: (StoredChunk | undefined)[]
  #first = 0
  #polling = false
  #closed = false
  #cancelSleep: (() => void) | undefined

  constructor(
    from: readonly (TopicPartition & { readonly offset: number })[],
    sources: readonly PartitionSource[],
    around: ReaderSurroundings,
  ) {
    this.#places = from
    this.#sources = sources
    this.#around = around
    this.#positions = from.map(({ offset }) => offset)
    this.#ends = from.map(() => 0)
    this.#paused = from.map(() => false)
    this.#current = from.map(() => undefined)
  }

  async poll(maxBytes: number, maxWaitMs: number): Promise<readonly RecordBatch[]> {
    if (this.#polling) {
      const remedy = 'Await each poll before the next'
      throw new MillraceError('MILLRACE_LOG_CONCURRENT_CALL', 'log reader', 'a poll is under way', remedy)
    }
    this.#ensureOpen()
    this.#polling = true
    try {
      const { clock, recheckMs } = this.#around
      const deadline = clock.now() + maxWaitMs
      for (;;) {
        const before = this.#positions.slice()
        const batches = this.#collect(maxBytes)
        const left = deadline - clock.now()
        if (batches.length > 0 || left <= 0 || before.some((position, i) => position !== this.#positions[i]))
          return batches
        await this.#around.wakeUp.sleep(Math.min(left, recheckMs ?? left), (cancel) => {
          this.#cancelSleep = cancel
        })
        this.#cancelSleep = undefined
        if (this.#closed || this.#around.closed()) return []
      }
    } finally {
      this.#polling = false
    }
  }

  position(index: number): number {
    return this.#positions[this.#checked(index)]
  }

  readableEnd(index: number): number {
    return this.#ends[this.#checked(index)]
  }

  seek(index: number, offset: number): void {
    this.#positions[this.#checked(index)] = offset
    this.#cancelSleep?.()
  }

  pause(index: number): void {
    this.#paused[this.#checked(index)] = true
  }

  resume(index: number): void {
    this.#paused[this.#checked(index)] = false
    this.#cancelSleep?.()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#current.fill(undefined)
    this.#cancelSleep?.()
  }

  /** All that is ready now; positions move only when nothing threw. */
  #collect(maxBytes: number): RecordBatch[] {
    const places = this.#places.length
    const ends = this.#sources.map((source, index) => this.#readableEndOf(source, index))
    const positions = this.#positions.slice()
    const batches: RecordBatch[] = []
    let budget = Math.max(1, maxBytes)
    let first = this.#first
    for (let step = 0; step < places; step++) {
      const index = (this.#first + step) % places
      if (this.#paused[index] || positions[index] >= ends[index]) continue
      if (budget <= 0) break
      first = (index + 1) % places
      budget = this.#take(index, positions, ends[index], budget, batches)
    }
    for (let index = 0; index < places; index++) {
      this.#positions[index] = positions[index]
      this.#ends[index] = ends[index]
    }
    this.#first = first
    return batches
  }

  /** Takes records of one partition until the budget is spent; gives what is left of the budget. */
  #take(index: number, positions: number[], end: number, budget: number, batches: RecordBatch[]): number {
    const { topic, partition } = this.#places[index]
    let small: ChunkSlice[] = []
    let left = budget
    const flush = () => {
      if (small.length > 0) batches.push(batchOfSlices(topic, partition, small, positions[index]))
      small = []
    }
    while (positions[index] < end && left > 0) {
      const stored = this.#chunkAt(index, positions[index])
      if (!stored) {
        positions[index] = end
        break
      }
      const from = Math.max(0, positions[index] - stored.base)
      const always = batches.length === 0 && small.length === 0
      const { to, size } = fitting(stored.chunk, from, left, always)
      if (to === from) {
        left = 0
        break
      }
      left -= size
      if (size >= mergeBelowBytes) flush()
      small.push({ chunk: stored.chunk, base: stored.base, from, to })
      positions[index] = stored.base + to
      if (to === stored.chunk.count) {
        this.#current[index] = undefined
        // Whatever control records follow belongs to this batch: a caller is then caught up in one poll.
        if (positions[index] < end && !this.#chunkAt(index, positions[index])) positions[index] = end
      }
      if (size >= mergeBelowBytes) flush()
    }
    flush()
    return left
  }

  #chunkAt(index: number, offset: number): StoredChunk | undefined {
    const current = this.#current[index]
    if (current && offset >= current.base && offset < current.base + current.chunk.count) return current
    const stored = this.#sources[index].chunkAt(offset)
    this.#current[index] = stored
    return stored
  }

  #readableEndOf(source: PartitionSource, index: number): number {
    const { start, readableEnd } = source.bounds()
    const position = this.#positions[index]
    if (position >= start && position <= readableEnd) return readableEnd
    const { topic, partition } = this.#places[index]
    const wrong =
      position < start
        ? `offset ${position} was to be read, but records before ${start} have been deleted`
        : `offset ${position} was to be read, but the partition ends at ${readableEnd}`
    throw logErrors.outOfRange(topic, partition, wrong)
  }

  #ensureOpen(): void {
    this.#around.ensureOpen()
    if (this.#closed) {
      throw new MillraceError('MILLRACE_LOG_CLOSED', 'log reader', 'it has been closed', 'Make a new reader')
    }
  }

  #checked(index: number): number {
    if (index in this.#positions) return index
    const wrong = `there is no partition of index ${index}`
    throw new MillraceError('MILLRACE_LOG_PARAMETER', 'log reader', wrong, 'Use the index into what it was made from')
  }
}

/** How far records from `from` on fit into `budget` bytes, and what they take of it. */
function fitting(chunk: RecordChunk, from: number, budget: number, always: boolean): { to: number; size: number } {
  const whole = chunk.bytes.length + 16 * chunk.count
  if (from === 0 && whole <= budget) return { to: chunk.count, size: whole }
  let to = from
  let size = 0
  while (to < chunk.count) {
    const more = recordSize(chunk, to)
    if (size + more > budget && !(always && to === from)) break
    size += more
    to++
  }
  return { to, size }
}
