import { checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import type { Learner } from '../learner.ts'
import type { ActiveRow } from './active-row.ts'
import { dot } from './dot.ts'
import { marginLearner } from './margin-learner.ts'
import type { MarginRule } from './margin-rule.ts'

const STRIDE = 2 // a weight, then its variance

/** Options of AROW. */
export interface AdaptiveRegularizationOptions {
  /** r: how much a single row is distrusted, above 0 and at most 1e12. Default 1. */
  readonly regularization?: number
}

/**
 * AROW, adaptive regularization of weights: every weight has a variance that shrinks as rows use it, and sure weights
 * move less.
 *
 * Takes numbers (scaling helps) and indicators; the variances are kept for each weight alone. Its probabilities are a
 * squashed margin and not calibrated. A row's weight multiplies its step; the variances learn a row once. Throws
 * MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Crammer, Kulesza & Dredze, Adaptive regularization of weight vectors, 2009.
 */
export function adaptiveRegularization(options: AdaptiveRegularizationOptions = {}): Learner<'binary', 'number'> {
  const algorithm = 'adaptive-regularization'
  checkOptions(algorithm, options, ['regularization'])
  const range = { min: 0, max: 1e12, above: true }
  const regularization = checkParameter(algorithm, 'regularization', options.regularization ?? 1, range)
  return marginLearner({
    algorithm,
    problems: ['binary'],
    parameters: { regularization },
    weights: 'importance-invariant',
    slot: [0, 1],
    model: [],
    rule: (state) => new AdaptiveRegularizationRule(state, regularization),
  })
}

class AdaptiveRegularizationRule implements MarginRule {
  private readonly state: Float64Array
  private readonly regularization: number

  constructor(state: Float64Array, regularization: number) {
    this.state = state
    this.regularization = regularization
  }

  margin(row: ActiveRow): number {
    return dot(this.state, row, 0, STRIDE)
  }

  learn(row: ActiveRow, margin: number, label: number, weight: number): void {
    const { state } = this
    const { slots, values, count } = row
    const sign = label === 1 ? 1 : -1
    const loss = 1 - sign * margin
    if (!(loss > 0)) return
    let variance = 0
    for (let i = 0; i < count; i++) variance += state[slots[i] * STRIDE + 1] * values[i] * values[i]
    const share = 1 / (variance + this.regularization / weight)
    const step = sign * loss * share
    for (let i = 0; i < count; i++) {
      const at = slots[i] * STRIDE
      const reach = state[at + 1] * values[i]
      state[at] += step * reach
      state[at + 1] = Math.max(0, state[at + 1] - share * reach * reach) // rounding may lead below 0
    }
  }

  weight(slot: number): number {
    return this.state[slot * STRIDE]
  }
}
