import { Pages } from '../stats/pages.ts'
import type { Stateful, StateRegion } from '../stats/state-region.ts'
import { checkParameter } from '../transforms/check-parameter.ts'
import { type CohortScores, cohortScores, foldCohort } from './cohort-scores.ts'
import type { CohortsOptions, OpenCohort } from './cohorts-options.ts'
import { defaultMetrics } from './default-metrics.ts'
import { MetricSet } from './metric-set.ts'
import type { Outcome } from './outcome.ts'
import { placeModels } from './place-models.ts'
import type { Scores } from './scoreboard.ts'
import { swapRanges } from './swap-ranges.ts'

const NEWEST = 0
const CLOSED_BELOW = 1
const PASSED_BELOW = 2
const LATE = 3
const IMMATURE = 4
const SCALARS = 8
const HEAD = 4 // per open cohort: its number (NaN = free), predictions, settled ones

/**
 * Metrics by cohort of predictions made in the same stretch of time (say, a day), for several models. A cohort is mature
 * when a later one has begun and at least `matureShare` of its predictions are settled, or when all lie past the horizon:
 * labels that arrive fast are not like those that arrive slowly. Cohort numbers are whole and roughly rising; what belongs
 * to a cohort that was closed already is counted as late and left out. All of the state is flat and bounded.
 * Throws MILLRACE_EVALUATE_PARAMETER, MILLRACE_LEARNER_PARAMETER.
 */
export class Cohorts implements Stateful {
  readonly set: MetricSet
  readonly models: number
  /** Told of each cohort just before it is closed, while `provisional` still reads it: for learning curves. */
  onClose: ((cohort: number) => void) | undefined
  /** Outcomes that a model needs in a cohort for the cohort to count in its means. */
  readonly minSize: number
  private readonly matureShare: number
  private readonly maxOpen: number
  private readonly modelStride: number
  private readonly stride: number
  private readonly foldedStride: number
  /** Scalars, then a head per slot. */
  private readonly heads: Pages<Float64Array>
  /** Per slot and model: outcomes, metric states. */
  private readonly states: Pages<Float64Array>
  /** Per model: cohorts, outcomes, pooled metric states, then per metric the count, sum and sum of squares of its values. */
  private readonly folded: Pages<Float64Array>
  /** Where a cohort was found last, by its lowest bits: labels of many days come in between each other. */
  private readonly slots: Int32Array

  constructor(options: CohortsOptions) {
    const { problem, classes, models, minSize = 500, matureShare = 0.99, maxOpen = 32 } = options
    checkParameter('cohorts', 'models', models, { min: 1, max: 10_000, whole: true })
    checkParameter('cohorts', 'minSize', minSize, { min: 1, max: 1e12, whole: true })
    checkParameter('cohorts', 'matureShare', matureShare, { min: 0, max: 1, above: true })
    checkParameter('cohorts', 'maxOpen', maxOpen, { min: 2, max: 10_000, whole: true })
    this.set = new MetricSet(options.metrics ?? defaultMetrics(problem), problem, classes)
    this.models = models
    this.minSize = minSize
    this.matureShare = matureShare
    this.maxOpen = maxOpen
    this.modelStride = 1 + this.set.width
    this.stride = models * this.modelStride
    this.foldedStride = 2 + this.set.width + 3 * this.set.metrics.length
    const heads = new Float64Array(SCALARS + maxOpen * HEAD).fill(NaN, SCALARS)
    heads.fill(-Infinity, NEWEST, LATE)
    this.heads = new Pages(heads)
    this.states = new Pages(new Float64Array(2 * this.stride)) // grows with the cohorts that are open at once
    this.folded = new Pages(new Float64Array(models * this.foldedStride))
    this.slots = new Int32Array(2 ** (32 - Math.clz32(maxOpen)))
  }

  /** Counts a prediction made in a cohort. */
  predicted(cohort: number): void {
    let slot = this.find(cohort)
    if (slot < 0) slot = this.open(cohort)
    if (slot < 0) return this.count(LATE)
    const head = SCALARS + slot * HEAD
    this.heads.values[head + 1]++
    this.heads.touch(head + 1)
  }

