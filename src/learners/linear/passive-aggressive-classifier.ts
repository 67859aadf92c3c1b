import type { Learner } from '../learner.ts'
import { marginLearner } from './margin-learner.ts'
import {
  type PassiveAggressiveOptions,
  PassiveAggressiveRule,
  passiveAggressiveParameters,
} from './passive-aggressive-rule.ts'

/**
 * A passive-aggressive classifier: a row told apart by a margin of 1 changes nothing, any other changes the weights by
 * the least that would tell it apart.
 *
 * Takes numbers (to be scaled before) and indicators. Its probabilities are a squashed margin and not calibrated. A row's
 * weight multiplies `aggressiveness`. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Crammer, Dekel, Keshet, Shalev-Shwartz & Singer, Online passive-aggressive algorithms, 2006.
 */
export function passiveAggressiveClassifier(options: PassiveAggressiveOptions = {}): Learner<'binary', 'number'> {
  const parameters = passiveAggressiveParameters('passive-aggressive-classifier', options)
  return marginLearner({
    algorithm: 'passive-aggressive-classifier',
    problems: ['binary'],
    parameters: { ...parameters },
    weights: 'importance-invariant',
    slot: [0],
    model: [],
    rule: (state) => new PassiveAggressiveRule(state, parameters, -1),
  })
}
