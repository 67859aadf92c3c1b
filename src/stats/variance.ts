import type { Statistic } from './statistic.ts'

/**
 * The unbiased variance, weights counting as repetitions: squared differences from the mean over the weight minus one;
 * NaN while the weight is at most 1. Updates by Welford (Technometrics 4(3), 1962) as West weights it (CACM 22(9),
 * 1979), merges by Chan, Golub and LeVeque (COMPSTAT 1982). State: the weight, the mean, the sum of squared
 * differences.
 */
export const variance: Statistic = Object.freeze({
  name: 'variance',
  width: 3,
  error: 'n * 2^-50 of deviation * (deviation + largest absolute value), and the square of n * 2^-52 of the latter',
  reset(state, at) {
    state[at] = 0
    state[at + 1] = 0
    state[at + 2] = 0
  },
  update(state, at, value, weight) {
    const before = state[at]
    const total = before + weight
    const difference = value - state[at + 1]
    const step = difference * (weight / total)
    state[at] = total
    state[at + 1] += step
    state[at + 2] += before * difference * step
  },
  merge(state, at, other, from) {
    const added = other[from]
    if (added === 0) return
    const before = state[at]
    const total = before + added
    const difference = other[from + 1] - state[at + 1]
    state[at] = total
    state[at + 1] += difference * (added / total)
    state[at + 2] += other[from + 2] + difference * difference * (added * (before / total))
  },
  read(state, at) {
    return state[at] > 1 ? state[at + 2] / (state[at] - 1) : NaN
  },
} satisfies Statistic)
