import type { Evidence } from '../drift/detector.ts'
import type { GateReport } from '../evaluate/paired-gate.ts'
import { Pages } from '../stats/pages.ts'
import type { StatePart } from '../stats/state-region.ts'
import type { Graph, ModelPlan } from '../stream/graph.ts'
import { caughtUpLearner } from './caught-up-learner.ts'
import { ChallengerGates } from './challenger-gates.ts'
import type { Evaluation } from './evaluation.ts'
import type { ModelEvent } from './graph-output.ts'
import { type EventDetails, gateNumbers, ModelEvents } from './model-events.ts'
import type { ModelSlot, ModelSlots } from './model-slots.ts'
import type { PendingLayout } from './pending-layout.ts'
import { type RetrainJob, RetrainRequests } from './retrain-requests.ts'
import type { TrainingRing } from './training-ring.ts'

export type { RetrainJob }

const TRIAL = 100_000 // predictions that a trial and a probation last, unless a great change cuts the trial short

const LEARNED = 0
const SETTLED = 1

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

/** What the race keeps beside models, gates and the job; plain JSON. */
interface RaceState {
  /** Predictions when the latest trial began, and when the champion began to serve. */
  trialSince: number
  servingSince: number
  /** Labels learned at the latest swap; null before the first. */
  swappedAt: number | null
}

/**
 * Who serves: watches the challengers by their gates, has models retrained when the loss drifts or the schedule says so,
 * lets each in as a challenger on trial, and swaps. Each step takes effect at a row: what an outcome decides holds for
 * every later prediction, and for no earlier one.
 */
export class ModelRace {
  /** Called as soon as a job is ready, to train in place: in backtests. A task trains in a worker instead. */
  trainer: ((job: RetrainJob, rows: Float64Array) => Retrained) | undefined
  private readonly plan: ModelPlan
  private readonly models: ModelSlots
  private readonly evaluation: Evaluation
  private readonly layout: PendingLayout
  private readonly task: number
  private readonly events: ModelEvents
  private readonly gates: ChallengerGates
  private readonly requests: RetrainRequests | undefined
  /** Labels learned, and rows that wait no longer. */
  private readonly counts = new Pages(new Float64Array(2))
  private state: RaceState = { trialSince: 0, servingSince: 0, swappedAt: null }

  constructor(
    graph: Graph,
    models: ModelSlots,
    evaluation: Evaluation,
    layout: PendingLayout,
    task: number,
    events: ModelEvent[],
  ) {
    this.plan = graph.model
    this.models = models
    this.evaluation = evaluation
    this.layout = layout
    this.task = task
    this.events = new ModelEvents(graph.model, events)
    this.gates = new ChallengerGates(graph, models, layout)
    this.requests = this.plan.retrain === undefined ? undefined : new RetrainRequests(this.plan, models.schema, task)
  }

  /** The job that waits to be trained, with its rows, or undefined. */
  get readyJob(): { readonly job: RetrainJob; readonly rows: Float64Array } | undefined {
    const job = this.requests?.ready
    return job === undefined ? undefined : { job, rows: (this.requests as RetrainRequests).ring.rows }
  }

  /** The latest labelled rows; undefined without retraining. */
  get ring(): TrainingRing | undefined {
    return this.requests?.ring
  }

  /** The slot of the champion before, while it scores on and may come back; -1 for none. */
  get former(): number {
    return this.models.withRole('former')
  }

  /** What the gate of a challenger's slot thinks. */
  report(slot: number): GateReport {
    return this.gates.report(slot)
  }

  /** A row has been predicted, as number `sequence`. */
  predicted(sequence: number): void {
    this.gates.predicted(sequence)
  }

  /** A row's label will not come. */
  unlabelled(sequence: number, nowMs: number, predicted: number): void {
    this.count(SETTLED, 1)
    this.decide(this.gates.expired(sequence), nowMs, predicted)
  }