  /** Counts the label of a prediction made in a cohort. Gives the cohort's slot for `update`, or -1 when the cohort is closed. */
  resolved(cohort: number): number {
    const slot = this.find(cohort)
    if (slot < 0) this.count(LATE)
    else this.settle(slot)
    return slot
  }

  /** Takes the outcome of one model, as `set.look` gives it, in the cohort of a slot that `resolved` just gave. */
  update(slot: number, model: number, outcome: Outcome): void {
    const from = slot * this.stride + model * this.modelStride
    this.states.values[from]++
    this.states.touch(from)
    this.set.take(this.states, from + 1, outcome)
  }

  /** Counts a prediction of a cohort whose horizon passed without a label. */
  expired(cohort: number): void {
    const slot = this.find(cohort)
    if (slot >= 0) this.settle(slot)
  }

  /** Says that all predictions of cohorts below this one lie past the horizon. */
  passed(below: number): void {
    if (below > this.heads.values[PASSED_BELOW]) {
      this.heads.values[PASSED_BELOW] = below
      this.heads.touch(PASSED_BELOW)
    }
  }

  /** The figures of a model over all mature cohorts; allocates. */
  read(model: number): CohortScores {
    const from = model * this.foldedStride
    const sums = this.folded.values.slice(from, from + this.foldedStride)
    for (let slot = 0; slot < this.maxOpen; slot++) if (this.isMature(slot)) this.foldModel(slot, model, sums, 0)
    return cohortScores(this.set, sums)
  }

  /** The cohorts that are open, by number. */
  openCohorts(): OpenCohort[] {
    const open: OpenCohort[] = []
    for (let slot = 0; slot < this.maxOpen; slot++) {
      const [cohort, predicted, settled] = this.heads.values.subarray(SCALARS + slot * HEAD, SCALARS + slot * HEAD + 3)
      if (cohort === cohort) open.push({ cohort, predicted, settled, mature: this.isMature(slot) })
    }
    return open.sort((a, b) => a.cohort - b.cohort)
  }

  /** One model's outcomes and figures in an open cohort, provisional unless it is mature; undefined when the cohort is not open. */
  provisional(cohort: number, model: number): (Scores & { readonly outcomes: number }) | undefined {
    const slot = this.find(cohort)
    if (slot < 0) return undefined
    const from = slot * this.stride + model * this.modelStride
    return {
      outcomes: this.states.values[from],
      values: this.set.read(this.states.values, from + 1),
      standardErrors: this.set.standardErrors(this.states.values, from + 1),
    }
  }

  /** Predictions and labels of cohorts that were closed already. */
  get late(): number {
    return this.heads.values[LATE]
  }

  /** Cohorts that had to be closed before they were mature, and count nowhere. */
  get immature(): number {
    return this.heads.values[IMMATURE]
  }

  /** Forgets a model's outcomes: another takes its place. */
  reset(model: number): void {
    for (let at = model * this.modelStride; at < this.states.length; at += this.stride) {
      this.states.values.fill(0, at, at + this.modelStride)
      this.states.touchRange(at, at + this.modelStride)
    }
    const from = model * this.foldedStride
    this.folded.values.fill(0, from, from + this.foldedStride)
    this.folded.touchRange(from, from + this.foldedStride)
  }

  /** Models of which there are figures: others than `models` after those of another stream were loaded, until `place`. */
  get placed(): number {
    return this.folded.length / this.foldedStride
  }

  /** Puts figures that were loaded of other models where they belong: model `i` now is the one at `places[i]`, -1 for a new one. */
  place(places: readonly number[]): void {
    const before = this.placed
    placeModels(this.states, this.modelStride, before, places)
    placeModels(this.folded, this.foldedStride, before, places)
  }

  /** Exchanges the figures of two models: they change places. */
  swap(a: number, b: number): void {
    for (let at = 0; at < this.states.length; at += this.stride) {
      swapRanges(this.states, at + a * this.modelStride, at + b * this.modelStride, this.modelStride)
    }
    swapRanges(this.folded, a * this.foldedStride, b * this.foldedStride, this.foldedStride)
  }

  regions(): Readonly<Record<string, StateRegion>> {
    return { heads: this.heads, states: this.states, folded: this.folded }
  }

