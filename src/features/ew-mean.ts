import { decay } from '../stats/decay.ts'
import { featureParameter } from './feature-parameter.ts'
import type { KeyedFeature } from './keyed-feature.ts'
import { KeyedRows } from './keyed-rows.ts'

const MEMORY_HALF_LIVES = 32 // a value weighs less than 1e-9 of a new one then

/** What makes an exponentially weighted mean. */
export interface EwMeanOptions {
  /** Milliseconds in which a value loses half its weight. */
  readonly halfLifeMs: number
  /** What to believe before values come, and how many new values that belief is worth; it does not fade. */
  readonly prior?: { readonly value: number; readonly weight: number }
}

/**
 * The exponentially weighted mean of a key's values by event time: a value given t milliseconds ago weighs 2^(-t / halfLifeMs).
 *
 * With a prior it is (prior.value x prior.weight + weighted sum) / (prior.weight + weights) and falls back to the prior as values fade; without one it
 * is NaN before the first value. A value out of order comes with the weight it has left, so none is late; a read before the newest value sees
 * it with weight 1. A key without values for 32 half-lives is forgotten.
 *
 * Throws MILLRACE_FEATURE_PARAMETER for a half-life or prior weight that is not above 0. Source: Cormode, Shkapenyuk, Srivastava & Xu, Forward
 * decay (2009).
 */
export function ewMean(options: EwMeanOptions): KeyedFeature {
  const { halfLifeMs, prior } = options
  featureParameter('half-life', halfLifeMs, halfLifeMs > 0 && halfLifeMs < Infinity, 'milliseconds above 0')
  if (prior !== undefined) {
    featureParameter('prior value', prior.value, Number.isFinite(prior.value), 'a finite number')
    featureParameter('prior weight', prior.weight, prior.weight > 0 && prior.weight < Infinity, 'a number above 0')
  }
  const fixed = prior === undefined ? {} : { prior: Object.freeze({ value: prior.value, weight: prior.weight }) }
  return Object.freeze({
    feature: 'ew-mean',
    parameters: Object.freeze({ halfLifeMs, ...fixed }),
    memoryMs: MEMORY_HALF_LIVES * halfLifeMs,
    build: () => new RunningEwMean(halfLifeMs, prior?.value ?? 0, prior?.weight ?? 0),
  })
}

const SUM = 1 // as of the newest update
const WEIGHT = 2

class RunningEwMean extends KeyedRows {
  private readonly halfLifeMs: number
  private readonly priorSum: number
  private readonly priorWeight: number

  constructor(halfLifeMs: number, priorValue: number, priorWeight: number) {
    super(3, MEMORY_HALF_LIVES * halfLifeMs)
    this.halfLifeMs = halfLifeMs
    this.priorSum = priorValue * priorWeight
    this.priorWeight = priorWeight
  }

  update(slot: number, timeMs: number, value: number): boolean {
    const { values } = this.rows
    const at = slot * 3
    const elapsed = timeMs - values[at]
    if (this.isEmpty(at, timeMs)) {
      values[at] = timeMs
      values[at + SUM] = value
      values[at + WEIGHT] = 1
    } else if (elapsed >= 0) {
      const left = decay(elapsed, this.halfLifeMs)
      values[at] = timeMs
      values[at + SUM] = values[at + SUM] * left + value
      values[at + WEIGHT] = values[at + WEIGHT] * left + 1
    } else {
      const left = decay(-elapsed, this.halfLifeMs)
      values[at + SUM] += value * left
      values[at + WEIGHT] += left
    }
    this.touch(at, 3)
    return true
  }

  read(slot: number, timeMs: number): number {
    const { values } = this.rows
    const at = slot * 3
    if (slot < 0 || this.isEmpty(at, timeMs)) return this.priorSum / this.priorWeight
    if (this.priorWeight === 0) return values[at + SUM] / values[at + WEIGHT]
    const elapsed = timeMs - values[at]
    const left = elapsed > 0 ? decay(elapsed, this.halfLifeMs) : 1
    return (this.priorSum + values[at + SUM] * left) / (this.priorWeight + values[at + WEIGHT] * left)
  }
}
