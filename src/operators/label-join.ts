import { MillraceError } from '../errors.ts'
import type { StatePart } from '../stats/state-region.ts'
import type { Graph, LabelPlan } from '../stream/graph.ts'
import type { InputColumns } from '../stream/input-columns.ts'
import { ArrowFailure } from './arrow-failure.ts'
import { CarriedRows } from './carried-rows.ts'
import { CounterIndex, type Counters } from './counters.ts'
import type { Dictionary } from './dictionary.ts'
import type { GraphOutput } from './graph-output.ts'
import type { KeyedStates } from './keyed-states.ts'
import { LabelledRow } from './labelled-row.ts'
import { LabelValue } from './label-value.ts'
import type { PendingLayout } from './pending-layout.ts'
import { KeyState, PendingRows } from './pending-rows.ts'
import type { Prequential } from './prequential.ts'

const MOST_DROPPED = 64 // an event, where the stream allows fewer to wait than it did

/** What a label join works on. */
export interface LabelJoinParts {
  readonly keyed: KeyedStates
  readonly models: Prequential
  readonly counters: Counters
  readonly output: GraphOutput
  readonly classes: Dictionary | undefined
}

/**
 * Joins labels to the rows that were predicted on. A row waits, from its prediction, for a label of its key for as long as
 * the horizon; the label it gets is scored and learned at once. Labels that come early wait for their event; late ones
 * become dead letters; further ones count as duplicates, or are learned as corrections.
 */
export class LabelJoin {
  readonly pending: PendingRows
  readonly value: LabelValue
  readonly carried: CarriedRows
  private readonly graph: Graph
  private readonly plan: LabelPlan
  private readonly layout: PendingLayout
  private readonly keyed: KeyedStates
  private readonly models: Prequential
  private readonly counters: Counters
  private readonly output: GraphOutput
  private readonly isMulticlass: boolean
  private readonly at: LabelledRow

  constructor(graph: Graph, parts: LabelJoinParts) {
    this.graph = graph
    this.plan = graph.label
    this.keyed = parts.keyed
    this.models = parts.models
    this.layout = parts.models.layout
    this.counters = parts.counters
    this.output = parts.output
    this.isMulticlass = graph.label.problem === 'multiclass'
    this.value = new LabelValue(graph, parts.classes)
    this.pending = new PendingRows({
      width: this.layout.width,
      maxPending: this.plan.maxPending,
      memoryMs: this.plan.horizonMs,
      onOrphan: (key) => {
        this.counters.add(CounterIndex.orphaned)
        if (this.value.joined) this.value.forgetEarly(key)
      },
    })
    this.at = new LabelledRow(graph, this.value, this.pending)
    const { models, names } = parts.models
    this.carried = new CarriedRows(graph, this.pending, this.keyed, this.layout, models, names)
  }

  /** Looks at a row that is predicted on or carries a label: see `LabelledRow.prepare`. */
  prepare(
    columns: InputColumns,
    input: number,
    row: number,
    nowMs: number,
    predicts: boolean,
    labels: boolean,
  ): string | undefined {
    return this.at.prepare(columns, input, row, nowMs, predicts, labels)
  }

  /** Takes the label that the prepared row carries. A record that is itself predicted on is never an early label: it would be its own. */
  takeLabel(predicts: boolean): void {
    const { at, pending, counters } = this
    if (!at.isLabel) return
    const { key, nowMs } = at
    const state = pending.state(key, nowMs)
    if (state === KeyState.waiting) this.judge()
    else if (state === KeyState.resolved) counters.add(CounterIndex.duplicate)
    else if (state === KeyState.early) this.takeSecondEarly()
    else if (state === KeyState.none) {
      if (predicts) return
      counters.add(CounterIndex.early)
      this.keepEarly()
    } else {
      counters.add(CounterIndex.late)
      if (predicts) return // the record is of use all the same
      const why = state === KeyState.dropped ? 'its event had to make room at maxPending' : 'its horizon'
      this.output.deadLetters.push({
        input: at.input,
        row: at.row,
        cause: `the label came after ${why}`,
        stage: 'label',
      })
    }
  }

