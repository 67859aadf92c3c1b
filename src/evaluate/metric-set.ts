import { MillraceError } from '../errors.ts'
import type { Problem } from '../learners/learner.ts'
import type { Pages } from '../stats/pages.ts'
import { clippedLogLoss } from './clipped-log-loss.ts'
import type { Metric } from './metric.ts'
import { updateConfusion } from './confusion-metric.ts'
import { accuracy } from './metrics/accuracy.ts'
import { brier } from './metrics/brier.ts'
import { calibration } from './metrics/calibration.ts'
import { kappaT } from './metrics/kappa-t.ts'
import { updateLogLoss } from './metrics/log-loss.ts'
import { Outcome } from './outcome.ts'
import { updateScoreHistogram } from './score-histogram.ts'

/** Values by metric name. */
export type MetricValues = Record<string, number>

/**
 * Several metrics side by side in one state: the states of the metrics one after the other, the narrow ones first, and
 * one that several metrics share but once. For a binary problem the built-in metrics are updated by one kernel that
 * takes one logarithm and one bin for all of them, and writes what each would have written by itself.
 */
export class MetricSet {
  readonly metrics: readonly Metric[]
  readonly problem: Problem
  readonly classes: number
  /** Doubles of state. */
  readonly width: number
  /** Where each metric's state begins. */
  readonly offsets: readonly number[]
  /** The metrics that the binary kernel does not know, by index; of those that share a state, the first. */
  private readonly others: readonly number[]
  private readonly hasKernel: boolean
  private readonly narrow: number
  private readonly clip: number
  private readonly accuracyAt: number
  private readonly logLossAt: number
  private readonly brierAt: number
  private readonly confusionAt: number
  private readonly kappaTAt: number
  private readonly scoresAt: number
  private readonly calibrationAt: number
  private readonly outcome = new Outcome()

  /** Throws MILLRACE_EVALUATE_PARAMETER on two metrics of one name or one that does not judge the problem. */
  constructor(metrics: readonly Metric[], problem: Problem, classes: number) {
    check(metrics, problem)
    this.metrics = metrics
    this.problem = problem
    this.classes = classes
    const offsets: number[] = []
    const byWidth = metrics.map((_, i) => i).sort((a, b) => metrics[a].width(classes) - metrics[b].width(classes))
    let width = 0
    let narrow = 0
    const firsts = metrics.map((metric) => firstOf(metrics, metric))
    for (const i of byWidth) {
      if (firsts[i] !== i) continue
      offsets[i] = width
      width += metrics[i].width(classes)
      if (metrics[i].width(classes) <= 64) narrow = width
    }
    for (const [i, first] of firsts.entries()) offsets[i] = offsets[first]
    this.offsets = offsets
    this.width = width
    this.narrow = narrow
    const fused = new Set<number>()
    const find = (update: Metric['update']): number => {
      const i = problem === 'binary' ? metrics.findIndex((metric) => metric.update === update) : -1
      if (i >= 0) fused.add(i)
      return i >= 0 ? offsets[i] : -1
    }
    this.accuracyAt = find(accuracy().update)
    this.logLossAt = find(updateLogLoss)
    this.brierAt = find(brier().update)
    this.confusionAt = find(updateConfusion)
    this.kappaTAt = find(kappaT().update)
    this.scoresAt = find(updateScoreHistogram)
    this.calibrationAt = find(calibration().update)
    this.clip = metrics.find((metric) => metric.update === updateLogLoss)?.parameters.clip ?? 0
    this.others = byWidth.filter((i) => firsts[i] === i && !fused.has(i))
    this.hasKernel = fused.size > 0
  }

  /** Takes one outcome into the state at `from`, as `Metric.update` does, and marks the pages that it changed. */
  update(
    state: Pages<Float64Array>,
    from: number,
    label: number,
    out: Float64Array,
    at: number,
    last: number,
    weight: number,
  ): void {
    this.take(state, from, this.look(label, out, at, last, weight))
  }

  /** An outcome for `take`, of this set or of another for the same problem; valid until the next look. */
  look(label: number, out: Float64Array, at: number, last: number, weight: number): Outcome {
    const { outcome } = this
    outcome.look(label, out, at, last, weight)
    if (this.problem === 'binary') outcome.lookBinary(this.clip)
    return outcome
  }