  /** A waiting row's label has come and every model has learned it: the gates see the paired losses, and a swap may follow. */
  resolved(values: Float64Array, at: number, label: number, nowMs: number, predicted: number): void {
    this.count(LEARNED, 1)
    this.count(SETTLED, 1)
    this.requests?.labelled(values, at + this.layout.row, label, this.evaluation.servedLoss)
    this.decide(this.gates.settled(values, at, label), nowMs, predicted)
    const { former } = this
    if (former >= 0 && predicted - this.state.servingSince >= TRIAL)
      this.dismiss(former, 'its probation is over', nowMs)
    if (this.requests === undefined) return
    if (this.requests.isDue(nowMs)) {
      this.ask('the schedule asks for it', null, Number.POSITIVE_INFINITY, undefined, nowMs)
    }
    this.pinWithRoom(nowMs, predicted)
  }

  /** The loss has drifted: each gate begins another sequence, and a retrain may be asked for. */
  drifted(evidence: Evidence | undefined, nowMs: number, predicted: number): void {
    this.gates.signal()
    const { retrain } = this.plan
    if (retrain === undefined || !retrain.onLoss || evidence === undefined) return
    const labels = retrain.sinceDrift ? evidence.since : Number.POSITIVE_INFINITY
    const { before, after } = evidence
    this.ask(`the loss has drifted from ${before.toFixed(4)} to ${after.toFixed(4)}`, null, labels, evidence, nowMs)
    this.pinWithRoom(nowMs, predicted)
  }

  /** Asks, for somebody, for a retrain from the latest labels, at most `labels` of them. A job at work goes first: then nothing is asked. */
  request(reason: string, requestedBy: string, labels: number, nowMs: number, predicted: number): void {
    this.ask(reason, requestedBy, labels, undefined, nowMs)
    this.pinWithRoom(nowMs, predicted)
  }

  /** A job has ended: its model, with all labels since its cut learned, becomes a challenger from the next prediction on. Of a job that is not at work: nothing. */
  trained(result: Retrained, nowMs: number, predicted: number): void {
    const job = this.requests?.end(result.job)
    if (job === undefined) return
    const version = `v${this.task}.${job.id.slice(job.id.indexOf('.') + 1)}`
    const what = { version, parent: this.models.serving.version, description: job.description }
    const details = { ...result, requestedBy: job.requestedBy }
    const learner = result.model === undefined ? undefined : this.models.build(job.description, result.model)
    const wrong = learner === undefined ? result.reason : caughtUpLearner(learner, this.ring as TrainingRing, job.cut)
    if (learner === undefined || wrong !== undefined) {
      this.events.add('failed', what, nowMs, wrong as string, details)
      return
    }
    const slot = this.freeSlot(job, nowMs)
    this.models.slots[slot] = { ...what, born: predicted, learner, role: 'trial' }
    this.state.trialSince = predicted
    this.evaluation.resetSlot(slot)
    const level = this.gates.begin(slot, predicted, job.isGreat)
    this.events.add('trained', what, nowMs, job.reason, details)
    this.events.add('challenger', what, nowMs, job.reason, { numbers: { level }, requestedBy: job.requestedBy })
  }

  /** Lets a version serve from the next prediction on, because somebody said so. False when it is in no slot. */
  promote(version: string, reason: string, requestedBy: string, nowMs: number, predicted: number): boolean {
    const slot = this.models.slots.findIndex((candidate) => candidate?.version === version)
    if (slot < 0) return false
    if (slot !== this.models.champion) this.swap(slot, 'promoted', reason, { requestedBy }, nowMs, predicted)
    return true
  }

  /** Lets the champion before serve again. False when there is none on probation. */
  rollBack(reason: string, requestedBy: string, nowMs: number, predicted: number): boolean {
    const { former } = this
    if (former < 0) return false
    this.swap(former, 'rolled_back', reason, { requestedBy }, nowMs, predicted)
    return true
  }

  parts(): StatePart[] {
    const save = (): Uint8Array => new TextEncoder().encode(JSON.stringify(this.state))
    const load = (bytes: Uint8Array): void => {
      this.state = JSON.parse(new TextDecoder().decode(bytes))
    }
    return [
      { path: 'race', definition: '', state: { regions: () => ({ state: { save, load }, counts: this.counts }) } },
      ...this.gates.parts(),
      ...(this.requests?.parts() ?? []),
    ]
  }

