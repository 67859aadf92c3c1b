import { checkChoice, checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import type { Learner } from '../learner.ts'
import { marginLearner } from './margin-learner.ts'
import { RecursiveRule } from './recursive-rule.ts'
import { SmoothedRule } from './smoothed-rule.ts'

/** Options of Bayesian linear regression. */
export interface BayesianLinearRegressionOptions {
  /** Precision of each weight before the first row, above 0 and at most 1e12. Default 1. */
  readonly alpha?: number
  /** Precision of the noise, above 0 and at most 1e12. Default 1. */
  readonly beta?: number
  /** The share of what was known that each row leaves, above 0 and below 1, to follow a changing stream. By default nothing is forgotten. */
  readonly smoothing?: number
  /** Whether there is an intercept. Default true. */
  readonly intercept?: boolean
}

/**
 * Bayesian linear regression with a normal prior and noise of known precision: predicts the mean of the posterior.
 *
 * Takes numbers and indicators, at most 511 weights. A row costs the square of the weights, with `smoothing` their cube.
 * Throws MILLRACE_LEARNER_PARAMETER on an option out of range, MILLRACE_LEARNER_SCHEMA on too many weights.
 * Source: Bishop, Pattern recognition and machine learning, 2006, section 3.3.
 */
export function bayesianLinearRegression(
  options: BayesianLinearRegressionOptions = {},
): Learner<'regression', 'number'> {
  const algorithm = 'bayesian-linear-regression'
  checkOptions(algorithm, options, ['alpha', 'beta', 'smoothing', 'intercept'])
  const positive = { min: 0, max: 1e12, above: true }
  const alpha = checkParameter(algorithm, 'alpha', options.alpha ?? 1, positive)
  const beta = checkParameter(algorithm, 'beta', options.beta ?? 1, positive)
  const intercept = checkChoice<boolean>(algorithm, 'intercept', options.intercept ?? true, [true, false])
  const shared = { algorithm, problems: ['regression'], slot: [0], model: [] } as const
  if (options.smoothing === undefined) {
    return marginLearner({
      ...shared,
      parameters: { alpha, beta, intercept },
      weights: 'repetitions',
      covariance: beta / alpha,
      rule: (state, _, slots) => new RecursiveRule(state, slots, beta / alpha, 1, intercept),
    })
  }
  const range = { min: 0, max: 1 - 1e-9, above: true }
  const smoothing = checkParameter(algorithm, 'smoothing', options.smoothing, range)
  return marginLearner({
    ...shared,
    parameters: { alpha, beta, smoothing, intercept },
    weights: 'linear',
    covariance: alpha,
    rule: (state, _, slots) => new SmoothedRule(state, slots, alpha, beta, smoothing, intercept),
  })
}
