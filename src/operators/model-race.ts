import type { Evidence } from '../drift/detector.ts'
import { challengerLevel } from '../evaluate/challenger-level.ts'
import { clippedLogLoss } from '../evaluate/clipped-log-loss.ts'
import { type GateReport, PairedGate } from '../evaluate/paired-gate.ts'
import type { RunningLearner } from '../learners/learner.ts'
import { Pages } from '../stats/pages.ts'
import type { StatePart } from '../stats/state-region.ts'
import type { Graph, ModelPlan } from '../stream/graph.ts'
import type { Evaluation } from './evaluation.ts'
import type { ModelEvent } from './graph-output.ts'
import type { ModelSlot, ModelSlots } from './model-slots.ts'
import type { PendingLayout } from './pending-layout.ts'
import { TrainingRing } from './training-ring.ts'

const TRIAL = 50_000 // predictions a challenger is given before a scheduled one may take its place
const LEAST_ROWS = 5000 // a model trained on fewer rows after a drift is no better than the one it would replace
const CLIP = 0.001 // keeps the gate's losses bounded
const NONE = -1

/** A retrain job that is asked for: from which label on it may train, and why. It is ready once the rows are pinned. */
export interface RetrainJob {
  readonly id: string
  readonly reason: string
  readonly requestedBy: string | null
  /** Number of the first label that it may learn from. */
  readonly from: number
  /** Labels taken when its rows were pinned; -1 while it waits for enough of them. */
  readonly cut: number
  /** Rows that were waiting for labels then: by so much the validation holds labels back. */
  readonly delay: number
  readonly description: number
}

/** How a retrain job ended. */
export interface Retrained {
  readonly job: string
  /** What the learner's `save` gave; undefined when training failed. */
  readonly model: Uint8Array | undefined
  readonly blob: string | null
  readonly digest: string | null
  readonly numbers: Readonly<Record<string, number>>
  readonly reason: string
}

/** What the race keeps beside slots and gates; plain JSON. */
interface RaceState {
  job: RetrainJob | undefined
  jobs: number
  /** Arrival at which the schedule asks next, ms. */
  dueMs: number
  /** Challengers ever tested, and promotions: the level is spent over them. */
  challengers: number
  promotions: number
  /** How much the loss rose at the drift that asked for the latest retrain. */
  rise: number
  /** Slot of the champion before, while it may come back; -1 for none. */
  former: number
  /** Labels learned when the last swap took effect. */
  swappedAt: number
}

/**
 * Who serves: watches the challengers by their gates, asks for retrains when the loss drifts or the schedule says so,
 * lets a retrained model in as a challenger, and swaps, each at a row: what a label decides holds from the next row on.
 */
export class ModelRace {
  /** Called as soon as a job is ready, to train in place: in backtests. A task trains in a worker instead. */
  trainer: ((job: RetrainJob, rows: Float64Array) => Retrained) | undefined
  readonly ring: TrainingRing | undefined
  private readonly graph: Graph
  private readonly plan: ModelPlan
  private readonly models: ModelSlots
  private readonly evaluation: Evaluation
  private readonly layout: PendingLayout
  private readonly task: number
  private readonly events: ModelEvent[]
  private readonly gates: readonly PairedGate[]
  private readonly learned = new Pages(new Float64Array(1))
  private state: RaceState = {
    job: undefined,
    jobs: 0,
    dueMs: Number.NaN,
    challengers: 0,
    promotions: 0,
    former: NONE,
    swappedAt: Number.NEGATIVE_INFINITY,
  }

  constructor(
    graph: Graph,
    models: ModelSlots,
    evaluation: Evaluation,
    layout: PendingLayout,
    task: number,
    events: ModelEvent[],
  ) {
    this.graph = graph
    this.plan = graph.model
    this.models = models
    this.evaluation = evaluation
    this.layout = layout
    this.task = task
    this.events = events
    const { retrain, gate } = this.plan
    this.ring = retrain === undefined ? undefined : new TrainingRing(retrain.latest, this.plan.columns.length)
    this.gates = models.slots.map(() => new PairedGate({ margin: gate.margin, minLabels: gate.minLabels }))
    models.slots.forEach((slot, s) => {
      if (slot !== undefined && s !== models.champion) this.gates[s].begin(0, this.nextLevel())
    })
  }

