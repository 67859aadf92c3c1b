import type { Target } from '../learners/learner.ts'
import type { StatePart } from '../stats/state-region.ts'
import type { Batch } from '../stream/batch.ts'
import { eventsDefinition } from '../stream/definition.ts'
import type { Graph } from '../stream/graph.ts'
import { type InputColumns, type NumberColumn, type RejectStage, RowStatus } from '../stream/input-columns.ts'
import { modelTarget } from '../stream/model-schema.ts'
import { aboutLabel } from './about-label.ts'
import { ArrowFailure } from './arrow-failure.ts'
import { CounterIndex, type Counter, Counters } from './counters.ts'
import { Dictionary } from './dictionary.ts'
import type { Evaluation } from './evaluation.ts'
import type { GraphOutput } from './graph-output.ts'
import { KeyedStates } from './keyed-states.ts'
import { LabelJoin } from './label-join.ts'
import type { ModelRace } from './model-race.ts'
import type { ModelSlots } from './model-slots.ts'
import type { PendingLayout } from './pending-layout.ts'
import type { PendingRows } from './pending-rows.ts'
import { isMilestone, type OutcomeObserver, Prequential } from './prequential.ts'
import { RowAssembler } from './row-assembler.ts'

export type { Counter, OutcomeObserver }

/**
 * All of a graph that has state, walked row by row in task order: windows, label join, prediction, learning, metrics and
 * detectors. Batches only carry rows: where one ends never shows in a result. Its parts are its whole state.
 *
 * A row is first looked at, then taken: whatever an arrow throws, it throws before anything has changed but for
 * dictionaries and keys, which may know the row's strings, and the row becomes a dead letter as a whole.
 */
export class LearningState {
  readonly graph: Graph
  readonly target: Target
  readonly output: GraphOutput
  readonly rows: RowAssembler
  readonly keyed: KeyedStates
  /** The classes of a multiclass label, in the order they came. */
  readonly classes: Dictionary | undefined
  private readonly counters = new Counters()
  private readonly learning: Prequential
  private readonly labels: LabelJoin
  private readonly assembled: Float64Array
  /** For each input the events nodes that feed keyed nodes, and those. */
  private readonly feedingEvents: readonly (readonly number[])[]
  private readonly fedNodes: readonly (readonly (readonly number[])[])[]
  /** For each input whether a fold is among those. */
  private readonly hasFolds: readonly boolean[]

  constructor(graph: Graph, task = 0) {
    this.graph = graph
    this.target = modelTarget(graph.label.problem)
    const { counters, target } = this
    this.classes = target.problem === 'multiclass' ? new Dictionary(target.classes + 1) : undefined
    this.keyed = new KeyedStates(graph, this.classes)
    this.rows = new RowAssembler(graph, this.keyed)
    this.assembled = new Float64Array(this.rows.schema.columns.length)
    const { keyed, classes } = this
    this.learning = new Prequential(graph, { rows: this.rows, classes, target, keyed, counters, task })
    this.output = this.learning.output
    this.labels = new LabelJoin(graph, { keyed, models: this.learning, counters, output: this.output, classes })
    const feeding = graph.inputs.map((_, input) => feedingEventsOf(graph, input))
    this.feedingEvents = feeding
    this.fedNodes = feeding.map((events) => events.map((node) => fedNodesOf(graph, node)))
    this.hasFolds = this.fedNodes.map((ofInput) => ofInput.flat().some((node) => graph.keyed[node].fold !== undefined))
  }

  get models(): ModelSlots {
    return this.learning.models
  }

  /** Who serves, and who may come to. */
  get race(): ModelRace {
    return this.learning.race
  }

  get evaluation(): Evaluation {
    return this.learning.evaluation
  }

  get pending(): PendingRows {
    return this.labels.pending
  }

  /** Columns that the waiting rows were loaded without. */
  get newColumns(): readonly number[] {
    return this.labels.carried.newColumns
  }

  get layout(): PendingLayout {
    return this.learning.layout
  }

  get observer(): OutcomeObserver | undefined {
    return this.learning.observer
  }

  set observer(observer: OutcomeObserver | undefined) {
    this.learning.observer = observer
  }

  /** Takes a micro-batch, row by row in its order; what it gives is in `output`, valid until the next one. */
  step(batch: Batch): GraphOutput {
    this.output.clear()
    const { inputs, input, row, count } = batch
    for (let i = 0; i < count; i++) this.take(inputs[input[i]], input[i], row[i])
    return this.output
  }

  /** Ends horizons up to a time without a record, for streams that have gone quiet. What that gives is added to `output`. */
  advance(nowMs: number): void {
    this.labels.expire(this.counters.advance(nowMs))
  }

  /** When the horizon of the longest waiting row ends, ms; Infinity when none waits. */
  get nextDeadlineMs(): number {
    return this.labels.nextDeadlineMs
  }

  /** Does something to the models that did not follow from a row: what that gives is in `output`. */
  decide(decide: (race: ModelRace, nowMs: number, predicted: number) => void): GraphOutput {
    this.output.clear()
    this.race.announce(this.counters.nowMs) // whatever is decided comes after
    decide(this.race, this.counters.nowMs, this.counters.read('predicted'))
    return this.output
  }

  count(counter: Counter): number {
    return this.counters.read(counter)
  }

