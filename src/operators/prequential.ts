import { type RunningDetector, Signal } from '../drift/detector.ts'
import { lastLabel } from '../learners/baselines/last-label.ts'
import { priorClass } from '../learners/baselines/prior-class.ts'
import { priorMean } from '../learners/baselines/prior-mean.ts'
import type { Learner, RunningLearner, Target } from '../learners/learner.ts'
import type { StatePart, StateRegion } from '../stats/state-region.ts'
import type { Graph } from '../stream/graph.ts'
import type { InputColumns } from '../stream/input-columns.ts'
import { labelDefinition } from '../stream/label-definition.ts'
import type { RowSchema } from '../transforms/row-schema.ts'
import { aboutLabel } from './about-label.ts'
import { ArrowFailure } from './arrow-failure.ts'
import { CounterIndex, type Counters } from './counters.ts'
import { Evaluation } from './evaluation.ts'
import { GraphOutput } from './graph-output.ts'
import type { Dictionary } from './dictionary.ts'
import type { KeyedStates } from './keyed-states.ts'
import { ModelFiles } from './model-files.ts'
import { ModelRace } from './model-race.ts'
import { ModelSlots } from './model-slots.ts'
import { type PendingLayout, pendingLayout } from './pending-layout.ts'
import type { RowAssembler } from './row-assembler.ts'

const NO_COLUMNS: RowSchema = { columns: [] } // they look at labels only, whatever the features
const ALWAYS = ['prior', 'lastLabel'] // the baselines beside every model

/** Sees every outcome as it is scored, for reports; never changes anything. Offsets point into `values`. */
export type OutcomeObserver = (values: Float64Array, at: number, layout: PendingLayout, label: number) => void

/** What the models work on. */
export interface PrequentialParts {
  readonly rows: RowAssembler
  readonly classes: Dictionary | undefined
  readonly target: Target
  readonly keyed: KeyedStates
  readonly counters: Counters
  readonly task: number
}

/**
 * The models and baselines at work: each predicts every row, is scored by what it said then once the label comes, and
 * only then learns that row. Beside them their metrics, the detector of their loss, and the features that labels feed.
 * Source: Dawid, Statistical theory: the prequential approach, 1984.
 */
export class Prequential {
  readonly models: ModelSlots
  readonly output: GraphOutput
  readonly evaluation: Evaluation
  readonly layout: PendingLayout
  /** Of the baselines, in order. */
  readonly names: readonly string[]
  readonly race: ModelRace
  observer: OutcomeObserver | undefined
  private readonly graph: Graph
  private readonly target: Target
  private readonly keyed: KeyedStates
  private readonly counters: Counters
  private readonly alwaysBeside: readonly Learner<any, any>[]
  private readonly baselines: RunningLearner[]
  private detector: RunningDetector | undefined
  private readonly prediction: Float64Array
  /** What the graph's own baselines say of the row at hand. */
  private readonly given: Float64Array
  /** The nodes that labels feed, and which of a waiting row's keys each has. */
  private readonly labelNodes: Int32Array
  private readonly labelKeys: Int32Array

  constructor(graph: Graph, parts: PrequentialParts) {
    this.graph = graph
    this.target = parts.target
    this.keyed = parts.keyed
    this.counters = parts.counters
    this.models = new ModelSlots(graph.model, parts.rows.named, parts.target, parts.task, labelDefinition(graph))
    const { outputs } = this.models.serving.learner
    this.output = new GraphOutput(outputs)
    this.prediction = new Float64Array(outputs)
    this.alwaysBeside = this.target.problem === 'regression' ? [priorMean(), lastLabel()] : [priorClass(), lastLabel()]
    this.baselines = this.alwaysBeside.map((baseline) => baseline.build(NO_COLUMNS, this.target))
    this.names = [...ALWAYS, ...graph.model.baselines.map(({ name }) => name)]
    this.given = new Float64Array(graph.model.baselines.length)
    this.layout = pendingLayout(graph, this.models.slots.length, this.names.length, outputs)
    this.evaluation = new Evaluation(this.target, this.names, this.models.slots.length, graph.label.horizonMs)
    this.detector = graph.model.drift.loss?.build()
    const files = new ModelFiles({ graph, ...parts, models: this.models }, this.output.files)
    this.race = new ModelRace(graph, this.models, this.evaluation, this.layout, parts.task, files, this.output.models)
    const fed = graph.keyed.flatMap((node, i) => (node.events < 0 ? [i] : []))
    this.labelNodes = Int32Array.from(fed)
    this.labelKeys = Int32Array.from(fed, (node) => this.layout.keys.indexOf(graph.keyed[node].key))
  }