  /** The job that waits to be trained, with its rows, or undefined. */
  get readyJob(): { readonly job: RetrainJob; readonly rows: Float64Array } | undefined {
    const { job } = this.state
    return job === undefined || job.cut === NONE || this.ring === undefined ? undefined : { job, rows: this.ring.rows }
  }

  /** The slot of the champion before, while it scores on and may come back; -1 for none. */
  get former(): number {
    return this.state.former
  }

  /** What the gate of a challenger's slot thinks. */
  report(slot: number): GateReport {
    return this.gates[slot].report()
  }

  /** A row has been predicted, as number `sequence`. */
  predicted(sequence: number): void {
    for (let s = 0; s < this.gates.length; s++) if (this.isTested(s)) this.gates[s].predicted(sequence)
  }

  /** A row's label will not come. */
  unlabelled(sequence: number, nowMs: number, predicted: number): void {
    for (let s = 0; s < this.gates.length; s++) {
      if (this.isTested(s) && this.gates[s].expired(sequence)) this.decide(s, nowMs, predicted)
    }
  }

  /** A waiting row's label has come and every model has learned it: the gates see the paired losses, and a swap may follow. */
  resolved(values: Float64Array, at: number, label: number, nowMs: number, predicted: number): void {
    this.learned.values[0]++
    this.learned.touch(0)
    this.ring?.add(values, at + this.layout.row, label)
    const sequence = values[at + this.layout.sequence]
    const { champion, serving } = this.models
    const championLoss = sequence < serving.born ? Number.NaN : this.loss(values, at, champion, label)
    for (let s = 0; s < this.gates.length; s++) {
      const slot = this.models.slots[s]
      if (slot === undefined || s === champion || sequence < slot.born) continue
      const difference = championLoss - this.loss(values, at, s, label)
      const passed =
        difference === difference ? this.gates[s].settled(sequence, difference) : this.gates[s].expired(sequence)
      if (passed) this.decide(s, nowMs, predicted)
      if (champion !== this.models.champion) break // the others are compared with the new one from the next row on
    }
    if (this.plan.retrain !== undefined) this.keepTime(nowMs, predicted)
  }

  /** The loss has drifted: each gate begins another sequence, and a retrain may be asked for. */
  drifted(evidence: Evidence | undefined, nowMs: number, predicted: number): void {
    for (let s = 0; s < this.gates.length; s++) if (this.isTested(s)) this.gates[s].signal()
    const { retrain } = this.plan
    if (retrain === undefined || !retrain.onLoss) return
    const since = retrain.sinceDrift && evidence !== undefined ? evidence.since : Number.POSITIVE_INFINITY
    this.request(
      `the loss has drifted from ${evidence?.before.toFixed(4)} to ${evidence?.after.toFixed(4)}`,
      null,
      since,
      nowMs,
      predicted,
    )
  }

  /** Asks for a retrain from the latest labels, at most `labels` of them. A job that still waits for rows is replaced, a running one is not. */
  request(reason: string, requestedBy: string | null, labels: number, nowMs: number, predicted: number, isScheduled = false): void {
    const { state, ring, plan } = this
    if (ring === undefined || plan.retrain === undefined) return
    if (state.job !== undefined && state.job.cut !== NONE) return
    if (isScheduled && !this.hasRoom(predicted)) return
    if (isScheduled) state.rise = 0
    const from = Math.max(ring.oldest, ring.taken - Math.min(labels, plan.retrain.latest))
    const id = `r${this.task}.${state.jobs++}`
    state.job = { id, reason, requestedBy, from, cut: NONE, delay: 0, description: this.models.serving.description }
    this.event('requested', this.models.serving, nowMs, reason, { rows: ring.taken - from }, { requestedBy })
    this.pinWhenEnough(nowMs, predicted)
  }

