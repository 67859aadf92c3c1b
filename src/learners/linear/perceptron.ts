import { checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import type { Learner } from '../learner.ts'
import type { ActiveRow } from './active-row.ts'
import { dot } from './dot.ts'
import { marginLearner } from './margin-learner.ts'
import type { MarginRule } from './margin-rule.ts'

/** Options of the perceptron. */
export interface PerceptronOptions {
  /** Strength of the L2 penalty on the weights a row touches, 0 to 1. Default 0. The intercept has none. */
  readonly l2?: number
}

/**
 * The perceptron: a row on the wrong side of the line, or on it, is added to the weights, any other changes nothing.
 *
 * Takes numbers (to be scaled before) and indicators. Its probabilities are a squashed margin and not calibrated. A row's
 * weight multiplies its step. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Rosenblatt, The perceptron: a probabilistic model for information storage and organization in the brain, 1958.
 */
export function perceptron(options: PerceptronOptions = {}): Learner<'binary', 'number'> {
  checkOptions('perceptron', options, ['l2'])
  const l2 = checkParameter('perceptron', 'l2', options.l2 ?? 0, { min: 0, max: 1 })
  return marginLearner({
    algorithm: 'perceptron',
    problems: ['binary'],
    parameters: { l2 },
    weights: 'linear',
    slot: [0],
    model: [],
    rule: (state) => new PerceptronRule(state, l2),
  })
}

class PerceptronRule implements MarginRule {
  private readonly state: Float64Array
  private readonly l2: number

  constructor(state: Float64Array, l2: number) {
    this.state = state
    this.l2 = l2
  }

  margin(row: ActiveRow): number {
    return dot(this.state, row, 0, 1)
  }

  learn(row: ActiveRow, margin: number, label: number, weight: number): void {
    const { state, l2 } = this
    const { slots, values, count } = row
    const sign = label === 1 ? 1 : -1
    const gradient = sign * margin <= 0 ? -sign * weight : 0
    state[0] -= gradient
    for (let i = 1; i < count; i++) state[slots[i]] -= values[i] * gradient + l2 * state[slots[i]]
  }

  weight(slot: number): number {
    return this.state[slot]
  }
}
