import { checkParameter } from '../../transforms/check-parameter.ts'
import type { Learner } from '../learner.ts'
import { marginLearner } from './margin-learner.ts'
import {
  type PassiveAggressiveOptions,
  PassiveAggressiveRule,
  passiveAggressiveParameters,
} from './passive-aggressive-rule.ts'

/** Options of the passive-aggressive regressor. */
export interface PassiveAggressiveRegressorOptions extends PassiveAggressiveOptions {
  /** An error up to this changes nothing, 0 to 1e12. Default 0.1. */
  readonly sensitivity?: number
}

/**
 * A passive-aggressive regressor: a value that is near enough changes nothing, any other changes the weights by the least
 * that would bring it near enough.
 *
 * Takes numbers (to be scaled before) and indicators. A row's weight multiplies `aggressiveness`. Throws
 * MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Crammer, Dekel, Keshet, Shalev-Shwartz & Singer, Online passive-aggressive algorithms, 2006.
 */
export function passiveAggressiveRegressor(
  options: PassiveAggressiveRegressorOptions = {},
): Learner<'regression', 'number'> {
  const algorithm = 'passive-aggressive-regressor'
  const parameters = passiveAggressiveParameters(algorithm, options, ['sensitivity'])
  const sensitivity = checkParameter(algorithm, 'sensitivity', options.sensitivity ?? 0.1, { min: 0, max: 1e12 })
  return marginLearner({
    algorithm,
    problems: ['regression'],
    parameters: { ...parameters, sensitivity },
    weights: 'importance-invariant',
    slot: [0],
    model: [],
    rule: (state) => new PassiveAggressiveRule(state, parameters, sensitivity),
  })
}
