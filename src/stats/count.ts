import type { Statistic } from './statistic.ts'

/** The number of values, each counted by its weight; 0 of nothing. State: the count. */
export const count: Statistic = Object.freeze({
  name: 'count',
  width: 1,
  error: 'exact',
  reset(state, at) {
    state[at] = 0
  },
  update(state, at, _value, weight) {
    state[at] += weight
  },
  merge(state, at, other, from) {
    state[at] += other[from]
  },
  read(state, at) {
    return state[at]
  },
} satisfies Statistic)