  /** Every piece of state, under its path and with its definition. */
  parts(): StatePart[] {
    const { graph, classes } = this
    const { problem, horizonMs, sameRecord, corrected, events } = graph.label
    const judged = eventsDefinition(graph, events)
    const waiting = JSON.stringify([problem, horizonMs, sameRecord, corrected, judged, this.layout.kept])
    return [
      this.counters.part(),
      aboutLabel(graph, this.counters.lastLabelPart()),
      ...this.labels.parts(waiting).map((part) => aboutLabel(graph, part)),
      ...this.learning.parts(),
      ...this.rows.parts(),
      ...this.keyed.parts(),
      ...(classes === undefined ? [] : [aboutLabel(graph, { path: 'label.classes', definition: '', state: classes })]),
    ]
  }

  /** After parts were loaded from a snapshot. */
  loaded(): void {
    this.keyed.loaded()
    this.learning.loaded()
  }

  private take(columns: InputColumns, input: number, row: number): void {
    const { graph, keyed, labels } = this
    const nowMs = this.counters.advance(columns.arrival[row])
    labels.expire(nowMs)
    if (columns.status[row] !== RowStatus.ok) {
      this.reject(input, row, columns.causes.get(row) as string, columns.stageOf(row))
      return
    }
    if (columns.warnings.size > 0 && columns.warnings.has(row)) this.warn(columns.warnings.get(row) as string, nowMs)
    keyed.begin()
    const { label } = graph
    const eventMs = (columns.fields[graph.inputs[input].time] as NumberColumn).values[row]
    const predicts = graph.events[label.events].input === input && columns.members[label.events][row] === 1
    const carries =
      !label.sameRecord && graph.events[label.from].input === input && columns.members[label.from][row] === 1
    const wrong = this.prepare(columns, input, row, eventMs, nowMs, predicts, carries)
    if (wrong !== undefined) {
      if (typeof wrong === 'string') this.reject(input, row, wrong, 'key')
      else this.reject(input, row, wrong.message, 'arrow')
      return
    }
    if (carries) labels.takeLabel(predicts)
    if (predicts) this.predict(row, eventMs)
    this.feed(columns, input, row, eventMs, nowMs)
    if (label.sameRecord) labels.expire(nowMs) // a label that comes at once
    keyed.sweep(this.counters.add(CounterIndex.taken), nowMs)
    labels.pending.keys.sweep(nowMs)
  }

  /** Does all of a row that can fail; says why it did: an arrow, or a key that is too long. */
  private prepare(
    columns: InputColumns,
    input: number,
    row: number,
    eventMs: number,
    nowMs: number,
    predicts: boolean,
    carries: boolean,
  ): ArrowFailure | string | undefined {
    try {
      if (predicts || carries) {
        const wrong = this.labels.prepare(columns, input, row, nowMs, predicts, carries)
        if (wrong !== undefined) return wrong
      }
      if (predicts) {
        this.rows.assemble(columns, row, eventMs, nowMs, this.assembled, 0)
        this.learning.prepare(columns, row, eventMs, nowMs)
      }
      if (this.hasFolds[input]) this.stepFolds(columns, input, row, eventMs, nowMs)
      return undefined
    } catch (error) {
      if (error instanceof ArrowFailure) return error
      throw error
    }
  }

  private stepFolds(columns: InputColumns, input: number, row: number, eventMs: number, nowMs: number): void {
    const events = this.feedingEvents[input]
    for (let e = 0; e < events.length; e++) {
      if (columns.members[events[e]][row] === 0) continue
      const nodes = this.fedNodes[input][e]
      for (let i = 0; i < nodes.length; i++) this.keyed.stepFold(nodes[i], columns, row, eventMs, nowMs)
    }
  }

  private predict(row: number, eventMs: number): void {
    const { labels, learning } = this
    const isEarly = labels.isEarly()
    const waiting = labels.add(eventMs, this.assembled)
    learning.predict(row, labels.pending.rows.values, waiting * this.layout.width)
    if (isEarly) labels.takeEarly(waiting)
  }

  private feed(columns: InputColumns, input: number, row: number, eventMs: number, nowMs: number): void {
    const events = this.feedingEvents[input]
    for (let e = 0; e < events.length; e++) {
      if (columns.members[events[e]][row] === 0) continue
      const nodes = this.fedNodes[input][e]
      for (let i = 0; i < nodes.length; i++) {
        if (!this.keyed.feed(nodes[i], columns, row, eventMs, nowMs))
          this.late(this.graph.keyed[nodes[i]].path, eventMs, nowMs)
      }
    }
  }

  private reject(input: number, row: number, cause: string, stage: RejectStage): void {
    this.counters.add(CounterIndex.rejected)
    this.output.deadLetters.push({ input, row, cause, stage })
  }

  private warn(detail: string, nowMs: number): void {
    const warnings = this.counters.add(CounterIndex.warnings)
    if (!isMilestone(warnings)) return
    this.learning.signal('data-quality', 'validate', nowMs, `${detail}; ${warnings} such events so far`)
  }

  private late(path: string, eventMs: number, nowMs: number): void {
    const late = this.counters.add(CounterIndex.lateUpdates)
    if (!isMilestone(late)) return
    const detail = `an event of ${new Date(eventMs).toISOString()} came too late for its window; ${late} such so far`
    this.learning.signal('late', path, nowMs, detail)
  }
}

function feedingEventsOf(graph: Graph, input: number): number[] {
  return graph.events.flatMap((node, events) =>
    node.input === input && graph.keyed.some((keyed) => keyed.events === events) ? [events] : [],
  )
}

function fedNodesOf(graph: Graph, events: number): number[] {
  return graph.keyed.flatMap((keyed, i) => (keyed.events === events ? [i] : []))
}
