import { setImmediate as nextTurn } from 'node:timers/promises'
import { MillraceError } from '../errors.ts'
import { MemoryBroker } from '../log/memory-broker.ts'
import { MemoryLog } from '../log/memory-log.ts'
import type { RecordBatch } from '../log/record-batch.ts'
import type { SeededRandom } from '../stats/seeded-random.ts'
import { endOf } from '../task/journal-record.ts'
import type { TaskOptions } from '../task/task-options.ts'
import type { FaultPlan } from './fault-plan.ts'
import { faultPoint, faultPoints } from './fault-points.ts'
import { failureAt } from './failure-at.ts'
import { isTaken } from './is-taken.ts'
import { JournalHistory } from './journal-history.ts'
import { corruptBlob } from './corrupt-blob.ts'
import { ManualClock } from './manual-clock.ts'
import { MemoryProcess, type OutsideCall } from './memory-process.ts'
import { mutateRecord } from './mutate-record.ts'
import type { SimulationOptions, SimulationReport } from './run-simulation.ts'
import { type Parked, Scheduler } from './scheduler.ts'
import { SimulatedInputs } from './simulated-inputs.ts'
import { SimulatedLog } from './simulated-log.ts'
import { SimulatedOwner } from './simulated-owner.ts'
import { simulationVerdict } from './simulation-verdict.ts'
import { trimPartition } from './trim-partition.ts'
import type { StreamHarness } from './stream-harness.ts'

const MOST_STEPS = 50_000 // a run that takes longer is stuck
const MOST_OWNERS = 3

/** Everything around the task: log, blobs, time, producers, processes, and who has the task. */
export class SimulatedWorld {
  readonly harness: StreamHarness
  readonly broker: MemoryBroker
  readonly clock = new ManualClock()
  readonly history: JournalHistory
  readonly plan: FaultPlan
  readonly owners: SimulatedOwner[] = []
  /** What puts storage back as it was, for the verdict. */
  readonly undo: (() => void)[] = []
  readonly faults: Record<string, number> = {}
  readonly blobs = new Map<string, Uint8Array>()
  private readonly seed: number
  private readonly random: SeededRandom
  private readonly options: SimulationOptions
  private readonly log: MemoryLog
  private readonly inputs: SimulatedInputs
  private readonly scheduler: Scheduler
  private readonly crashes: string[] = []
  private readonly visits = new Map<string, number>()
  private readonly given: RecordBatch[] = []
  private steps = 0
  private digest = 0
  private failure: string | undefined
  private isHealing = false

  constructor(
    harness: StreamHarness,
    seed: number,
    random: SeededRandom,
    plan: FaultPlan,
    options: SimulationOptions,
    batches: ConstructorParameters<typeof SimulatedInputs>[2],
  ) {
    this.harness = harness
    this.seed = seed
    this.random = random
    this.plan = plan
    this.options = options
    this.broker = new MemoryBroker({ clock: this.clock, markers: plan.markers })
    this.log = new MemoryLog({ broker: this.broker })
    this.inputs = new SimulatedInputs(this.log, random, batches)
    this.scheduler = new Scheduler(random)
    this.history = new JournalHistory(this.log, `${harness.graph.name}.journal`)
  }

  get latest(): SimulatedOwner {
    return this.owners[this.owners.length - 1]
  }

  get report(): SimulationReport {
    const { end } = this.latest
    const error = end?.how === 'failed' ? end.error : undefined
    const outcome = error === undefined ? 'ended' : error instanceof MillraceError ? error.code : String(error)
    const { seed, failure, plan, steps, crashes, faults, digest } = this
    const starts = this.owners.reduce((sum, owner) => sum + owner.starts, 0)
    const transactions = this.history.records.length
    return { seed, failure, outcome, plan, steps, starts, transactions, crashes, faults, digest }
  }

  /** Runs until all input is taken, or the task gives up, and judges. */
  async run(): Promise<void> {
    for (const topic of this.harness.topics) await this.log.createTopic(topic, { partitions: this.plan.partitions })
    if (!this.plan.live) await this.inputs.appendAll()
    this.assign()
    for (;;) {
      await nextTurn()
      if (this.isOver) break
      if (++this.steps > MOST_STEPS) {
        this.failure = `no end after ${MOST_STEPS} steps`
        break
      }
      if (this.isHealing) await this.heal()
      else await this.disturb()
      this.advance()
    }
    for (const owner of this.owners) if (owner.isAlive) owner.kill()
    await this.history.collect()
    for (const undo of this.undo.toReversed()) undo()
    this.failure ??= await simulationVerdict(this)
  }

  note(line: string): void {
    for (let i = 0; i < line.length; i++) this.digest = (Math.imul(this.digest, 31) + line.charCodeAt(i)) | 0
    this.options.trace?.(`${this.steps} ${line}`)
  }

  taskOptions(process: MemoryProcess, generation: number): TaskOptions {
    const { harness, plan } = this
    return {
      ...harness.taskOptions(process),
      batchRows: plan.batchRows,
      commitIntervalMs: plan.commitIntervalMs,
      snapshotDue: (rows) => rows >= plan.snapshotRows,
      generation,
      guards: this.options.guards,
      onTrouble: (error) => this.note(`trouble: ${codeOf(error)}`),
    }
  }

  private get isOver(): boolean {
    const { end } = this.latest
    return end?.how === 'stopped' || end?.how === 'failed'
  }

