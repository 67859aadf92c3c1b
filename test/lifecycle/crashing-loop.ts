import { setImmediate as nextTurn } from 'node:timers/promises'
import { CommandWriter } from '../../src/api/command-writer.ts'
import type { StreamCommand } from '../../src/api/stream-view.ts'
import { publishedSchemas } from '../../src/codec/published-schemas.ts'
import { Retrainer } from '../../src/lifecycle/retrainer.ts'
import { MemoryBroker } from '../../src/log/memory-broker.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { endOf, type JournalRecord } from '../../src/task/journal-record.ts'
import { startTask } from '../../src/task/start-task.ts'
import type { Task } from '../../src/task/task.ts'
import { type Execution, executeJournal } from '../../src/testing/execute-journal.ts'
import { JournalHistory } from '../../src/testing/journal-history.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { MemoryProcess } from '../../src/testing/memory-process.ts'
import { readOutputs, type StreamOutputs } from '../../src/testing/read-outputs.ts'
import type { StreamHarness } from '../../src/testing/stream-harness.ts'
import { partitionBatches } from '../../src/testing/partition-batches.ts'
import { recordText } from '../../src/testing/record-text.ts'

const OWN = ['predictions', 'signals', 'models', 'dead-letters']

/** A command, and how many calls of the task to the outside after it the process dies; undefined: it does not. */
export interface CommandAtRow {
  readonly row: number
  readonly command: StreamCommand
  readonly diesAfter: number | undefined
}

/**
 * A task with its retrainer over a log in memory, commanded by its control topic, whose process dies now and then as if
 * by kill -9, and is started again on what is left: log and blobs.
 */
export class CrashingLoop {
  /** The calls at which the process died. */
  readonly deaths: string[] = []
  readonly clock = new ManualClock()
  readonly broker = new MemoryBroker({ clock: this.clock })
  readonly history: JournalHistory
  private readonly harness: StreamHarness
  private readonly log = new MemoryLog({ broker: this.broker })
  private readonly blobs = new Map<string, Uint8Array>()
  /** All model files that there ever were, also those that have been collected. */
  private readonly archive = new Map<string, Uint8Array>()
  private readonly commands: CommandAtRow[]
  private readonly random: SeededRandom
  private process: MemoryProcess | undefined
  private callsLeft: number | undefined
  private writing = false
  private commanded = 0
  private rows = 0
  private busy = 0

  constructor(harness: StreamHarness, commands: readonly CommandAtRow[], seed: number) {
    this.harness = harness
    this.commands = [...commands]
    this.random = new SeededRandom(seed)
    this.history = new JournalHistory(this.log, `${harness.graph.name}.journal`)
  }

  /** Runs until all records are taken and all commands carried out; gives the task that ended it. */
  async run(records: Readonly<Record<string, readonly object[]>>): Promise<Task> {
    const { harness, log, clock } = this
    for (const topic of harness.topics) await log.createTopic(topic, { partitions: 2 })
    await log.append((await harness.encode(harness.timed(records), 2)).filter(({ count }) => count > 0))
    const progress = { ended: false }
    const tasks = this.tasks().finally(() => {
      progress.ended = true
    })
    tasks.catch(() => {}) // it is awaited below
    while (!progress.ended) {
      const before = this.busy
      await nextTurn()
      if (!progress.ended && this.busy === before) clock.advanceToNext()
    }
    return tasks
  }

  outputs(): Promise<StreamOutputs> {
    return readOutputs(this.log, this.harness.graph.name)
  }

  /** What the committed journal gives when it is computed straight, without anything going wrong. */
  undisturbed(): Promise<Execution> {
    const blobs = new MemoryBlobStore(new Map([...this.archive, ...this.blobs]))
    return executeJournal(this.harness, this.broker, this.history.records, blobs)
  }

