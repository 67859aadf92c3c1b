import { decay } from './decay.ts'
import type { TimedStatistic } from './timed-statistic.ts'

/** An exponentially weighted mean that can be shrunk towards a prior. */
export interface EwMean extends TimedStatistic {
  /**
   * The mean as of `timeMs` with a prior counted as `priorWeight` >= 0 values of `priorValue` that never age (a
   * `timeMs` before the latest value counts as its time): as the evidence fades the mean goes back to the prior, which
   * it is before the first value.
   */
  readWithPrior(
    state: Float64Array,
    at: number,
    timeMs: number,
    halfLifeMs: number,
    priorValue: number,
    priorWeight: number,
  ): number
  /** The weight of all values as of `timeMs`: how many fresh values they are worth. */
  weightAt(state: Float64Array, at: number, timeMs: number, halfLifeMs: number): number
}

/**
 * The exponentially weighted mean of values at irregular times. A value's weight is 2^(-age / half-life); `read`
 * divides two sums that decay alike, so it needs no clock and no exponential; an update needs one unless time stands
 * still. State: the weighted sum, the weight, the latest time (NaN of nothing).
 */
export const ewMean: EwMean = Object.freeze({
  name: 'ew-mean',
  width: 3,
  error: '(n + 4) * 2^-51 of the largest absolute value',
  reset(state, at) {
    state[at] = 0
    state[at + 1] = 0
    state[at + 2] = NaN
  },
  update(state, at, value, timeMs, halfLifeMs) {
    const latest = state[at + 2]
    if (timeMs >= latest) {
      const left = decay(timeMs - latest, halfLifeMs)
      state[at] = state[at] * left + value
      state[at + 1] = state[at + 1] * left + 1
      state[at + 2] = timeMs
    } else if (timeMs < latest) {
      const weight = decay(latest - timeMs, halfLifeMs)
      state[at] += value * weight
      state[at + 1] += weight
    } else {
      state[at] = value
      state[at + 1] = 1
      state[at + 2] = timeMs
    }
  },
  read(state, at) {
    return state[at] / state[at + 1]
  },
  readWithPrior(state, at, timeMs, halfLifeMs, priorValue, priorWeight) {
    const latest = state[at + 2]
    if (!(timeMs > latest)) return (state[at] + priorValue * priorWeight) / (state[at + 1] + priorWeight)
    const left = decay(timeMs - latest, halfLifeMs)
    return (state[at] * left + priorValue * priorWeight) / (state[at + 1] * left + priorWeight)
  },
  weightAt(state, at, timeMs, halfLifeMs) {
    const latest = state[at + 2]
    return timeMs > latest ? state[at + 1] * decay(timeMs - latest, halfLifeMs) : state[at + 1]
  },
} satisfies EwMean)
