import type { Evidence } from '../drift/detector.ts'
import type { GateReport } from '../evaluate/paired-gate.ts'
import { Pages } from '../stats/pages.ts'
import type { StatePart } from '../stats/state-region.ts'
import type { Graph, ModelPlan } from '../stream/graph.ts'
import { caughtUpLearner } from './caught-up-learner.ts'
import { ChallengerGates } from './challenger-gates.ts'
import type { Evaluation } from './evaluation.ts'
import type { ModelEvent } from './graph-output.ts'
import { type EventDetails, gateNumbers, ModelEvents, scoreNumbers } from './model-events.ts'
import type { ModelFiles } from './model-files.ts'
import type { LeftBehind } from './left-behind.ts'
import { ModelFork } from './model-fork.ts'
import type { ModelSlot } from './model-slot.ts'
import type { ModelSlots } from './model-slots.ts'
import type { PendingLayout } from './pending-layout.ts'
import { racePart, type RaceState } from './race-part.ts'
import { RacePlaces } from './race-places.ts'
import { type ReadyJob, type Retrained, type RetrainJob, RetrainRequests, versionOf } from './retrain-requests.ts'
import type { TrainingRing } from './training-ring.ts'

const TRIAL = 100_000 // predictions that a trial and a probation last, unless a great change cuts the trial short

