import { setImmediate as nextTurn } from 'node:timers/promises'
import { MillraceError } from '../errors.ts'
import { MemoryBroker } from '../log/memory-broker.ts'
import { MemoryLog } from '../log/memory-log.ts'
import type { Counter } from '../operators/learning-state.ts'
import { SeededRandom } from '../stats/seeded-random.ts'
import type { Stream } from '../stream/define-stream.ts'
import { endOf } from '../task/journal-record.ts'
import { startTask } from '../task/start-task.ts'
import type { Task } from '../task/task.ts'
import { isTaken } from './is-taken.ts'
import { ManualClock } from './manual-clock.ts'
import { MemoryProcess } from './memory-process.ts'
import { readOutputs, type StreamOutputs } from './read-outputs.ts'
import { partDigests, stateDigest } from './state-digest.ts'
import { type Arrivals, type SchemaSource, type Simulated, StreamHarness, type TimedRecord } from './stream-harness.ts'

export interface SimulateOptions<N = unknown> {
  /** The folder of the event schemas, or what `readSchemas` gave. Default `./schemas`. */
  readonly schemas?: SchemaSource
  /** After so many committed transactions the task is thrown away as if its process had died, and started anew; several are counted from the first start. */
  readonly crashAfter?: number | readonly number[]
  /** Rows in a micro-batch at the most. Never changes a result. Default 64. */
  readonly batchRows?: number
  /** Rows in a transaction, about. Never changes a result. Default: a sixteenth of the records. */
  readonly commitEvery?: number
  /** Cuts transactions at places that follow from it, instead of evenly. Never changes a result. */
  readonly seed?: number
  /** Partitions of each input topic; records are dealt by their keys. Default 1. */
  readonly partitions?: number
  /** When a record of an input could first be known, ms. Default: the input's arrival field, else its time field. */
  readonly arrivals?: Arrivals<N>
  /** What the clock says at the beginning, ms since 1970. Never changes a result. */
  readonly nowMs?: number
}

/** What a task held at the end. */
export interface SimulatedState {
  /** SHA-256 over every byte of it, models included: equal states have equal digests. */
  readonly digest: string
  /** The digest of each part, by its path in the stream. */
  readonly parts: Readonly<Record<string, string>>
  readonly count: (counter: Counter) => number
}

/** What a stream made of its records. */
export interface SimulationResult extends StreamOutputs {
  readonly state: SimulatedState
  /** Transactions committed, and how often the task was started. */
  readonly transactions: number
  readonly starts: number
}

const ROWS = 64
const CUTS = 16

/**
 * Runs a stream over records through the real task engine (codec, journal, transactions, snapshots, recovery) on a log in
 * memory, with a clock of its own, and gives what it published, decoded, in the order of its sequence numbers. Records are
 * merged by arrival, whatever order they are given in. Throws what the stream throws, and MILLRACE_TESTING_CRASH when
 * there were fewer transactions than `crashAfter` says.
 */
export async function simulate<N>(
  stream: Stream<N>,
  records: Simulated<N>,
  options: SimulateOptions<N> = {},
): Promise<SimulationResult> {
  const harness = await StreamHarness.of(stream, options.schemas)
  return simulateTimed(harness, harness.timed(records, options.arrivals), options as SimulateOptions)
}

/** `simulate` for a stream that is already built, and records in the order of arrival. */
export async function simulateTimed(
  harness: StreamHarness,
  timed: readonly TimedRecord[],
  options: SimulateOptions = {},
): Promise<SimulationResult> {
  const clock = new ManualClock(options.nowMs)
  const broker = new MemoryBroker({ clock })
  const log = new MemoryLog({ broker })
  for (const topic of harness.topics) await log.createTopic(topic, { partitions: options.partitions ?? 1 })
  await log.append((await harness.encode(timed, options.partitions)).filter(({ count }) => count > 0))
  const run = new SimulatedRun(harness, broker, clock, timed.length, options)
  const task = await run.toTheEnd()
  const { learning } = task.recovered.state
  const parts = learning.parts()
  return {
    ...(await readOutputs(log, harness.graph.name)),
    state: {
      digest: stateDigest(parts),
      parts: Object.fromEntries(partDigests(parts).map(({ path, digest }) => [path, digest])),
      count: (counter) => learning.count(counter),
    },
    transactions: run.transactions,
    starts: run.starts,
  }
}