  loaded(): void {
    this.slots.fill(0)
  }

  private find(cohort: number): number {
    const heads = this.heads.values
    if (cohort < heads[CLOSED_BELOW]) return -1
    const place = cohort & (this.slots.length - 1)
    if (heads[SCALARS + this.slots[place] * HEAD] === cohort) return this.slots[place]
    for (let slot = 0; slot < this.maxOpen; slot++) {
      if (heads[SCALARS + slot * HEAD] !== cohort) continue
      this.slots[place] = slot
      return slot
    }
    return -1
  }

  /** A slot for a new cohort, or -1 when it comes too late to be opened. */
  private open(cohort: number): number {
    const heads = this.heads.values
    if (cohort < heads[CLOSED_BELOW]) return -1
    if (cohort > heads[NEWEST]) heads[NEWEST] = cohort
    this.closeSettled()
    let slot = this.free()
    if (slot < 0) {
      const oldest = this.oldest()
      if (cohort < heads[SCALARS + oldest * HEAD]) return -1
      this.close(oldest)
      slot = oldest
    }
    const head = SCALARS + slot * HEAD
    heads[head] = cohort
    heads[head + 1] = 0
    heads[head + 2] = 0
    this.heads.touchRange(0, head + HEAD)
    this.states.ensure((slot + 1) * this.stride)
    return slot
  }

  /** Closes the oldest cohorts as long as nothing more is to come: all settled, and two later ones begun. */
  private closeSettled(): void {
    const heads = this.heads.values
    for (;;) {
      const slot = this.oldest()
      if (slot < 0) return
      const head = SCALARS + slot * HEAD
      if (heads[head] >= heads[NEWEST] - 1 || (heads[head + 2] < heads[head + 1] && !this.isPassed(slot))) return
      this.close(slot)
    }
  }

  private close(slot: number): void {
    const heads = this.heads.values
    const head = SCALARS + slot * HEAD
    if (this.onClose !== undefined) this.onClose(heads[head])
    if (this.isMature(slot)) {
      for (let model = 0; model < this.models; model++) {
        this.foldModel(slot, model, this.folded.values, model * this.foldedStride)
      }
      this.folded.touchRange(0, this.folded.length)
    } else this.count(IMMATURE)
    heads[CLOSED_BELOW] = heads[head] + 1
    heads[head] = NaN
    this.states.values.fill(0, slot * this.stride, (slot + 1) * this.stride)
    this.states.touchRange(slot * this.stride, (slot + 1) * this.stride)
    this.heads.touchRange(0, head + HEAD)
  }

  /** Adds a model's share of a cohort to sums laid out as a row of `folded`. */
  private foldModel(slot: number, model: number, sums: Float64Array, at: number): void {
    const from = slot * this.stride + model * this.modelStride
    foldCohort(this.set, this.states.values, from, sums, at, this.minSize)
  }

  private isMature(slot: number): boolean {
    const heads = this.heads.values
    const head = SCALARS + slot * HEAD
    if (this.isPassed(slot)) return true
    return heads[head] < heads[NEWEST] && heads[head + 2] >= this.matureShare * heads[head + 1]
  }

  private isPassed(slot: number): boolean {
    return this.heads.values[SCALARS + slot * HEAD] < this.heads.values[PASSED_BELOW]
  }

  private free(): number {
    for (let slot = 0; slot < this.maxOpen; slot++) {
      if (Number.isNaN(this.heads.values[SCALARS + slot * HEAD])) return slot
    }
    return -1
  }

  private oldest(): number {
    const heads = this.heads.values
    let oldest = -1
    for (let slot = 0; slot < this.maxOpen; slot++) {
      const cohort = heads[SCALARS + slot * HEAD]
      if (cohort === cohort && (oldest < 0 || cohort < heads[SCALARS + oldest * HEAD])) oldest = slot
    }
    return oldest
  }

  private settle(slot: number): void {
    const head = SCALARS + slot * HEAD
    this.heads.values[head + 2]++
    this.heads.touch(head + 2)
  }

  private count(scalar: number): void {
    this.heads.values[scalar]++
    this.heads.touch(scalar)
  }
}