const LEARNED = 0
const SETTLED = 1

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
  readonly files: ModelFiles
  private readonly events: ModelEvents
  private readonly gates: ChallengerGates
  private readonly places: RacePlaces
  private readonly requests: RetrainRequests | undefined
  /** Labels learned, and rows that wait no longer. */
  private readonly counts = new Pages(new Float64Array(2))
  private forking: ModelFork | undefined
  private readonly state: RaceState = { number: 0, trialSince: 0, servingSince: 0, swappedAt: null }

  constructor(
    graph: Graph,
    models: ModelSlots,
    evaluation: Evaluation,
    layout: PendingLayout,
    task: number,
    files: ModelFiles,
    events: ModelEvent[],
  ) {
    this.plan = graph.model
    this.models = models
    this.evaluation = evaluation
    this.layout = layout
    this.files = files
    this.events = new ModelEvents(graph.model, events)
    this.gates = new ChallengerGates(graph, models, layout)
    this.places = new RacePlaces(models, this.gates, this.events, files)
    this.requests =
      this.plan.retrain === undefined ? undefined : new RetrainRequests(this.plan, models.columns, task, models.label)
  }

  /** The job that waits to be trained, with its rows and the champion as it was when they were pinned, or undefined. */
  get readyJob(): ReadyJob | undefined {
    const { requests } = this
    const job = requests?.ready
    if (requests === undefined || job === undefined) return undefined
    return { job, rows: requests.ring.rows, start: requests.startingModel }
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

  /** After parts were loaded: models may begin anew, from the next prediction on; what is known of those before says nothing of them. */
  loaded(predicted: number, labels: number): void {
    const number = Math.max(predicted, this.state.number + 1)
    const { begun, moved, isOther } = this.models.settle(predicted, labels, number)
    if (begun.length > 0) this.state.number = number
    for (const slot of begun) this.evaluation.resetSlot(slot)
    if (predicted > 0) this.gates.renew([...begun, ...moved], isOther, predicted)
    if (isOther) this.state.servingSince = predicted
    this.forking?.begin()
  }

  /** Before `loaded`: what is replayed first is left behind by a fork, and no version is given again that was told of there. */
  leaveBehind(left: LeftBehind): void {
    this.forking = new ModelFork(this.models, left)
    this.state.number = Math.max(this.state.number, this.forking.highest)
  }

  /** After that was replayed, with output off: what has become of the models is still to be told. Their files are kept as those of others. */
  fork(): void {
    for (const file of this.forking?.end() ?? []) this.files.note(file)
    this.forking = undefined
  }

  /** Tells what a change of the stream made of the models, where that is still to be told. */
  announce(nowMs: number): void {
    this.events.tell(this.models, nowMs, ({ kind, parent, reason }) => {
      if (kind !== 'promoted' && kind !== 'rolled_back') return undefined
      const labels = this.counts.values[LEARNED]
      return this.files.write(this.models.serving, { parent, written: kind, reason, time: nowMs, labels, numbers: {} })
    })
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
      this.places.dismiss(former, 'its probation is over', nowMs, this.counts.values[LEARNED])
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

  /** Asks, for somebody, for a retrain from the latest labels, at most `labels` of them. False where a job at work goes first: then nothing is asked. */
  request(reason: string, requestedBy: string, labels: number, nowMs: number, predicted: number): boolean {
    const isAsked = this.ask(reason, requestedBy, labels, undefined, nowMs)
    this.pinWithRoom(nowMs, predicted)
    return isAsked
  }

  /** A job has ended: its model, with all labels since its cut learned, becomes a challenger from the next prediction on. Of a job that is not at work: nothing. */
  trained(result: Retrained, nowMs: number, predicted: number): void {
    const job = this.requests?.end(result.job)
    if (job === undefined) return
    const version = versionOf(job)
    const what = { version, parent: job.pinned.champion, description: job.description }
    const details = { ...result, requestedBy: job.requestedBy }
    const learner = result.model && caughtUpLearner(this.models, job, result.model, this.ring as TrainingRing)
    if (learner === undefined || typeof learner === 'string') {
      this.events.add('failed', what, nowMs, learner ?? result.reason, details)
      return
    }
    const slot = this.places.free(job, nowMs, this.counts.values[LEARNED])
    const from = { born: predicted, firstLabel: job.pinned.firstLabel, job: job.id, carriedFrom: null }
    this.models.slots[slot] = { ...what, ...from, learner, role: 'trial' }
    if (result.blob !== null) this.files.note({ version, blob: result.blob, served: false })
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
    return [
      racePart(this.models, this.counts, this.state),
      this.files.part(),
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
    const numbers = { ...scoreNumbers(this.evaluation.readSlot(slot, next.version)), ...details.numbers }
    const labels = this.counts.values[LEARNED]
    const file = this.files.write(next, { parent: before.version, written: kind, reason, time: nowMs, labels, numbers })
    this.events.add(kind, { ...next, parent: before.version }, nowMs, reason, { ...details, ...file })
    if (former >= 0 && former !== slot)
      this.places.dismiss(former, 'another was promoted during its probation', nowMs, labels)
    Object.assign(this.state, { trialSince: predicted, servingSince: predicted, swappedAt: labels })
    if (kind === 'promoted') this.gates.refill(predicted)
    this.gates.beginAll(predicted)
  }

  private ask(
    reason: string,
    requestedBy: string | null,
    labels: number,
    drift: Evidence | undefined,
    nowMs: number,
  ): boolean {
    if (this.requests === undefined) return false
    const { serving } = this.models
    const { description } = serving
    const number = this.state.number + 1
    const goesOn = this.isRenewable
    const job = this.requests.ask({ number, reason, requestedBy, labels, drift, description, goesOn })
    if (job === undefined) return false
    this.state.number = number
    const rows = (this.ring as TrainingRing).taken - job.from
    this.events.add('requested', serving, nowMs, reason, { numbers: { rows }, requestedBy })
    return true
  }

  /** Whether a retrained model goes on from the champion: where that can be renewed, and knows more than the ring keeps. */
  private get isRenewable(): boolean {
    const { learner, firstLabel } = this.models.serving
    const learned = this.counts.values[LEARNED] - firstLabel
    return learner.renewSteps !== undefined && learned > (this.ring as TrainingRing).capacity
  }

  /** Pins the rows of a job that waits for room, once the challenger on trial has had its time. */
  private pinWithRoom(nowMs: number, predicted: number): void {
    const { requests } = this
    const waiting = requests?.waiting
    if (requests === undefined || waiting === undefined) return
    const isUrgent = waiting.requestedBy !== null || waiting.isGreat
    if (!isUrgent && this.models.withRole('trial') >= 0 && predicted - this.state.trialSince < TRIAL) return
    const { description, learner } = this.models.serving
    const start = this.isRenewable && description === waiting.description ? learner.save() : undefined
    const at = { labels: this.counts.values[LEARNED], timeMs: nowMs, champion: this.models.serving.version }
    const job = requests.pin(Math.max(0, predicted - this.counts.values[SETTLED]), start, at)
    if (this.trainer !== undefined) this.trained(this.trainer(job, requests.ring.rows), nowMs, predicted)
  }

  private count(counter: number, by: number): void {
    this.counts.values[counter] += by
    this.counts.touch(counter)
  }
}
