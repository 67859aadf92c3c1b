import type { Problem } from '../learners/learner.ts'
import { Pages } from '../stats/pages.ts'
import type { Stateful, StateRegion } from '../stats/state-region.ts'
import { checkParameter } from '../transforms/check-parameter.ts'
import { addStates } from './add-states.ts'
import { defaultMetrics } from './default-metrics.ts'
import type { Metric } from './metric.ts'
import { MetricSet, type MetricValues } from './metric-set.ts'
import type { Outcome } from './outcome.ts'
import { placeModels } from './place-models.ts'
import { swapRanges } from './swap-ranges.ts'

const HEAD = 4
const LARGEST = 2 ** 256 // the faded state's weights grow to this before all of it is scaled back

export interface ScoreboardOptions {
  readonly problem: Problem
  readonly classes: number
  /** How many models are scored: champion, challengers, baselines. */
  readonly models: number
  /** Default: those of `defaultMetrics`. */
  readonly metrics?: readonly Metric[]
  /** Outcomes that the rolling figures cover (at least; one pane more at most). Default 20,000. */
  readonly rollingLength?: number
  /** Panes of the rolling window; an outcome costs more the shorter a pane is. Default 5. */
  readonly panes?: number
  /** What a pane's weight is multiplied by with each outcome after it. Default 1 - 1 / rollingLength. */
  readonly fading?: number
}

/** Figures over one stretch of outcomes. */
export interface Scores {
  readonly values: MetricValues
  readonly standardErrors: MetricValues
}

/** All figures of one model. */
export interface ModelScores {
  readonly outcomes: number
  readonly whole: Scores
  readonly rolling: Scores
  readonly fading: Scores
}

/**
 * The metrics of several models in the order in which labels arrive: whole-run, rolling and fading. An outcome is written
 * once, into the model's open pane; a pane that is full is added to the whole-run state and to the fading one. All of the
 * state is flat. Figures by mature cohort are those of `Cohorts`. Throws MILLRACE_EVALUATE_PARAMETER,
 * MILLRACE_LEARNER_PARAMETER.
 */
export class Scoreboard implements Stateful {
  readonly set: MetricSet
  readonly models: number
  private readonly paneLength: number
  private readonly ring: number
  private readonly factor: number
  private readonly fade: number
  private readonly stride: number
  /** Per model: the whole run's closed panes, the faded ones, the ring of panes. */
  private readonly state: Pages<Float64Array>
  /** Per model: outcomes, open pane, outcomes in it, scale of the faded state. */
  private readonly heads: Pages<Float64Array>
  private readonly sum: Float64Array

  constructor(options: ScoreboardOptions) {
    const { problem, classes, models, rollingLength = 20_000, panes = 5 } = options
    checkParameter('scoreboard', 'models', models, { min: 1, max: 10_000, whole: true })
    checkParameter('scoreboard', 'rollingLength', rollingLength, { min: 1, max: 1e12, whole: true })
    checkParameter('scoreboard', 'panes', panes, { min: 1, max: 10_000, whole: true })
    const fading = options.fading ?? 1 - 1 / (rollingLength + 1)
    checkParameter('scoreboard', 'fading', fading, { min: 0, max: 1, above: true })
    this.set = new MetricSet(options.metrics ?? defaultMetrics(problem), problem, classes)
    this.models = models
    this.paneLength = Math.ceil(rollingLength / panes)
    this.ring = Math.ceil(rollingLength / this.paneLength) + 1
    this.factor = fading
    this.fade = power(fading, this.paneLength)
    this.stride = (2 + this.ring) * this.set.width
    this.state = new Pages(new Float64Array(models * this.stride))
    this.heads = new Pages(new Float64Array(models * HEAD))
    this.sum = new Float64Array(this.set.width)
    for (let model = 0; model < models; model++) this.heads.values[model * HEAD + 3] = 1
  }

  /** Takes one outcome of a model, as `set.look` gives it: here, or of whoever takes it, too. */
  update(model: number, outcome: Outcome): void {
    const heads = this.heads.values
    const head = model * HEAD
    if (heads[head + 2] === this.paneLength) this.closePane(model)
    heads[head]++
    heads[head + 2]++
    this.heads.touch(head)
    const from = model * this.stride + (2 + heads[head + 1]) * this.set.width
    this.set.take(this.state, from, outcome)
  }

