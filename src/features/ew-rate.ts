import { decay } from '../stats/decay.ts'
import { featureParameter } from './feature-parameter.ts'
import type { KeyedFeature } from './keyed-feature.ts'
import { KeyedRows } from './keyed-rows.ts'

const MEMORY_HALF_LIVES = 32 // an event counts less than 1e-9 of a new one then

/**
 * A key's events per second, exponentially weighted by event time: an event t milliseconds ago adds ln 2 / half-life x 2^(-t / halfLifeMs).
 * Events at a steady rate r give r. 0 for a key never seen; values are not looked at; no event is late. A key without events for 32
 * half-lives is forgotten.
 *
 * Throws MILLRACE_FEATURE_PARAMETER for a half-life that is not above 0.
 */
export function ewRate(options: { readonly halfLifeMs: number }): KeyedFeature {
  const { halfLifeMs } = options
  featureParameter('half-life', halfLifeMs, halfLifeMs > 0 && halfLifeMs < Infinity, 'milliseconds above 0')
  return Object.freeze({
    feature: 'ew-rate',
    parameters: Object.freeze({ halfLifeMs }),
    memoryMs: MEMORY_HALF_LIVES * halfLifeMs,
    build: () => new RunningEwRate(halfLifeMs),
  })
}

const WEIGHT = 1 // as of the newest event

class RunningEwRate extends KeyedRows {
  private readonly halfLifeMs: number
  private readonly perSecond: number

  constructor(halfLifeMs: number) {
    super(2, MEMORY_HALF_LIVES * halfLifeMs)
    this.halfLifeMs = halfLifeMs
    this.perSecond = Math.LN2 / (halfLifeMs / 1000)
  }

  update(slot: number, timeMs: number, _value: number): boolean {
    const { values } = this.rows
    const at = slot * 2
    const elapsed = timeMs - values[at]
    if (this.isEmpty(at, timeMs)) {
      values[at] = timeMs
      values[at + WEIGHT] = 1
    } else if (elapsed >= 0) {
      values[at] = timeMs
      values[at + WEIGHT] = values[at + WEIGHT] * decay(elapsed, this.halfLifeMs) + 1
    } else {
      values[at + WEIGHT] += decay(-elapsed, this.halfLifeMs)
    }
    this.touch(at, 2)
    return true
  }

  read(slot: number, timeMs: number): number {
    const { values } = this.rows
    const at = slot * 2
    if (slot < 0 || this.isEmpty(at, timeMs)) return 0
    const elapsed = timeMs - values[at]
    return values[at + WEIGHT] * this.perSecond * (elapsed > 0 ? decay(elapsed, this.halfLifeMs) : 1)
  }
}
