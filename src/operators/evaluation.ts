import type { CohortScores } from '../evaluate/cohort-scores.ts'
import { Cohorts } from '../evaluate/cohorts.ts'
import { defaultMetrics } from '../evaluate/default-metrics.ts'
import type { Metric } from '../evaluate/metric.ts'
import type { MetricValues } from '../evaluate/metric-set.ts'
import { type ModelScores, Scoreboard } from '../evaluate/scoreboard.ts'
import type { Target } from '../learners/learner.ts'
import type { StatePart } from '../stats/state-region.ts'
import type { ModelSlot } from './model-slot.ts'
import type { PendingLayout } from './pending-layout.ts'

const DAY_MS = 86_400_000
const SERVED = 0
const MODELS = 2 // where the parts' definition says how many models there are
const FEWEST = 32 // cohorts that may be open
const SPARE = 16 // cohorts that may be open beyond the horizon: events come out of order
const MOST = 4096
const MOST_BYTES = 64 << 20

/** The metrics that are kept for each cohort; the others need whole curves or tables, and are for whole runs. */
function isForCohorts({ name }: Metric): boolean {
  return name !== 'calibration' && name !== 'kappa' && name !== 'kappa-t'
}

/** The figures of what was served, of a baseline, or of a challenger. */
export interface NamedScores extends ModelScores {
  readonly name: string
  readonly cohorts: CohortScores
}

/**
 * The prequential metrics of a task: of the predictions that were served, of the baselines beside them, and of every
 * other model in its slot, in label order (`Scoreboard`) and by mature cohort (`Cohorts`). A cohort is a day, in UTC. Where
 * the days within the horizon would take more than 64 MiB, it is so many whole days that they do not: of a binary problem
 * with eight models beyond some hundred days, of others beyond ten years.
 */
export class Evaluation {
  /** Loss of the prediction that was served, of the latest outcome: squared error of the label's probability, or absolute error; NaN where nothing was predicted. */
  servedLoss = 0
  readonly scoreboard: Scoreboard
  readonly cohorts: Cohorts
  /** Length of a cohort, whole days. */
  readonly cohortDays: number
  private readonly cohortMs: number
  private readonly maxOpen: number
  private readonly target: Target
  private readonly names: readonly string[]
  private readonly horizonMs: number
  private readonly isBinary: boolean
  private readonly out: Float64Array

  constructor(target: Target, baselines: readonly string[], slots: number, horizonMs: number) {
    this.target = target
    this.names = ['served', ...baselines]
    this.horizonMs = horizonMs
    this.isBinary = target.problem === 'binary'
    const { problem, classes } = target
    const models = this.names.length + slots
    const metrics = defaultMetrics(problem).filter(isForCohorts)
    const doubles = metrics.reduce((sum, metric) => sum + metric.width(classes), 1) * models
    this.cohortDays = cohortDays(horizonMs / DAY_MS, doubles * Float64Array.BYTES_PER_ELEMENT)
    this.cohortMs = this.cohortDays * DAY_MS
    this.maxOpen = Math.max(FEWEST, Math.ceil(horizonMs / this.cohortMs) + SPARE)
    this.scoreboard = new Scoreboard({ problem, classes, models })
    this.cohorts = new Cohorts({ problem, classes, models, metrics, maxOpen: this.maxOpen })
    this.out = new Float64Array(Math.max(2, classes))
  }

  predicted(eventMs: number): void {
    this.cohorts.predicted(Math.floor(eventMs / this.cohortMs))
  }

  unlabelled(eventMs: number): void {
    this.cohorts.expired(Math.floor(eventMs / this.cohortMs))
  }

  /** Time went on: predictions older than the horizon wait for nothing. */
  advance(nowMs: number): void {
    this.cohorts.passed(Math.floor((nowMs - this.horizonMs) / this.cohortMs))
  }

  /** Scores the outcome of a waiting row: everything that was said of it, each under the name it was said by. */
  resolve(
    values: Float64Array,
    at: number,
    layout: PendingLayout,
    slots: readonly (ModelSlot | undefined)[],
    label: number,
  ): void {
    const cohort = this.cohorts.resolved(Math.floor(values[at + layout.eventTime] / this.cohortMs))
    const last = values[at + layout.last]
    const servedBy = values[at + layout.servedBy]
    const { kept } = layout
    const served = this.score(SERVED, cohort, values, at + layout.served, kept, label, last)
    this.servedLoss = served ? this.loss(label) : Number.NaN
    const baselines = this.names.length - 1
    for (let b = 0; b < baselines; b++)
      this.score(1 + b, cohort, values, at + layout.baselines + b * kept, kept, label, last)
    const sequence = values[at + layout.sequence]
    for (let s = 0; s < slots.length; s++) {
      const slot = slots[s]
      if (slot === undefined || s === servedBy || sequence < slot.born) continue
      this.score(this.names.length + s, cohort, values, at + layout.slots + s * kept, kept, label, last)
    }
  }

