import { addStates } from './add-states.ts'
import type { MetricSet, MetricValues } from './metric-set.ts'
import type { Scores } from './scoreboard.ts'

/** A model's figures over mature cohorts. */
export interface CohortScores {
  /** Mature cohorts with at least `minSize` outcomes of this model. */
  readonly cohorts: number
  /** Outcomes in mature cohorts. */
  readonly outcomes: number
  /** Means over the cohorts, each counting once; a metric that is undefined in a cohort leaves it out. */
  readonly mean: Scores
  /** Of all outcomes in mature cohorts together. */
  readonly pooled: Scores
}

/**
 * Adds a model's share of a cohort, `outcomes, metric states` at `from` of `states`, to sums at `at`: cohorts, outcomes,
 * pooled metric states, then for each metric the count, sum and sum of squares of its values over cohorts of `minSize`.
 */
export function foldCohort(
  set: MetricSet,
  states: Float64Array,
  from: number,
  sums: Float64Array,
  at: number,
  minSize: number,
): void {
  sums[at + 1] += states[from]
  addStates(sums, at + 2, states, from + 1, set.width)
  if (states[from] < minSize) return
  sums[at]++
  for (let i = 0; i < set.metrics.length; i++) {
    const value = set.metrics[i].read(states, from + 1 + set.offsets[i], set.classes)
    if (value !== value) continue
    const to = at + 2 + set.width + 3 * i
    sums[to]++
    sums[to + 1] += value
    sums[to + 2] += value * value
  }
}

/** The figures behind sums that `foldCohort` has made; allocates. */
export function cohortScores(set: MetricSet, sums: Float64Array): CohortScores {
  const values: MetricValues = {}
  const standardErrors: MetricValues = {}
  for (let i = 0; i < set.metrics.length; i++) {
    const at = 2 + set.width + 3 * i
    const [count, sum, squares] = sums.subarray(at, at + 3)
    const mean = sum / count
    values[set.metrics[i].name] = mean
    standardErrors[set.metrics[i].name] = Math.sqrt(Math.max(0, squares / count - mean * mean) / (count - 1))
  }
  return {
    cohorts: sums[0],
    outcomes: sums[1],
    mean: { values, standardErrors },
    pooled: { values: set.read(sums, 2), standardErrors: set.standardErrors(sums, 2) },
  }
}
