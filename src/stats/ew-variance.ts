import { decay } from './decay.ts'
import type { TimedStatistic } from './timed-statistic.ts'

/** An exponentially weighted variance with the mean it is about. */
export interface EwVariance extends TimedStatistic {
  /** The exponentially weighted mean; NaN of nothing. */
  readMean(state: Float64Array, at: number): number
}

/**
 * The exponentially weighted population variance of values at irregular times: weighted squared differences from the
 * weighted mean over the weight. West's incremental form (CACM 22(9), 1979) with decaying weights, so that a large
 * common offset costs no digits. State: the weight, the mean, the weighted sum of squared differences, the latest time
 * (NaN of nothing).
 */
export const ewVariance: EwVariance = Object.freeze({
  name: 'ew-variance',
  width: 4,
  error: 'n * 2^-50 of deviation * (deviation + largest absolute value), and the square of n * 2^-51 of the latter',
  reset(state, at) {
    state[at] = 0
    state[at + 1] = 0
    state[at + 2] = 0
    state[at + 3] = NaN
  },
  update(state, at, value, timeMs, halfLifeMs) {
    const latest = state[at + 3]
    let weight = 1
    if (timeMs < latest) {
      weight = decay(latest - timeMs, halfLifeMs)
    } else {
      const left = latest === latest ? decay(timeMs - latest, halfLifeMs) : 0
      state[at] *= left
      state[at + 2] *= left
      state[at + 3] = timeMs
    }
    const before = state[at]
    const total = before + weight
    const difference = value - state[at + 1]
    const step = difference * (weight / total)
    state[at] = total
    state[at + 1] += step
    state[at + 2] += before * difference * step
  },
  read(state, at) {
    return state[at] > 0 ? state[at + 2] / state[at] : NaN
  },
  readMean(state, at) {
    return state[at] > 0 ? state[at + 1] : NaN
  },
} satisfies EwVariance)
