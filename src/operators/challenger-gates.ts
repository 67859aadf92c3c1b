import { boundedLoss } from '../evaluate/bounded-loss.ts'
import { clippedLogLoss } from '../evaluate/clipped-log-loss.ts'
import { type GateReport, PairedGate } from '../evaluate/paired-gate.ts'
import { Pages } from '../stats/pages.ts'
import type { StatePart } from '../stats/state-region.ts'
import type { Graph } from '../stream/graph.ts'
import { aboutLabel } from './about-label.ts'
import { LevelBudget } from './level-budget.ts'
import type { ModelSlot } from './model-slot.ts'
import type { ModelSlots } from './model-slots.ts'
import type { PendingLayout } from './pending-layout.ts'

const HALF = 1 / 2 // shares of the level that is left: of a trial after a great change, and of all gates at a new start
const USUAL = 1 / 16 // of any other trial
const CLIP = 0.001 // keeps the losses bounded
const MOST_ERROR = 10 // so does this, in mean absolute deviations of the labels
const NONE = -1

const LABELS = 0
const MEAN = 1
const DEVIATION = 2

/** A gate for each slot whose model may take over, each comparing it with the champion on the same rows. */
export class ChallengerGates {
  private readonly graph: Graph
  private readonly models: ModelSlots
  private readonly layout: PendingLayout
  private readonly gates: readonly PairedGate[]
  private readonly budget: LevelBudget
  private isLoaded = false
  /** Of the labels: how many, their mean, and the sum of their deviations from it. */
  private readonly labels = new Pages(new Float64Array(3))

  constructor(graph: Graph, models: ModelSlots, layout: PendingLayout) {
    this.graph = graph
    this.models = models
    this.layout = layout
    const { margin, minLabels, alpha } = graph.model.gate
    this.gates = models.slots.map(() => new PairedGate({ margin, minLabels: Math.max(1, minLabels) }))
    this.budget = new LevelBudget(alpha)
    this.beginAll(0)
  }

  /** What the gate of a slot thinks. */
  report(slot: number): GateReport {
    return this.gates[slot].report()
  }

  /** Compares a new model with the champion, from the next prediction on; the level that its gate has. */
  begin(slot: number, predicted: number, isGreat: boolean): number {
    const level = this.budget.take(isGreat ? HALF : USUAL, predicted)
    this.gates[slot].begin(predicted, level)
    return level
  }

  /** Compares every model with the champion, from the next prediction on: what was compared with another says nothing. */
  beginAll(predicted: number): void {
    const tested = this.gates.filter((_, s) => this.isTested(s))
    if (tested.length === 0) return
    const level = this.budget.take(HALF, predicted) / tested.length
    for (const gate of tested) gate.begin(predicted, level)
  }

  /**
   * After a start: models in these slots begin anew or come from another slot, and what was compared with those before
   * says nothing of them. Where another serves, or the stream's gate is another now, so that what was compared could not be
   * loaded, all are compared from here on.
   */
  renew(slots: readonly number[], isOther: boolean, predicted: number): void {
    if (!this.isLoaded) this.budget.refill(predicted)
    if (!this.isLoaded || isOther) this.beginAll(predicted)
    else for (const slot of slots) if (this.isTested(slot)) this.begin(slot, predicted, false)
  }

  /** A promotion gives the level back. */
  refill(predicted: number): void {
    this.budget.refill(predicted)
  }

  /** A row has been predicted, as number `sequence`. */
  predicted(sequence: number): void {
    for (let s = 0; s < this.gates.length; s++) if (this.isTested(s)) this.gates[s].predicted(sequence)
  }

  /** The label of a row will not come. The slot whose gate passes now, with the highest bound of such; or -1. */
  expired(sequence: number): number {
    let best = NONE
    for (let s = 0; s < this.gates.length; s++) {
      if (this.isTested(s) && this.gates[s].expired(sequence)) best = this.better(best, s)
    }
    return best
  }

  /** The label of the waiting row at `at` has come. The slot whose gate passes now, with the highest bound of such; or -1. */
  settled(values: Float64Array, at: number, label: number): number {
    const { models, layout, gates } = this
    const { champion, slots, serving } = models
    const limit = this.errorLimit(label)
    const sequence = values[at + layout.sequence]
    if (sequence < serving.born) return NONE
    let lost = Number.NaN // often no model is tested
    let best = NONE
    for (let s = 0; s < gates.length; s++) {
      if (!this.isTested(s) || sequence < (slots[s] as ModelSlot).born) continue
      if (lost !== lost) lost = this.loss(values, at, champion, label, limit)
      const difference = lost - this.loss(values, at, s, label, limit)
      if (gates[s].settled(sequence, difference)) best = this.better(best, s)
    }
    return best
  }

  /** The world may have changed: every gate begins another sequence. */
  signal(): void {
    for (let s = 0; s < this.gates.length; s++) if (this.isTested(s)) this.gates[s].signal()
  }

  parts(): StatePart[] {
    const { budget, labels, gates, graph } = this
    const definition = JSON.stringify([graph.model.gate])
    const save = (): Uint8Array => new TextEncoder().encode(JSON.stringify(budget.state))
    const load = (bytes: Uint8Array): void => {
      budget.state = JSON.parse(new TextDecoder().decode(bytes))
      this.isLoaded = true
    }
    const parts: StatePart[] = [
      { path: 'race.budget', definition, state: { regions: () => ({ budget: { save, load }, labels }) } },
      ...gates.map((gate, s): StatePart => ({ path: `race.gates.${s}`, definition, state: gate })),
    ]
    return parts.map((part) => aboutLabel(graph, part))
  }

  private isTested(slot: number): boolean {
    const role = this.models.slots[slot]?.role
    return role === 'challenger' || role === 'trial' || role === 'former'
  }

  private better(one: number, other: number): number {
    return one < 0 || this.report(other).lowerBound > this.report(one).lowerBound ? other : one
  }

  /** The bounded loss of what a slot said of a waiting row. */
  private loss(values: Float64Array, at: number, slot: number, label: number, limit: number): number {
    const { kept, slots } = this.layout
    const { problem } = this.graph.label
    const from = at + slots + slot * kept
    if (problem === 'binary') return clippedLogLoss(label === 1 ? values[from] : 1 - values[from], CLIP)
    return boundedLoss(problem, label, values, from, limit)
  }

  /** The most that an error of a regression counts, by the labels before. */
  private errorLimit(label: number): number {
    if (this.graph.label.problem !== 'regression') return 1
    const labels = this.labels.values
    const limit = labels[LABELS] > 0 ? (MOST_ERROR * labels[DEVIATION]) / labels[LABELS] : 0
    labels[LABELS]++
    labels[MEAN] += (label - labels[MEAN]) / labels[LABELS]
    labels[DEVIATION] += Math.abs(label - labels[MEAN])
    this.labels.touch(0)
    return limit
  }
}