  /** Reads the graph's own baselines for a row, before anything changes. Throws ArrowFailure. */
  prepare(columns: InputColumns, row: number, eventMs: number, nowMs: number): void {
    const { baselines } = this.graph.model
    for (let b = 0; b < baselines.length; b++) {
      this.given[b] = this.keyed.read(baselines[b].node, columns, row, eventMs, nowMs)
    }
  }

  /** Every model and baseline predicts the waiting row at `at`; the champion's prediction is put out. */
  predict(row: number, values: Float64Array, at: number): void {
    const { layout, output, prediction, counters } = this
    const { slots, champion } = this.models
    const { kept } = layout
    const sequence = counters.read('predicted')
    if (this.models.changes.length > 0) this.race.announce(values[at + layout.arrival])
    values[at + layout.sequence] = sequence
    values[at + layout.servedBy] = champion
    for (let s = 0; s < slots.length; s++) {
      const slot = slots[s]
      if (slot === undefined) continue
      const { learner } = slot
      if (learner.arrive !== undefined) learner.arrive(values, at + layout.row)
      learner.predict(values, at + layout.row, prediction, 0)
      keep(prediction, values, at + layout.slots + s * kept, kept)
      if (s !== champion) continue
      keep(prediction, values, at + layout.served, kept)
      const index = output.add(row, values[at + layout.eventTime], values[at + layout.arrival], slot.version)
      for (let o = 0; o < prediction.length; o++) output.values[index * prediction.length + o] = prediction[o]
    }
    let to = at + layout.baselines
    for (let b = 0; b < this.baselines.length; b++, to += kept) {
      this.baselines[b].predict(values, at + layout.row, prediction, 0)
      keep(prediction, values, to, kept)
    }
    for (let b = 0; b < this.given.length; b++, to += kept) values[to] = this.given[b]
    this.evaluation.predicted(values[at + layout.eventTime])
    counters.add(CounterIndex.predicted)
    this.race.predicted(sequence)
  }

  /** The outcome of a row: scores every model and baseline by what each said then, watches the loss, learns, and feeds the label on. */
  resolve(values: Float64Array, at: number, label: number, nowMs: number): void {
    const { layout, evaluation, counters } = this
    evaluation.resolve(values, at, layout, this.models.slots, label)
    if (this.observer !== undefined) this.observer(values, at, layout, label)
    this.learn(values, at, label)
    this.feed(values, at, label, nowMs)
    counters.lastLabel = label
    counters.add(CounterIndex.learned)
    // What this outcome decides about the models holds from the next row on.
    this.race.resolved(values, at, label, nowMs, counters.read('predicted'))
    if (this.detector !== undefined) this.watch(this.detector, evaluation.servedLoss, nowMs)
  }

  /** The label of a row will not come. */
  unlabelled(values: Float64Array, at: number, nowMs: number): void {
    this.evaluation.unlabelled(values[at + this.layout.eventTime])
    this.race.unlabelled(values[at + this.layout.sequence], nowMs, this.counters.read('predicted'))
  }

  /** All models and baselines learn a row. */
  learn(values: Float64Array, at: number, label: number): void {
    const row = at + this.layout.row
    const { slots } = this.models
    for (let s = 0; s < slots.length; s++) slots[s]?.learner.learn(values, row, label, 1)
    for (let b = 0; b < this.baselines.length; b++) this.baselines[b].learn(values, row, label, 1)
  }

