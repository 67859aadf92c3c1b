import { sigmoid } from '../../stats/math/sigmoid.ts'
import { checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import type { Learner, Target } from '../learner.ts'
import type { ActiveRow } from './active-row.ts'
import { marginLearner } from './margin-learner.ts'
import type { MarginRule } from './margin-rule.ts'

const HEAD = 2 // weight learned so far (t), and the sum of the squared norms of the rows on their scale (N)
const STRIDE = 3 // a weight, the scale of its column, the sum of its squared gradients
const LONGEST = 1e12 // of a gradient
const SMALLEST = 1e-100 // a number nearer to 0 than this is 0, so that 1 / scale stays finite

/** Options of the normalized adaptive gradient. */
export interface NormalizedAdaptiveGradientOptions {
  /** Size of a step, above 0 and at most 100. Default 0.5. */
  readonly learningRate?: number
}

/**
 * NAG, the normalized adaptive gradient: a linear model whose steps do not depend on the scale of the columns, so that no
 * scaler is needed before it.
 *
 * Takes numbers as they are and indicators; log loss for two classes, squared loss for values. A row's weight multiplies
 * its gradient. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Ross, Mineiro & Langford, Normalized online learning, 2013, algorithm 2.
 */
export function normalizedAdaptiveGradient(
  options: NormalizedAdaptiveGradientOptions = {},
): Learner<'binary' | 'regression', 'number'> {
  const algorithm = 'normalized-adaptive-gradient'
  checkOptions(algorithm, options, ['learningRate'])
  const range = { min: 0, max: 100, above: true }
  const learningRate = checkParameter(algorithm, 'learningRate', options.learningRate ?? 0.5, range)
  return marginLearner({
    algorithm,
    problems: ['binary', 'regression'],
    parameters: { learningRate },
    weights: 'linear',
    slot: [0, 0, 0],
    model: [0, 0],
    rule: (state, target) => new NormalizedAdaptiveGradientRule(state, learningRate, target),
  })
}

class NormalizedAdaptiveGradientRule implements MarginRule {
  private readonly state: Float64Array
  private readonly rate: number
  private readonly regression: boolean

  constructor(state: Float64Array, rate: number, target: Target) {
    this.state = state
    this.rate = rate
    this.regression = target.problem === 'regression'
  }

  /** A number beyond the scale of its column counts by the weight that it will have once the scale has grown. */
  margin(row: ActiveRow): number {
    const { state } = this
    const { slots, values, count } = row
    let sum = 0
    for (let i = 0; i < count; i++) {
      const at = HEAD + slots[i] * STRIDE
      const scale = state[at + 1]
      const size = Math.abs(values[i])
      sum += state[at] * (size > scale ? (values[i] > 0 ? scale : -scale) : values[i])
    }
    return sum
  }

  learn(row: ActiveRow, margin: number, label: number, weight: number): void {
    const { state } = this
    const { slots, values, count } = row
    let norm = 0
    for (let i = 0; i < count; i++) {
      const at = HEAD + slots[i] * STRIDE
      const size = Math.abs(values[i])
      if (size > state[at + 1] && size > SMALLEST) {
        const ratio = state[at + 1] / size
        state[at] *= ratio
        state[at + 2] *= ratio * ratio
        state[at + 1] = size
      }
      if (size > SMALLEST) norm += (size / state[at + 1]) * (size / state[at + 1])
    }
    state[0] += weight
    state[1] += norm * weight
    const full = (this.regression ? 2 * (margin - label) : sigmoid(margin) - label) * weight
    const gradient = Math.max(-LONGEST, Math.min(LONGEST, full))
    const step = this.rate * Math.sqrt(state[0] / state[1])
    for (let i = 0; i < count; i++) {
      const at = HEAD + slots[i] * STRIDE
      const scale = state[at + 1]
      // The paper's gradients over the scale of their column: their squares stay in range, whatever the column.
      const slope = scale > 0 ? gradient * (values[i] / scale) : 0
      if (slope === 0) continue
      state[at + 2] += slope * slope
      state[at] -= ((step / scale) * slope) / Math.sqrt(state[at + 2])
    }
  }

  weight(slot: number): number {
    return this.state[HEAD + slot * STRIDE]
  }
}