  /** Another model takes a slot: its figures begin anew. */
  resetSlot(slot: number): void {
    this.scoreboard.reset(this.names.length + slot)
    this.cohorts.reset(this.names.length + slot)
  }

  /** All figures: of what was served, then of the baselines. */
  read(): NamedScores[] {
    return this.names.map((name, i) => ({ name, ...this.scoreboard.read(i), cohorts: this.cohorts.read(i) }))
  }

  /** What was served and the baselines, in one cohort that is still open. */
  cohortPoint(cohort: number): { time: number; outcomes: number; isCounted: boolean; values: readonly MetricValues[] } {
    const isMature = this.cohorts.openCohorts().some((one) => one.cohort === cohort && one.mature)
    const scores = this.names.map((_, i) => this.cohorts.provisional(cohort, i))
    const outcomes = scores[SERVED]?.outcomes ?? 0
    return {
      time: cohort * this.cohortMs,
      outcomes,
      isCounted: isMature && outcomes >= this.cohorts.minSize,
      values: scores.map((one) => one?.values ?? {}),
    }
  }

  /** The figures of the model in a slot while it was not serving. */
  readSlot(slot: number, version: string): NamedScores {
    const i = this.names.length + slot
    return { name: version, ...this.scoreboard.read(i), cohorts: this.cohorts.read(i) }
  }

  /** Its state; `slotsBefore` says for each slot where it was in a state that was loaded, -1 for nowhere, undefined where no models were. */
  parts(slotsBefore: () => readonly number[] | undefined): StatePart[] {
    const { scoreboard, cohorts } = this
    const metrics = [scoreboard, cohorts].map(({ set }) => set.metrics.map(({ name }) => name))
    const definition = [this.target, this.names, scoreboard.models, this.cohortMs, metrics]
    // How many cohorts have room is part of what their state is; where it is the least it goes without saying.
    const places = this.maxOpen === FEWEST ? definition : [...definition, this.maxOpen]
    return [
      this.part('metrics.scoreboard', definition, scoreboard, slotsBefore),
      this.part('metrics.cohorts', places, cohorts, slotsBefore),
    ]
  }

  /** A part whose figures go on where the stream has more or fewer models. */
  private part(
    path: string,
    definition: readonly unknown[],
    state: Scoreboard | Cohorts,
    slotsBefore: () => readonly number[] | undefined,
  ): StatePart {
    const { models } = state
    const loaded = (): void => {
      if (state.placed !== models) state.place(this.places(state.placed, slotsBefore()))
      if (state instanceof Cohorts) state.loaded()
    }
    return {
      path,
      definition: JSON.stringify(definition),
      state: { regions: () => state.regions(), loaded },
      carries: (saved) => {
        const before = JSON.parse(saved) as unknown[]
        const isSame = JSON.stringify(before.with(MODELS, models)) === JSON.stringify(definition)
        return isSame ? `${before[MODELS]} places now ${models}` : undefined
      },
    }
  }

  /** Where each of the models was, of so many that were loaded: what was served and the baselines come first, then the slots. */
  private places(before: number, slotsBefore: readonly number[] | undefined): number[] {
    const first = this.names.length
    return Array.from({ length: this.scoreboard.models }, (_, i) => {
      if (i < first) return i
      const slot = slotsBefore?.[i - first] ?? -1
      return slot < 0 || first + slot >= before ? -1 : first + slot
    })
  }

  private score(
    model: number,
    cohort: number,
    values: Float64Array,
    at: number,
    kept: number,
    label: number,
    last: number,
  ): boolean {
    const { out } = this
    if (this.isBinary) {
      const p = values[at]
      if (p !== p) return false // a baseline that knows nothing yet
      out[0] = 1 - p
      out[1] = p
    } else for (let o = 0; o < kept; o++) out[o] = values[at + o]
    if (out[0] !== out[0]) return false
    const outcome = this.scoreboard.set.look(label, out, 0, last, 1)
    this.scoreboard.update(model, outcome)
    if (cohort >= 0) this.cohorts.update(cohort, model, outcome)
    return true
  }

  /**
   * What the loss was above what the prediction itself expected it to be, moved into [0, 1]: for probabilities the squared
   * error less its own mean. When the hour or the season makes outcomes harder to foresee the loss rises and this does
   * not; it rises when the model is wrong.
   */
  private loss(label: number): number {
    const { out, target } = this
    if (target.problem === 'regression') return Math.abs(label - out[0])
    let expected = 0
    for (let o = 0; o < target.classes; o++) expected += out[o] * (1 - out[o]) * (1 - out[o])
    const miss = 1 - out[label]
    return (miss * miss - expected + 1) / 2
  }
}

/** The least whole number of days a cohort, with which those within the horizon are few enough. */
function cohortDays(horizonDays: number, bytes: number): number {
  const most = Math.min(MOST - SPARE, MOST_BYTES / bytes - 2) // one that has begun and one that has not wholly passed
  return Math.max(1, Math.min(Math.ceil(horizonDays / Math.max(1, Math.floor(most))), Math.ceil(horizonDays)))
}
