import { checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import type { Learner, Problem } from '../learner.ts'
import { compositeLearner } from './composite-learner.ts'
import { describedLearner } from './described-learner.ts'
import { RunningAverage } from './running-average.ts'

export interface WeightedAverageOptions {
  /** How much the loss of a row, from 0 to 1, takes from the logarithm of a learner's weight, above 0 and at most 100. Default 0.5. */
  readonly learningRate?: number
  /** Share of the weight that is dealt out evenly after each row, so that no learner is lost for ever, 0 to 1. Default 0.001. */
  readonly share?: number
}

const names = ['learningRate', 'share']

/**
 * The exponentially weighted average (hedge): the mean of what several learners say, each with a weight that falls
 * exponentially with its losses.
 *
 * A loss is half the squared distance of the probabilities from the class; of a value, the squared distance as a share of
 * itself and the usual one. A share of the weight is dealt out anew after each row, so that the average follows the learner
 * that is the best now. A row's weight multiplies its loss. All learn each row; it costs as much as they do. Throws
 * MILLRACE_LEARNER_PARAMETER on an option out of range, without learners, or where they solve no problem in common.
 * Source: Littlestone & Warmuth, The weighted majority algorithm, Information and Computation 108, 1994; the share as in
 * Herbster & Warmuth, Tracking the best expert, Machine Learning 32, 1998.
 */
export function exponentiallyWeightedAverage<P extends Problem, C extends string>(
  learners: readonly Learner<P, C>[],
  options: WeightedAverageOptions = {},
): Learner<P, C> {
  const algorithm = 'exponentially-weighted-average'
  checkOptions(algorithm, options, names)
  const { learningRate = 0.5, share = 0.001 } = options
  const parameters = Object.freeze({
    learners: Object.freeze(learners.map(describedLearner)),
    learningRate: checkParameter(algorithm, 'learningRate', learningRate, { min: 0, max: 100, above: true }),
    share: checkParameter(algorithm, 'share', share, { min: 0, max: 1 }),
  })
  checkParameter(algorithm, 'learners', learners.length, { min: 1, max: 1000, whole: true })
  return compositeLearner({
    algorithm,
    problems: learners[0].problems.filter((problem) => learners.every(({ problems }) => problems.includes(problem))),
    parameters,
    missing: learners.find(({ missing }) => missing !== 'ignored')?.missing ?? 'ignored',
    parts: (target) => learners.map((learner) => ({ learner, target })),
    state: () => RunningAverage.state(learners.length),
    running: (of, parts, state) => new RunningAverage(of, parts, state, parameters),
  })
}