/** One task after the other over the same log, until all of it is taken and committed. */
class SimulatedRun {
  transactions = 0
  starts = 0
  private readonly harness: StreamHarness
  private readonly broker: MemoryBroker
  private readonly clock: ManualClock
  private readonly options: SimulateOptions
  private readonly blobs = new Map<string, Uint8Array>()
  private readonly crashes: number[]
  private readonly commitEvery: number
  private readonly random: SeededRandom | undefined
  private activity = 0

  constructor(
    harness: StreamHarness,
    broker: MemoryBroker,
    clock: ManualClock,
    records: number,
    options: SimulateOptions,
  ) {
    this.harness = harness
    this.broker = broker
    this.clock = clock
    this.options = options
    this.commitEvery = Math.max(1, options.commitEvery ?? Math.ceil(records / CUTS))
    this.crashes = [options.crashAfter ?? []].flat().sort((a, b) => a - b)
    this.random = options.seed === undefined ? undefined : new SeededRandom(options.seed)
  }

  /** The task that took the last record, stopped cleanly. */
  async toTheEnd(): Promise<Task> {
    const run = { isOver: false }
    const tasks = this.tasks().finally(() => {
      run.isOver = true
    })
    tasks.catch(() => {}) // it is awaited below
    while (!run.isOver) {
      const before = this.activity
      await nextTurn()
      if (!run.isOver && this.activity === before) this.clock.advanceToNext()
    }
    const task = await tasks
    if (this.crashes.length === 0) return task
    throw new MillraceError(
      'MILLRACE_TESTING_CRASH',
      `simulation of stream '${this.harness.graph.name}'`,
      `it was to crash after transaction ${this.crashes[0]}, and there were ${this.transactions}`,
      'Give more records, a smaller commitEvery, or a smaller crashAfter',
    )
  }

  private async tasks(): Promise<Task> {
    for (;;) {
      const task = await this.oneTask()
      if (task !== undefined) return task
    }
  }

  /** Runs a task until it has taken everything, or until it is killed: then undefined. */
  private async oneTask(): Promise<Task | undefined> {
    this.starts++
    const process = new MemoryProcess(
      this.broker,
      this.blobs,
      this.clock,
      () => this.turn(),
      () => {
        this.activity++
      },
    )
    const running: { task?: Task } = {}
    const onCommit = (record: Parameters<typeof endOf>[0]): void => {
      this.transactions++
      if (this.transactions === this.crashes[0]) {
        this.crashes.shift()
        process.kill()
      } else if (isTaken(this.broker, this.harness, endOf(record))) running.task?.stop()
    }
    const { harness, commitEvery } = this
    const batchRows = Math.min(this.options.batchRows ?? ROWS, commitEvery)
    const started = startTask({
      ...harness.taskOptions(process),
      batchRows,
      commitIntervalMs: Math.ceil(commitEvery / batchRows) - 1,
      snapshotDue: (rows) => rows >= commitEvery * 4,
      onCommit,
    })
    const task = await Promise.race([started, process.killed.then(() => undefined)])
    if (task === undefined) return undefined
    running.task = task
    if (isTaken(this.broker, this.harness, endOf(task.committed))) task.stop()
    const ended = task.run().then(() => task)
    return Promise.race([ended, process.killed.then(() => undefined)])
  }

  /** A micro-batch takes one millisecond, or as long as the seed says. */
  private turn(): Promise<void> {
    this.clock.advance(this.random === undefined ? 1 : this.random.nextInt(4))
    return nextTurn()
  }
}
