import { normalQuantile } from '../../stats/math/normal-quantile.ts'
import { checkChoice, checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import type { Learner } from '../learner.ts'
import type { ActiveRow } from './active-row.ts'
import { dot } from './dot.ts'
import { marginLearner } from './margin-learner.ts'
import type { MarginRule } from './margin-rule.ts'

const STRIDE = 2 // a weight, then its variance
const FARTHEST = 1e100 // of a margin, a variance or a step, so that squares stay finite

/** Options of soft confidence-weighted learning. */
export interface SoftConfidenceWeightedOptions {
  /** Which of the two ways to hold a step back. Default 'SCW-I'. */
  readonly mode?: 'SCW-I' | 'SCW-II'
  /** How sure each row is to be on its side, 0.5 to 1, both excluded. Default 0.9. */
  readonly confidence?: number
  /** C: how far a single row may move the model, above 0 and at most 1e12. Default 1. */
  readonly aggressiveness?: number
}

interface Parameters {
  readonly mode: 'SCW-I' | 'SCW-II'
  readonly confidence: number
  readonly aggressiveness: number
}

/**
 * SCW, soft confidence-weighted learning: the weights are normal, and change by the least that puts a row on its side with
 * the confidence wanted, held back for noise.
 *
 * Takes numbers (scaling helps) and indicators; the variances are kept for each weight alone. Its probabilities are a
 * squashed margin and not calibrated. A row's weight multiplies its step; the variances learn a row once. Throws
 * MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Wang, Zhao & Hoi, Exact soft confidence-weighted learning, 2012.
 */
export function softConfidenceWeighted(options: SoftConfidenceWeightedOptions = {}): Learner<'binary', 'number'> {
  const algorithm = 'soft-confidence-weighted'
  checkOptions(algorithm, options, ['mode', 'confidence', 'aggressiveness'])
  const parameters: Parameters = {
    mode: checkChoice(algorithm, 'mode', options.mode ?? 'SCW-I', ['SCW-I', 'SCW-II']),
    confidence: checkParameter(algorithm, 'confidence', options.confidence ?? 0.9, {
      min: 0.5,
      max: 1 - 1e-9,
      above: true,
    }),
    aggressiveness: checkParameter(algorithm, 'aggressiveness', options.aggressiveness ?? 1, {
      min: 0,
      max: 1e12,
      above: true,
    }),
  }
  return marginLearner({
    algorithm,
    problems: ['binary'],
    parameters: { ...parameters },
    weights: 'importance-invariant',
    slot: [0, 1],
    model: [],
    rule: (state) => new SoftConfidenceWeightedRule(state, parameters),
  })
}

class SoftConfidenceWeightedRule implements MarginRule {
  private readonly state: Float64Array
  private readonly parameters: Parameters
  private readonly phi: number

  constructor(state: Float64Array, parameters: Parameters) {
    this.state = state
    this.parameters = parameters
    this.phi = normalQuantile(parameters.confidence)
  }

  margin(row: ActiveRow): number {
    return dot(this.state, row, 0, STRIDE)
  }

  learn(row: ActiveRow, margin: number, label: number, weight: number): void {
    const { state, phi } = this
    const { slots, values, count } = row
    const sign = label === 1 ? 1 : -1
    const m = Math.max(-FARTHEST, Math.min(FARTHEST, sign * margin))
    let variance = 0
    for (let i = 0; i < count; i++) variance += state[slots[i] * STRIDE + 1] * values[i] * values[i]
    if (!(variance > 0 && variance < FARTHEST)) return // nothing to move, or numbers too huge to square
    const alpha = this.stepLength(m, variance, this.parameters.aggressiveness * weight)
    if (!(alpha > 0 && alpha < FARTHEST)) return
    const reached = alpha * variance * phi
    const root = (Math.sqrt(reached * reached + 4 * variance) - reached) / 2 // the deviation of the margin afterwards
    const shrink = (alpha * phi) / (root + reached)
    for (let i = 0; i < count; i++) {
      const at = slots[i] * STRIDE
      const reach = state[at + 1] * values[i]
      state[at] += sign * alpha * reach
      state[at + 1] = Math.max(0, state[at + 1] - shrink * reach * reach)
    }
  }

  weight(slot: number): number {
    return this.state[slot * STRIDE]
  }

  /** Propositions 1 and 2 of the paper. */
  private stepLength(m: number, variance: number, aggressiveness: number): number {
    const { mode } = this.parameters
    const squared = this.phi * this.phi
    if (mode === 'SCW-I') {
      const [psi, zeta] = [1 + squared / 2, 1 + squared]
      const root = Math.sqrt((m * m * squared * squared) / 4 + variance * squared * zeta)
      return Math.min(aggressiveness, (root - m * psi) / (variance * zeta))
    }
    const n = variance + 1 / (2 * aggressiveness)
    const both = squared * m * variance
    const root =
      this.phi * Math.sqrt(squared * m * m * variance * variance + 4 * n * variance * (n + variance * squared))
    return (root - 2 * m * n - both) / (2 * (n * n + n * variance * squared))
  }
}