  /** Does what `update` does with an outcome that was looked at before. */
  take(state: Pages<Float64Array>, from: number, outcome: Outcome): void {
    if (this.hasKernel) this.takeBinary(state, from, outcome)
    const { label, out, at, last, weight } = outcome
    for (let j = 0; j < this.others.length; j++) {
      const i = this.others[j]
      const begin = from + this.offsets[i]
      this.metrics[i].update(state.values, begin, this.classes, label, out, at, last, weight)
      state.touchRange(begin, begin + this.metrics[i].width(this.classes))
    }
  }

  /** The values of the state at `from`. */
  read(state: Float64Array, from: number): MetricValues {
    const values: MetricValues = {}
    for (let i = 0; i < this.metrics.length; i++) {
      values[this.metrics[i].name] = this.metrics[i].read(state, from + this.offsets[i], this.classes)
    }
    return values
  }

  /** The standard errors of the state at `from`, of the metrics that have one. */
  standardErrors(state: Float64Array, from: number): MetricValues {
    const values: MetricValues = {}
    for (let i = 0; i < this.metrics.length; i++) {
      const metric = this.metrics[i]
      if (metric.standardError === undefined) continue
      values[metric.name] = metric.standardError(state, from + this.offsets[i], this.classes)
    }
    return values
  }

  private takeBinary(pages: Pages<Float64Array>, from: number, outcome: Outcome): void {
    const state = pages.values
    const { label, out, at, last, weight, predicted, hit, bin } = outcome
    const p = out[at + 1]
    const { dirty, shift } = pages
    dirty[from >> shift] = 1
    dirty[(from + this.narrow) >> shift] = 1
    if (this.accuracyAt >= 0) {
      const i = from + this.accuracyAt
      state[i] += weight
      state[i + 1] += hit
    }
    if (this.logLossAt >= 0) {
      const i = from + this.logLossAt
      const loss = outcome.clip === this.clip ? outcome.logLoss : clippedLogLoss(out[at + label], this.clip)
      state[i] += weight
      state[i + 1] += weight * loss
      state[i + 2] += weight * loss * loss
    }
    if (this.brierAt >= 0) {
      const i = from + this.brierAt
      const error = p - label
      const loss = error * error
      state[i] += weight
      state[i + 1] += weight * loss
      state[i + 2] += weight * loss * loss
    }
    if (this.confusionAt >= 0) state[from + this.confusionAt + 2 * label + predicted] += weight
    if (this.kappaTAt >= 0 && last === last) {
      const i = from + this.kappaTAt
      state[i] += weight
      state[i + 1] += hit
      state[i + 2] += weight * (1 - Math.abs(last - label))
    }
    if (this.scoresAt >= 0) {
      const i = from + this.scoresAt + 2 * bin + label
      state[i] += weight
      dirty[i >> shift] = 1
    }
    if (this.calibrationAt >= 0) {
      const i = from + this.calibrationAt + 3 * (bin >> 2)
      state[i] += weight
      state[i + 1] += weight * p
      state[i + 2] += weight * label
      dirty[i >> shift] = 1
      dirty[(i + 2) >> shift] = 1
    }
  }
}

/** The first of the metrics that share the state of one. */
function firstOf(metrics: readonly Metric[], { shares, update, name }: Metric): number {
  return metrics.findIndex(
    (other) => other.name === name || (shares !== undefined && other.shares === shares && other.update === update),
  )
}

function check(metrics: readonly Metric[], problem: Problem): void {
  const seen = new Set<string>()
  for (const metric of metrics) {
    if (seen.has(metric.name)) {
      throw new MillraceError(
        'MILLRACE_EVALUATE_PARAMETER',
        'metrics',
        `there are two of the name '${metric.name}'`,
        'Name each metric once',
      )
    }
    seen.add(metric.name)
    if (metric.problems.includes(problem)) continue
    throw new MillraceError(
      'MILLRACE_EVALUATE_PARAMETER',
      `metric ${metric.name}`,
      `it does not judge a ${problem} problem`,
      `Use it for ${metric.problems.join(' or ')}`,
    )
  }
}
