import type { Problem } from '../learners/learner.ts'
import { clippedLogLoss } from './clipped-log-loss.ts'

const LEAST = 0.001

/**
 * The loss of one prediction as gates and detectors compare it, bounded so that no single outcome decides: binary and
 * multiclass -ln p(label) with p kept within [0.001, 0.999], so from 0.001 to 6.91; regression the absolute error, `limit`
 * at most. A prediction that is not a number loses the most.
 */
export function boundedLoss(problem: Problem, label: number, out: Float64Array, at: number, limit: number): number {
  if (problem !== 'regression') return clippedLogLoss(out[at + label], LEAST)
  const error = Math.abs(out[at] - label)
  return error < limit ? error : limit
}