  /** A job has ended: its model, with all labels since its cut learned, becomes a challenger from the next row on. */
  trained(result: Retrained, nowMs: number, predicted: number): void {
    const { job } = this.state
    if (job === undefined || job.id !== result.job) return // of a job that was given up
    this.state.job = undefined
    this.ring?.unpin()
    const version = `v${this.task}.${predicted}`
    const parent = this.models.serving.version
    const learner = result.model === undefined ? undefined : this.models.build(job.description, result.model)
    if (learner === undefined || !this.isSound(learner)) {
      const reason = result.model === undefined ? result.reason : 'its predictions are not finite'
      this.event('failed', { version, parent, description: job.description }, nowMs, reason, result.numbers, result)
      return
    }
    this.ring?.replay(job.cut, (rows, offset, label) => learner.learn(rows, offset, label, 1))
    const slot = this.freeSlot(nowMs)
    this.models.slots[slot] = { version, parent, description: job.description, born: predicted, learner }
    this.evaluation.resetSlot(slot)
    this.gates[slot].begin(predicted, this.nextLevel())
    const what = { version, parent, description: job.description }
    this.event('trained', what, nowMs, job.reason, result.numbers, { ...result, requestedBy: job.requestedBy })
    this.event('challenger', what, nowMs, job.reason, {}, { requestedBy: job.requestedBy })
  }

  /** Lets a version serve from the next row on, because somebody said so. False when it is in no slot. */
  promote(version: string, reason: string, requestedBy: string, nowMs: number, predicted: number): boolean {
    const slot = this.models.slots.findIndex((candidate) => candidate?.version === version)
    if (slot < 0) return false
    if (slot !== this.models.champion) this.swap(slot, 'promoted', reason, {}, nowMs, predicted, requestedBy)
    return true
  }

  /** Lets the champion before serve again. False when there is none. */
  rollBack(reason: string, requestedBy: string, nowMs: number, predicted: number): boolean {
    const { former } = this.state
    if (former === NONE) return false
    this.swap(former, 'rolled_back', reason, {}, nowMs, predicted, requestedBy)
    return true
  }

  parts(): StatePart[] {
    const definition = JSON.stringify([
      this.plan.gate,
      this.models.slots.length,
      this.plan.columns.length,
      this.plan.retrain,
    ])
    const save = (): Uint8Array =>
      new TextEncoder().encode(
        JSON.stringify(this.state, (_, value) =>
          typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
        ),
      )
    const load = (bytes: Uint8Array): void => {
      this.state = JSON.parse(new TextDecoder().decode(bytes), (key, value) =>
        key === 'dueMs' || key === 'swappedAt' ? Number(value) : value,
      )
    }
    const parts: StatePart[] = [
      { path: 'race', definition, state: { regions: () => ({ state: { save, load }, learned: this.learned }) } },
      ...this.gates.map((gate, s): StatePart => ({ path: `race.gates.${s}`, definition, state: gate })),
    ]
    if (this.ring !== undefined) parts.push({ path: 'race.ring', definition, state: this.ring })
    return parts
  }

  private isTested(slot: number): boolean {
    return slot !== this.models.champion && this.models.slots[slot] !== undefined
  }

  private nextLevel(): number {
    return Math.min(0.25, challengerLevel(this.plan.gate.alpha, ++this.state.challengers, this.state.promotions))
  }

  /** The bounded loss of what a slot said of a waiting row: clipped log loss, or the error, absolute, of a value. */
  private loss(values: Float64Array, at: number, slot: number, label: number): number {
    const { kept, slots } = this.layout
    const from = at + slots + slot * kept
    if (this.graph.label.problem === 'regression') return Math.abs(label - values[from])
    if (kept > 1) return clippedLogLoss(values[from + label], CLIP)
    return clippedLogLoss(label === 1 ? values[from] : 1 - values[from], CLIP)
  }

  /** A gate has passed: the former champion comes back, or a challenger takes over, unless that is for people to decide or too soon. */
  private decide(slot: number, nowMs: number, predicted: number): void {
    const report = this.gates[slot].report()
    const numbers = numbersOf(report)
    if (slot === this.state.former) {
      this.swap(slot, 'rolled_back', 'the champion before is better again', numbers, nowMs, predicted, null)
    } else if (this.plan.gate.automatic && this.learned.values[0] - this.state.swappedAt >= this.plan.gate.cooldown) {
      this.swap(slot, 'promoted', 'the challenger loses less', numbers, nowMs, predicted, null)
    }
  }

  private swap(
    slot: number,
    kind: 'promoted' | 'rolled_back',
    reason: string,
    numbers: Readonly<Record<string, number>>,
    nowMs: number,
    predicted: number,
    requestedBy: string | null,
  ): void {
    const { models, state } = this
    const before = models.champion
    models.champion = slot
    state.former = before
    state.swappedAt = this.learned.values[0]
    if (kind === 'promoted') state.promotions++
    models.slots.forEach((candidate, s) => {
      if (candidate !== undefined && s !== slot) this.gates[s].begin(predicted, this.nextLevel())
    })
    this.event(
      kind,
      { ...(models.slots[slot] as ModelSlot), parent: (models.slots[before] as ModelSlot).version },
      nowMs,
      reason,
      numbers,
      { requestedBy },
    )
  }