  /** The gate of a slot (-1: of none) has passed: the former champion comes back, or a challenger takes over, unless that is for people to decide or too soon. */
  private decide(slot: number, nowMs: number, predicted: number): void {
    if (slot < 0 || !this.plan.gate.automatic) return
    const details = { numbers: gateNumbers(this.gates.report(slot)) }
    const { swappedAt } = this.state
    if (slot === this.former) {
      this.swap(slot, 'rolled_back', 'the champion before loses less again', details, nowMs, predicted)
    } else if (swappedAt === null || this.counts.values[LEARNED] - swappedAt >= this.plan.gate.cooldown) {
      this.swap(slot, 'promoted', 'the challenger loses less', details, nowMs, predicted)
    }
  }

  private swap(
    slot: number,
    kind: 'promoted' | 'rolled_back',
    reason: string,
    details: EventDetails,
    nowMs: number,
    predicted: number,
  ): void {
    const { models, former } = this
    const before = models.serving
    const next = models.slots[slot] as ModelSlot
    models.champion = slot
    next.role = 'champion'
    before.role = kind === 'promoted' ? 'former' : 'benched'
    this.events.add(kind, { ...next, parent: before.version }, nowMs, reason, details)
    if (former >= 0 && former !== slot) this.dismiss(former, 'another was promoted during its probation', nowMs)
    this.state = { trialSince: predicted, servingSince: predicted, swappedAt: this.counts.values[LEARNED] }
    if (kind === 'promoted') this.gates.refill(predicted)
    this.gates.beginAll(predicted)
  }

  private ask(
    reason: string,
    requestedBy: string | null,
    labels: number,
    drift: Evidence | undefined,
    nowMs: number,
  ): void {
    const { serving } = this.models
    const job = this.requests?.ask({ reason, requestedBy, labels, drift, description: serving.description })
    if (job === undefined) return
    const rows = (this.ring as TrainingRing).taken - job.from
    this.events.add('requested', serving, nowMs, reason, { numbers: { rows }, requestedBy })
  }

  /** Pins the rows of a job that waits for room, once the challenger on trial has had its time. */
  private pinWithRoom(nowMs: number, predicted: number): void {
    const { requests } = this
    const waiting = requests?.waiting
    if (requests === undefined || waiting === undefined) return
    const isUrgent = waiting.requestedBy !== null || waiting.isGreat
    if (!isUrgent && this.models.withRole('trial') >= 0 && predicted - this.state.trialSince < TRIAL) return
    const job = requests.pin(Math.max(0, predicted - this.counts.values[SETTLED]))
    if (this.trainer !== undefined) this.trained(this.trainer(job, requests.ring.rows), nowMs, predicted)
  }

  /** A slot for a retrained model: a free one, else that of a retrained one that was rolled back, else the former champion's. One is on trial at a time. */
  private freeSlot(job: RetrainJob, nowMs: number): number {
    const { slots } = this.models
    const trial = this.models.withRole('trial')
    if (trial >= 0) this.dismiss(trial, whyTrialEnds(job), nowMs)
    for (const role of ['benched', 'former'] as const) {
      if (slots.includes(undefined)) break
      const slot = slots.findIndex((model) => model?.role === role && !this.isNamed(model))
      if (slot >= 0) this.dismiss(slot, 'its place is needed', nowMs)
    }
    return slots.indexOf(undefined)
  }

  /** A model leaves the race; one that the stream names becomes a challenger again. */
  private dismiss(slot: number, reason: string, nowMs: number): void {
    const { slots } = this.models
    const model = slots[slot] as ModelSlot
    if (this.isNamed(model)) {
      model.role = 'challenger'
      return
    }
    this.events.add('retired', model, nowMs, reason, { numbers: gateNumbers(this.gates.report(slot)) })
    slots[slot] = undefined
  }

  /** Whether the stream names a model to be always there: its challengers, and without retraining its first champion too. */
  private isNamed({ parent, description }: ModelSlot): boolean {
    return parent === '' && (description > 0 || this.requests === undefined)
  }

  private count(counter: number, by: number): void {
    this.counts.values[counter] += by
    this.counts.touch(counter)
  }
}

function whyTrialEnds({ requestedBy, isGreat }: RetrainJob): string {
  if (requestedBy !== null) return 'somebody asked for another'
  return isGreat ? 'a greater change needs its place' : 'its trial is over'
}