  /** A new waiting row for the prepared event; its index in doubles. Throws MILLRACE_STREAM_STOPPED when there is no room and `onFull` is 'stop'. */
  add(eventMs: number, assembled: Float64Array): number {
    const { at, pending, plan, layout, counters } = this
    for (let i = 0; i < MOST_DROPPED && pending.count >= plan.maxPending; i++) this.makeRoom()
    const waiting = pending.add(at.key)
    const { values } = pending.rows
    const from = waiting * layout.width
    const row = from + layout.row
    for (let i = 0; i < assembled.length; i++) values[row + i] = assembled[i]
    values[from + layout.eventTime] = eventMs
    values[from + layout.arrival] = at.nowMs
    values[from + layout.deadline] = at.nowMs + plan.horizonMs
    values[from + layout.last] = counters.lastLabel
    values[from + layout.label] = plan.sameRecord ? at.label : Number.NaN
    const { keys, labelKeys } = layout
    for (let k = 0; k < keys.length; k++) {
      const slot = this.keyed.slotOf(keys[k], at.columns, at.row, at.nowMs)
      if (slot >= 0) this.keyed.tables[keys[k]].retain(slot)
      values[from + labelKeys + k] = slot
    }
    if (this.value.joined) this.value.keepEvent(waiting, at.columns, at.row)
    return waiting
  }

  /** Gives a row that was just predicted its label, if that came before it. `wasEarly`: what `isEarly` said before the row was added. */
  takeEarly(waiting: number): void {
    const { value, at, pending } = this
    let label = pending.earlyLabel(at.key)
    if (value.joined) {
      try {
        label = value.ofEarly(at.key, waiting)
      } catch (error) {
        if (!(error instanceof ArrowFailure)) throw error
        this.models.fail(error, at.nowMs) // the label's record is gone: counted and told, and the row waits for another
        label = Number.NaN
      }
      value.forgetEarly(at.key)
    }
    this.labelled(waiting, label, at.nowMs)
    if (pending.firstOfKey(at.key) < 0) pending.settle(at.key, KeyState.resolved, at.nowMs)
  }

  /** Whether the prepared event's label is there already. */
  isEarly(): boolean {
    return this.at.key >= 0 && this.pending.state(this.at.key, this.at.nowMs) === KeyState.early
  }

  /** When the horizon of the longest waiting row ends, ms; Infinity when none waits. */
  get nextDeadlineMs(): number {
    const { pending, layout } = this
    const { oldest } = pending
    return oldest < 0 ? Number.POSITIVE_INFINITY : pending.rows.values[oldest * layout.width + layout.deadline]
  }

  /** Ends the waiting of rows whose horizon has passed: same-record labels come true, others are given up or implied. */
  expire(nowMs: number): void {
    const { pending, layout, plan } = this
    let waiting = pending.oldest
    if (waiting < 0 || pending.rows.values[waiting * layout.width + layout.deadline] > nowMs) return
    this.models.evaluation.advance(nowMs)
    for (; waiting >= 0; waiting = pending.oldest) {
      const { values } = pending.rows
      const at = waiting * layout.width
      const deadline = values[at + layout.deadline]
      if (deadline > nowMs) return
      const known = values[at + layout.label]
      if (plan.sameRecord) this.settleRow(waiting, known, deadline)
      else if (known !== known) {
        const implied = plan.never === 'drop' ? Number.NaN : this.value.implicit(plan.never.value)
        this.settleRow(waiting, implied, deadline)
      }
      this.forget(waiting, KeyState.expired, deadline)
    }
  }

  parts(definition: string): StatePart[] {
    return [
      { path: 'label.pending', definition, state: this.carried },
      { path: 'label.value', definition, state: this.value },
    ]
  }

