import type { Statistic } from './statistic.ts'

/**
 * The weighted arithmetic mean; NaN of nothing. Updated by the difference to it (West, CACM 22(9), 1979), so that a
 * large common offset costs no digits. State: the weight, the mean.
 */
export const mean: Statistic = Object.freeze({
  name: 'mean',
  width: 2,
  error: '(n + 4) * 2^-52 of the largest absolute value',
  reset(state, at) {
    state[at] = 0
    state[at + 1] = 0
  },
  update(state, at, value, weight) {
    const total = state[at] + weight
    state[at] = total
    state[at + 1] += (value - state[at + 1]) * (weight / total)
  },
  merge(state, at, other, from) {
    const added = other[from]
    if (added === 0) return
    const total = state[at] + added
    state[at] = total
    state[at + 1] += (other[from + 1] - state[at + 1]) * (added / total)
  },
  read(state, at) {
    return state[at] === 0 ? NaN : state[at + 1]
  },
} satisfies Statistic)