  /** The model files that are left, by name. */
  modelFiles(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.blobs].filter(([name]) => name.endsWith('.model')))
  }

  /** Every record that was published, as text, by `topic/partition`. */
  async published(): Promise<Map<string, string[]>> {
    const published = new Map<string, string[]>()
    for (const { name, partitions } of await this.log.topics()) {
      if (!OWN.some((own) => name === `${this.harness.graph.name}.${own}`)) continue
      for (let partition = 0; partition < partitions; partition++) {
        const batches = await partitionBatches(this.log, { topic: name, partition })
        const texts = batches.flatMap((batch) => Array.from({ length: batch.count }, (_, i) => recordText(batch, i)))
        if (texts.length > 0) published.set(`${name}/${partition}`, texts)
      }
    }
    return published
  }

  private async tasks(): Promise<Task> {
    for (;;) {
      const task = await this.oneProcess()
      if (task !== undefined) return task
    }
  }

  /** Runs a process until it dies (then undefined) or has nothing left to do. */
  private async oneProcess(): Promise<Task | undefined> {
    const process = new MemoryProcess(
      this.broker,
      this.blobs,
      this.clock,
      () => this.turn(),
      (phase, call) => this.interfere(`${phase} ${call}`),
    )
    this.process = process
    this.callsLeft = undefined
    const own: { task?: Task; retrainer?: Retrainer } = {}
    const started = startTask({
      application: 'test',
      graph: this.harness.graph,
      task: 0,
      log: process.log,
      blobs: process.blobs,
      registry: this.harness.registry,
      decoder: this.harness.decoder,
      code: 'test',
      clock: process.clock,
      pause: process.pause,
      batchRows: 16,
      commitIntervalMs: 3,
      snapshotDue: (rows) => rows >= 300,
      keepModels: 2,
      onCommit: (record) => {
        if (own.task === undefined) return
        own.retrainer?.attend(own.task.recovered.state.learning)
        this.committed(own.task, record)
      },
    })
    const task = await Promise.race([started, process.killed.then(() => undefined)])
    if (task === undefined) return undefined
    own.task = task
    const onDecision = (decision: Parameters<Task['decide']>[0]): void => task.decide(decision)
    own.retrainer = new Retrainer({ blobs: process.blobs, inline: true, onDecision })
    own.retrainer.attend(task.recovered.state.learning)
    this.committed(task, task.committed) // the process before may have died before it saw its last commit
    const running = task.run().then(() => task)
    return Promise.race([running, process.killed.then(() => undefined)])
  }

  private committed(task: Task, record: JournalRecord): void {
    const taken = endOf(record).reduce((sum, offset) => sum + offset, 0)
    this.rows = Math.max(this.rows, taken)
    const [next] = this.commands
    if (next !== undefined && this.rows >= next.row && !this.writing) {
      this.writing = true
      void this.write(next)
    }
    if (this.commands.length === 0 && this.isTaken(record) && task.recovered.state.control.position >= this.commanded)
      task.stop()
  }

  /** Somebody else's process commands. */
  private async write({ command, diesAfter }: CommandAtRow): Promise<void> {
    const { name } = this.harness.graph
    const schema = (await publishedSchemas())['control-command']
    await new CommandWriter(name, schema, this.log, this.harness.registry).write(command, this.clock.now())
    this.commanded++
    this.callsLeft = diesAfter
    this.commands.shift()
    this.writing = false
  }

  /** What the process asks of the outside is counted down to its death. */
  private async interfere(point: string): Promise<void> {
    this.busy++
    if (point === 'after commit') await this.history.collect() // before anything is trimmed
    for (const [name, bytes] of this.modelFiles()) this.archive.set(name, bytes)
    if (this.callsLeft === undefined || this.callsLeft-- > 0) return
    this.callsLeft = undefined
    this.deaths.push(point)
    this.process?.kill()
  }

  private turn(): Promise<void> {
    this.clock.advance(1 + this.random.nextInt(3))
    return nextTurn()
  }

  private isTaken(record: JournalRecord): boolean {
    const ends = endOf(record)
    let index = 0
    for (const topic of this.harness.topics.toSorted()) {
      for (const partition of this.broker.partitions.get(topic) ?? []) {
        if (ends[index++] < this.broker.bounds(partition).readableEnd) return false
      }
    }
    return true
  }
}
