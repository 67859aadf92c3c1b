import { checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import { sigmoid } from '../../stats/math/sigmoid.ts'
import type { Learner } from '../learner.ts'
import type { ActiveRow } from './active-row.ts'
import { marginLearner } from './margin-learner.ts'
import type { MarginRule } from './margin-rule.ts'

const STRIDE = 2 // the sum of gradients less the steps taken (z), then the sum of squared gradients (n)

/** Options of FTRL-proximal. */
export interface FtrlProximalOptions {
  /** Size of a step, above 0 and at most 100. Default 0.05. */
  readonly alpha?: number
  /** Holds the first steps back, 0 to 1e6. Default 1. */
  readonly beta?: number
  /** Strength of the L1 penalty, 0 to 1e6: weights whose gradients sum to less are exactly 0. Default 0. */
  readonly l1?: number
  /** Strength of the L2 penalty, 0 to 1e6. Default 1. */
  readonly l2?: number
}

/**
 * FTRL-proximal: logistic regression whose weights follow from all gradients so far, with steps of their own and true zeros.
 *
 * Made for many sparse columns. Takes numbers (to be scaled before) and indicators; the intercept has no penalty. A row's
 * weight multiplies its gradient. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: McMahan et al., Ad click prediction: a view from the trenches, 2013, algorithm 1.
 */
export function ftrlProximal(options: FtrlProximalOptions = {}): Learner<'binary', 'number'> {
  const algorithm = 'ftrl-proximal'
  checkOptions(algorithm, options, ['alpha', 'beta', 'l1', 'l2'])
  const parameters = {
    alpha: checkParameter(algorithm, 'alpha', options.alpha ?? 0.05, { min: 0, max: 100, above: true }),
    beta: checkParameter(algorithm, 'beta', options.beta ?? 1, { min: 0, max: 1e6 }),
    l1: checkParameter(algorithm, 'l1', options.l1 ?? 0, { min: 0, max: 1e6 }),
    l2: checkParameter(algorithm, 'l2', options.l2 ?? 1, { min: 0, max: 1e6 }),
  }
  return marginLearner({
    algorithm,
    problems: ['binary'],
    parameters,
    weights: 'linear',
    slot: [0, 0],
    model: [],
    rule: (state) => new FtrlProximalRule(state, parameters),
  })
}

class FtrlProximalRule implements MarginRule {
  private readonly state: Float64Array
  private readonly alpha: number
  private readonly beta: number
  private readonly l1: number
  private readonly l2: number

  constructor(state: Float64Array, parameters: Required<FtrlProximalOptions>) {
    this.state = state
    this.alpha = parameters.alpha
    this.beta = parameters.beta
    this.l1 = parameters.l1
    this.l2 = parameters.l2
  }

  margin(row: ActiveRow): number {
    const { slots, values, count } = row
    let sum = 0
    for (let i = 0; i < count; i++) sum += this.weight(slots[i]) * values[i]
    return sum
  }

  learn(row: ActiveRow, margin: number, label: number, weight: number): void {
    const { state, alpha } = this
    const { slots, values, count } = row
    const gradient = (label === 1 ? -sigmoid(-margin) : sigmoid(margin)) * weight
    for (let i = 0; i < count; i++) {
      const at = slots[i] * STRIDE
      const slope = gradient * values[i]
      const squares = state[at + 1] + slope * slope
      const change = (Math.sqrt(squares) - Math.sqrt(state[at + 1])) / alpha
      state[at] += slope - change * this.weight(slots[i])
      state[at + 1] = squares
    }
  }

  weight(slot: number): number {
    const sum = this.state[slot * STRIDE]
    const squares = this.state[slot * STRIDE + 1]
    const l1 = slot === 0 ? 0 : this.l1
    const beyond = sum > l1 ? sum - l1 : sum < -l1 ? sum + l1 : 0
    if (beyond === 0) return 0
    return -beyond / ((this.beta + Math.sqrt(squares)) / this.alpha + (slot === 0 ? 0 : this.l2))
  }
}
