import type { Problem } from '../learners/learner.ts'
import type { Metric } from './metric.ts'

export interface CohortsOptions {
  readonly problem: Problem
  readonly classes: number
  /** How many models are scored. */
  readonly models: number
  /** Default: those of `defaultMetrics`. */
  readonly metrics?: readonly Metric[]
  /** Outcomes that a model needs in a cohort for the cohort to count in its means. Default 500. */
  readonly minSize?: number
  /** Share of a cohort's predictions that must be settled before it is mature. Default 0.99. */
  readonly matureShare?: number
  /** Cohorts kept open at once; the oldest is closed when another is needed, and left out if it is not mature. Default 32. */
  readonly maxOpen?: number
}

/** How far a cohort is. */
export interface OpenCohort {
  readonly cohort: number
  readonly predicted: number
  /** Predictions whose label came or whose horizon has passed. */
  readonly settled: number
  readonly mature: boolean
}