  /** All figures of a model; allocates. */
  read(model: number): ModelScores {
    const open = (2 + this.heads.values[model * HEAD + 1]) * this.set.width
    const width = this.set.width
    const rolling: number[] = []
    for (let pane = 0; pane < this.ring; pane++) rolling.push((2 + pane) * width)
    return {
      outcomes: this.outcomes(model),
      whole: this.scores(model, [0, open]),
      rolling: this.scores(model, rolling),
      fading: this.scores(model, [open], true),
    }
  }

  /** The whole-run state of a model's metrics, as `set` lays it out; allocates. */
  stateOf(model: number): Float64Array {
    const open = (2 + this.heads.values[model * HEAD + 1]) * this.set.width
    const state = new Float64Array(this.set.width)
    for (const part of [0, open]) addStates(state, 0, this.state.values, model * this.stride + part, this.set.width)
    return state
  }

  /** Outcomes that a model was scored on. */
  outcomes(model: number): number {
    return this.heads.values[model * HEAD]
  }

  /** Forgets a model's outcomes: another takes its place. */
  reset(model: number): void {
    this.state.values.fill(0, model * this.stride, (model + 1) * this.stride)
    this.state.touchRange(model * this.stride, (model + 1) * this.stride)
    this.heads.values.fill(0, model * HEAD, (model + 1) * HEAD)
    this.heads.values[model * HEAD + 3] = 1
    this.heads.touchRange(model * HEAD, (model + 1) * HEAD)
  }

  /** Models of which there are figures: others than `models` after those of another stream were loaded, until `place`. */
  get placed(): number {
    return this.heads.length / HEAD
  }

  /** Puts figures that were loaded of other models where they belong: model `i` now is the one at `places[i]`, -1 for a new one. */
  place(places: readonly number[]): void {
    const before = this.placed
    placeModels(this.state, this.stride, before, places)
    placeModels(this.heads, HEAD, before, places)
    places.forEach((place, model) => place < 0 && this.reset(model))
  }

  /** Exchanges the figures of two models: they change places. */
  swap(a: number, b: number): void {
    swapRanges(this.state, a * this.stride, b * this.stride, this.stride)
    swapRanges(this.heads, a * HEAD, b * HEAD, HEAD)
  }

  regions(): Readonly<Record<string, StateRegion>> {
    return { heads: this.heads, state: this.state }
  }

  /** Adds the full pane to the closed ones and opens the next; weights of the faded state grow instead of the old ones shrinking. */
  private closePane(model: number): void {
    const { values } = this.state
    const heads = this.heads.values
    const { width } = this.set
    const head = model * HEAD
    const whole = model * this.stride
    const faded = whole + width
    const pane = whole + (2 + heads[head + 1]) * width
    const scale = this.grow(heads[head + 3] / this.fade, faded)
    for (let i = 0; i < width; i++) {
      const value = values[pane + i]
      if (value === 0) continue // most bins of a histogram are empty
      values[whole + i] += value
      values[faded + i] += value * scale
      this.state.touch(whole + i)
      this.state.touch(faded + i)
    }
    const next = (heads[head + 1] + 1) % this.ring
    heads[head + 1] = next
    heads[head + 2] = 0
    heads[head + 3] = scale
    const begin = whole + (2 + next) * width
    values.fill(0, begin, begin + width)
    this.state.touchRange(begin, begin + width)
  }

  private grow(scale: number, faded: number): number {
    if (scale <= LARGEST) return scale
    const { values } = this.state
    for (let i = faded; i < faded + this.set.width; i++) values[i] /= scale
    this.state.touchRange(faded, faded + this.set.width)
    return 1
  }

  private scores(model: number, parts: readonly number[], faded = false): Scores {
    const { sum, set, stride } = this
    sum.fill(0)
    if (faded) {
      const head = model * HEAD
      const scale = power(this.factor, this.heads.values[head + 2]) / this.heads.values[head + 3]
      for (let i = 0; i < set.width; i++) sum[i] = this.state.values[model * stride + set.width + i] * scale
    }
    for (const part of parts) addStates(sum, 0, this.state.values, model * stride + part, set.width)
    return { values: set.read(sum, 0), standardErrors: set.standardErrors(sum, 0) }
  }
}

function power(base: number, exponent: number): number {
  let result = 1
  for (let factor = base, n = exponent; n > 0; n = Math.floor(n / 2), factor *= factor)
    if (n % 2 === 1) result *= factor
  return result
}