  /** Gives the task to a new process, in a new generation. */
  private assign(): void {
    const generation = this.owners.length + 1
    const turn = (): Promise<void> => Promise.resolve()
    const process: MemoryProcess = new MemoryProcess(
      this.broker,
      this.blobs,
      this.clock,
      turn,
      (phase, call, place) => this.meet(owner, phase, call, place),
      (hooks) =>
        new SimulatedLog({
          broker: this.broker,
          hooks,
          faults: {
            duplicates: () => !this.isHealing && this.chance('duplicate', this.plan.duplicate),
            stale: ({ topic, partition }, offset) => this.staleBatch(topic, partition, offset),
            given: (batch) => this.given.push(batch),
          },
          trimming: async (phase, place) => {
            await process.passes(phase, 'trim', place.topic)
            if (phase === 'before') await this.history.collect()
          },
        }),
    )
    const owner = new SimulatedOwner(generation, process)
    this.owners.push(owner)
    this.note(`generation ${generation} begins`)
    void owner.own(this.taskOptions(process, generation), (error) =>
      this.note(`generation ${generation}: ${codeOf(error)}`),
    )
  }

  private meet(
    owner: SimulatedOwner,
    phase: 'before' | 'after',
    call: OutsideCall,
    place: string,
  ): Promise<void> | undefined {
    if (this.isHealing) return undefined // nothing happens any more, so nobody need be asked who goes on
    return this.scheduler.park(owner, faultPoint(phase, call, place, owner.task === undefined))
  }

  /** One of those who wait goes on, or time does. */
  private advance(): void {
    const parked = this.scheduler.take((owner) => (owner as SimulatedOwner).stalledUntil <= this.steps)
    if (parked === undefined || this.random.next() < 0.02) this.clock.advanceToNext()
    if (parked === undefined) return
    const owner = parked.owner as SimulatedOwner
    const visits = (this.visits.get(parked.point) ?? 0) + 1
    this.visits.set(parked.point, visits)
    const { plan } = this
    const aim = plan.crashAt
    const isAimed =
      aim !== undefined && faultPoints[aim.point % faultPoints.length] === parked.point && aim.nth === visits
    if (!this.isHealing && (isAimed || this.random.next() < plan.crash)) this.kill(owner, parked.point)
    else if (!this.isHealing && this.fails(owner, parked)) this.count('failure')
    else {
      this.note(`${owner.generation} ${parked.point}`)
      parked.resume()
    }
  }

  private fails(owner: SimulatedOwner, parked: Parked): boolean {
    const isZombie = owner !== this.latest
    if (this.random.next() >= this.plan.failure * (isZombie ? 10 : 1)) return false
    const code = failureAt(parked.point)
    if (code === undefined) return false
    this.note(`${owner.generation} ${parked.point} fails: ${code}`)
    parked.fail(new MillraceError(code, 'simulation', 'this call was made to fail', 'Nothing'))
    return true
  }

  private kill(owner: SimulatedOwner, point: string): void {
    this.note(`generation ${owner.generation} dies ${point}`)
    this.count('crash')
    this.crashes.push(point)
    this.scheduler.drop(owner)
    owner.kill()
  }

  private async disturb(): Promise<void> {
    const { plan, random, inputs } = this
    if (plan.live && random.next() < 0.2) await inputs.step(plan.transactions)
    if (this.steps >= plan.steps) {
      this.isHealing = true
      this.note('all heals')
      return
    }
    if (!this.latest.isAlive) {
      if (random.next() < 0.1) this.assign()
      return
    }
    if (this.chance('zombie', plan.zombie) && this.owners.filter(({ isAlive }) => isAlive).length < MOST_OWNERS) {
      this.latest.stalledUntil = this.steps + 10 + random.nextInt(150)
      this.assign()
    }
    if (this.chance('corruption', plan.corruption)) this.note(corruptBlob(this.blobs, random) ?? 'no blob to corrupt')
    if (this.chance('trimming', plan.trimming)) await this.damage(trimPartition)
    if (this.faults.mutation === undefined && random.next() < plan.mutation) await this.damage(mutateRecord)
  }

  /** Storage loses or changes what was committed, and everybody dies: only a new start reads it again. */
  private async damage(fault: typeof trimPartition | typeof mutateRecord): Promise<void> {
    await this.history.collect()
    const done = fault(this.broker, this.harness, this.history.records, this.random)
    if (done === undefined) return
    this.undo.push(done.undo)
    if (fault === mutateRecord) this.count('mutation')
    this.note(done.what)
    for (const owner of this.owners) {
      if (!owner.isAlive) continue
      this.scheduler.drop(owner)
      owner.kill()
    }
  }

  private async heal(): Promise<void> {
    if (!this.inputs.isDone) await this.inputs.appendAll()
    for (const owner of this.owners) owner.stalledUntil = 0
    if (!this.latest.isAlive) {
      this.assign()
      return
    }
    const { task } = this.latest
    if (task !== undefined && isTaken(this.broker, this.harness, endOf(task.committed))) task.stop()
  }

  private staleBatch(topic: string, partition: number, offset: number): RecordBatch | undefined {
    if (this.isHealing || /\.(journal|control)$/.test(topic)) return undefined
    const candidates = this.given.filter(
      (batch) =>
        batch.topic === topic && batch.partition === partition && batch.count > 0 && batch.offsets[0] !== offset,
    )
    if (candidates.length === 0 || !this.chance('stale', this.plan.stale)) return undefined
    return candidates[this.random.nextInt(candidates.length)]
  }

  private chance(fault: string, probability: number): boolean {
    if (probability === 0 || this.random.next() >= probability) return false
    this.count(fault)
    this.note(fault)
    return true
  }

  private count(fault: string): void {
    this.faults[fault] = (this.faults[fault] ?? 0) + 1
  }
}

function codeOf(error: unknown): string {
  return error instanceof MillraceError ? error.code : String(error)
}