  /** After parts were loaded: what the change of a stream means for its models. */
  loaded(): void {
    this.race.loaded(this.counters.read('predicted'), this.counters.read('learned'))
  }

  /** Counts an arrow that threw when the record it saw was no longer at hand, and tells of it now and then. */
  fail(failure: ArrowFailure, nowMs: number): void {
    const failures = this.counters.add(CounterIndex.arrowFailures)
    if (isMilestone(failures))
      this.signal('data-quality', 'label', nowMs, `${failure.message}; ${failures} such so far`)
  }

  /** Puts out a signal about the data. */
  signal(kind: 'data-quality' | 'late', source: string, nowMs: number, detail: string): void {
    const { version } = this.models.serving
    this.output.signals.push({ kind, source, time: nowMs, modelVersion: version, evidence: undefined, detail })
  }

  parts(): StatePart[] {
    const { label, model } = this.graph
    const about = (part: StatePart): StatePart => aboutLabel(this.graph, part)
    const parts: StatePart[] = [
      this.models.part(),
      about({ path: 'baselines', definition: label.problem, state: { regions: () => this.baselineRegions() } }),
      ...this.evaluation.parts(() => this.models.slotBefore).map(about),
      ...this.race.parts(),
    ]
    const { loss } = model.drift
    if (loss !== undefined) {
      const watched = JSON.stringify([loss.algorithm, loss.parameters])
      parts.push(about({ path: 'drift.loss', definition: watched, state: { regions: () => this.detectorRegions() } }))
    }
    return parts
  }

  private feed(values: Float64Array, at: number, label: number, nowMs: number): void {
    const { keyed, labelNodes, labelKeys, counters } = this
    const slots = at + this.layout.labelKeys
    for (let i = 0; i < labelNodes.length; i++) {
      const slot = values[slots + labelKeys[i]]
      if (slot < 0) continue
      try {
        if (!keyed.feedLabel(labelNodes[i], slot, label, nowMs)) counters.add(CounterIndex.lateUpdates)
      } catch (error) {
        if (!(error instanceof ArrowFailure)) throw error
        this.fail(error, nowMs)
      }
    }
  }

  /** Shows the loss of what was served to the detector, and a drift to the race. */
  private watch(detector: RunningDetector, loss: number, nowMs: number): void {
    const signal = detector.update(loss)
    if (signal === Signal.none) return
    this.output.signals.push({
      kind: signal === Signal.drift ? 'drift' : signal === Signal.improved ? 'improved' : 'warning',
      source: 'drift.loss',
      time: nowMs,
      modelVersion: this.models.serving.version,
      evidence: detector.evidence(),
      detail: '',
    })
    if (signal === Signal.drift) this.race.drifted(detector.evidence(), nowMs, this.counters.read('predicted'))
  }

  private detectorRegions(): Record<string, StateRegion> {
    const load = (bytes: Uint8Array): void => {
      this.detector = this.graph.model.drift.loss?.build(bytes)
    }
    return { detector: { save: () => (this.detector as RunningDetector).save(), load } }
  }

  private baselineRegions(): Record<string, StateRegion> {
    const save = (i: number) => () => this.baselines[i].save()
    const load = (i: number) => (bytes: Uint8Array) => {
      this.baselines[i] = this.alwaysBeside[i].build(NO_COLUMNS, this.target, bytes)
    }
    return Object.fromEntries(this.baselines.map((_, i) => [ALWAYS[i], { save: save(i), load: load(i) }]))
  }
}

/** Whether a count is a power of two: so what happens often is told of ever more rarely. */
export function isMilestone(count: number): boolean {
  return (count & (count - 1)) === 0
}

function keep(prediction: Float64Array, values: Float64Array, at: number, kept: number): void {
  if (kept === 1) values[at] = prediction[prediction.length - 1]
  else for (let o = 0; o < kept; o++) values[at + o] = prediction[o]
}