  /** Whether a retrained model may come in without cutting short another's trial or the former champion's probation. */
  private hasRoom(predicted: number): boolean {
    const { slots, champion } = this.models
    const onTrial = slots.filter((slot, s) => slot !== undefined && s !== champion && s > this.plan.challengers.length)
    return onTrial.every((slot) => predicted - (slot as ModelSlot).born >= TRIAL)
  }

  /** A slot for a retrained model: a free one, else the former champion's, else that of the oldest retrained challenger. */
  private freeSlot(nowMs: number): number {
    const { models, plan, state } = this
    const { slots, champion } = models
    const free = slots.indexOf(undefined)
    if (free >= 0) return free
    const oldest = slots.reduce(
      (found, slot, s) =>
        s !== champion &&
        s > plan.challengers.length &&
        (found < 0 || (slot as ModelSlot).born < (slots[found] as ModelSlot).born)
          ? s
          : found,
      NONE,
    )
    const slot = state.former !== NONE && state.former !== champion ? state.former : oldest
    this.event(
      'retired',
      slots[slot] as ModelSlot,
      nowMs,
      'its place is needed',
      numbersOf(this.gates[slot].report()),
      {},
    )
    if (state.former === slot) state.former = NONE
    return slot
  }

  /** The schedule, and a job that waits for rows. */
  private keepTime(nowMs: number, predicted: number): void {
    const { state, plan } = this
    const everyMs = plan.retrain?.everyMs ?? Number.POSITIVE_INFINITY
    if (Number.isNaN(state.dueMs)) state.dueMs = nowMs + everyMs
    if (nowMs >= state.dueMs) {
      state.dueMs = nowMs + everyMs
      this.request('the schedule asks for it', null, Number.POSITIVE_INFINITY, nowMs, predicted, true)
    }
    if (state.job?.cut === NONE) this.pinWhenEnough(nowMs, predicted)
  }

  private pinWhenEnough(nowMs: number, predicted: number): void {
    const { ring, state, plan } = this
    const { job } = state
    if (job === undefined || ring === undefined || plan.retrain === undefined) return
    if (ring.taken - job.from < Math.min(LEAST_ROWS, plan.retrain.latest)) return
    ring.pin(job.from)
    state.job = { ...job, cut: ring.taken, delay: Math.max(0, predicted - this.learned.values[0]) }
    if (this.trainer !== undefined) this.trained(this.trainer(state.job, ring.rows), nowMs, predicted)
  }

  /** Whether a model predicts finite numbers on the latest labelled rows. */
  private isSound(learner: RunningLearner): boolean {
    const out = new Float64Array(learner.outputs)
    let sound = true
    this.ring?.replay(this.ring.taken - 100, (rows, offset) => {
      learner.predict(rows, offset, out, 0)
      for (const value of out) if (value - value !== 0) sound = false
    })
    return sound
  }

  private event(
    kind: ModelEvent['kind'],
    what: Pick<ModelSlot, 'version' | 'parent' | 'description'>,
    time: number,
    reason: string,
    numbers: Readonly<Record<string, number>>,
    more: { requestedBy?: string | null; blob?: string | null; digest?: string | null },
  ): void {
    const { algorithm, parameters } =
      what.description === 0 ? this.plan.model : this.plan.challengers[what.description - 1]
    const steps = (parameters as { steps?: readonly { algorithm: string }[] }).steps
    this.events.push({
      kind,
      version: what.version,
      parent: what.parent === '' ? null : what.parent,
      time,
      algorithm: steps === undefined ? algorithm : `${algorithm}(${steps.map((step) => step.algorithm).join(', ')})`,
      reason,
      requestedBy: more.requestedBy ?? null,
      numbers,
      blob: more.blob ?? null,
      digest: more.digest ?? null,
    })
  }
}

/** A gate's numbers, for an event; what is not finite is left out. */
function numbersOf(report: GateReport): Record<string, number> {
  const { promote: _, start: __, ...numbers } = report
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value)))
}
