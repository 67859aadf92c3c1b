import { checkChoice, checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import type { Learner } from '../learner.ts'
import { marginLearner } from './margin-learner.ts'
import { RecursiveRule } from './recursive-rule.ts'

/** Options of recursive least squares. */
export interface RecursiveLeastSquaresOptions {
  /** What a row's weight is multiplied by with each row that follows, 0.5 to 1. Default 1: every row counts the same for ever. */
  readonly forgetting?: number
  /** The variance of each weight before the first row, over that of the noise; above 0 and at most 1e12. Default 100. */
  readonly spread?: number
  /** Whether there is an intercept. Default true. */
  readonly intercept?: boolean
}

/**
 * Recursive least squares: the weights that fit all rows so far best, exactly, after every row.
 *
 * Takes numbers and indicators, at most 511 weights; a row costs their square. With `forgetting` below 1 it follows a
 * changing stream. Throws MILLRACE_LEARNER_PARAMETER on an option out of range, MILLRACE_LEARNER_SCHEMA on too many weights.
 * Source: Plackett, Some theorems in least squares, 1950.
 */
export function recursiveLeastSquares(options: RecursiveLeastSquaresOptions = {}): Learner<'regression', 'number'> {
  const algorithm = 'recursive-least-squares'
  checkOptions(algorithm, options, ['forgetting', 'spread', 'intercept'])
  const forgetting = checkParameter(algorithm, 'forgetting', options.forgetting ?? 1, { min: 0.5, max: 1 })
  const spread = checkParameter(algorithm, 'spread', options.spread ?? 100, { min: 0, max: 1e12, above: true })
  const intercept = checkChoice<boolean>(algorithm, 'intercept', options.intercept ?? true, [true, false])
  return marginLearner({
    algorithm,
    problems: ['regression'],
    parameters: { forgetting, spread, intercept },
    weights: forgetting === 1 ? 'repetitions' : 'linear',
    slot: [0],
    model: [],
    covariance: spread,
    rule: (state, _, slots) => new RecursiveRule(state, slots, spread, forgetting, intercept),
  })
}
