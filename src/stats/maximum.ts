import type { Statistic } from './statistic.ts'

/** The largest value; NaN of nothing. State: that value, -Infinity of nothing. */
export const maximum: Statistic = Object.freeze({
  name: 'maximum',
  width: 1,
  error: 'exact',
  reset(state, at) {
    state[at] = -Infinity
  },
  update(state, at, value) {
    if (value > state[at]) state[at] = value
  },
  merge(state, at, other, from) {
    if (other[from] > state[at]) state[at] = other[from]
  },
  read(state, at) {
    return state[at] === -Infinity ? NaN : state[at]
  },
} satisfies Statistic)