  /** The prepared label judges every waiting row of its key, in the order of their predictions. */
  private judge(): void {
    const { at, pending, value } = this
    let next: number
    for (let row = pending.firstOfKey(at.key), i = 0; row >= 0; row = next, i++) {
      next = pending.nextOfKey(row)
      this.labelled(row, value.joined ? at.joined[i] : at.label, at.nowMs)
    }
    if (pending.firstOfKey(at.key) < 0) pending.settle(at.key, KeyState.resolved, at.nowMs)
  }

  private keepEarly(): void {
    const { at } = this
    this.pending.settle(at.key, KeyState.early, at.nowMs, at.label)
    if (this.value.joined) this.value.keepEarly(at.key, at.columns, at.row)
  }

  /** A second label for an event that is still to come: a duplicate, or the one that counts. */
  private takeSecondEarly(): void {
    const isSame = !this.value.joined && this.at.label === this.pending.earlyLabel(this.at.key)
    if (this.plan.corrected === 'ignore' || isSame) this.counters.add(CounterIndex.duplicate)
    else this.keepEarly()
  }

  /** A label for one waiting row, NaN for none: the first is scored and learned; a second is a duplicate, or learned as a correction. */
  private labelled(waiting: number, label: number, nowMs: number): void {
    if (label !== label) return
    const { layout, pending, plan, counters } = this
    if (plan.corrected === 'ignore') {
      this.settleRow(waiting, label, nowMs)
      this.forget(waiting, KeyState.none, nowMs)
      return
    }
    const { values } = pending.rows
    const at = waiting * layout.width
    const first = values[at + layout.label]
    if (first === label) {
      counters.add(CounterIndex.duplicate)
      return
    }
    if (first !== first) this.settleRow(waiting, label, nowMs)
    else if (!this.isUnknown(label)) {
      counters.add(CounterIndex.corrected)
      this.models.learn(values, at, label)
    }
    values[at + layout.label] = label
    pending.rows.touch(at + layout.label)
  }

  /** The outcome of a waiting row: its label, or NaN for none. */
  private settleRow(waiting: number, label: number, nowMs: number): void {
    const { values } = this.pending.rows
    const at = waiting * this.layout.width
    if (label === label && !this.isUnknown(label)) {
      this.models.resolve(values, at, label, nowMs)
      return
    }
    this.counters.add(label === label ? CounterIndex.unknownClass : CounterIndex.unlabelled)
    this.models.unlabelled(values, at, nowMs)
  }

  private isUnknown(label: number): boolean {
    return label < 0 && this.isMulticlass
  }

  /** The oldest row stops waiting, because another comes. */
  private makeRoom(): void {
    const { pending, layout, plan, at } = this
    if (plan.onFull === 'stop') {
      throw new MillraceError(
        'MILLRACE_STREAM_STOPPED',
        `stream '${this.graph.name}'`,
        `${pending.count} events wait for labels, and onFull is 'stop'`,
        "Send the labels, raise label.maxPending, or choose onFull: 'drop-oldest'",
      )
    }
    const { oldest } = pending
    const from = oldest * layout.width
    const known = pending.rows.values[from + layout.label]
    if (plan.sameRecord || known !== known) {
      this.counters.add(CounterIndex.dropped)
      this.models.unlabelled(pending.rows.values, from, at.nowMs)
    }
    this.forget(oldest, KeyState.dropped, at.nowMs)
  }

  /** Takes a row out of the waiting ones and lets go of what it held; `state` is its key's when no other row waits. */
  private forget(waiting: number, state: number, nowMs: number): void {
    const { pending, layout, keyed } = this
    const { values } = pending.rows
    const at = waiting * layout.width + layout.labelKeys
    for (let k = 0; k < layout.keys.length; k++) {
      if (values[at + k] >= 0) keyed.tables[layout.keys[k]].release(values[at + k])
    }
    const key = pending.keyOf(waiting)
    if (this.value.joined) this.value.forgetEvent(waiting)
    pending.remove(waiting)
    if (state !== KeyState.none && key >= 0 && pending.firstOfKey(key) < 0) pending.settle(key, state, nowMs)
  }
}
