import type { Statistic } from './statistic.ts'

/** The value that came last; NaN of nothing. State: that value. */
export const last: Statistic = Object.freeze({
  name: 'last',
  width: 1,
  error: 'exact',
  reset(state, at) {
    state[at] = NaN
  },
  update(state, at, value) {
    state[at] = value
  },
  merge(state, at, other, from) {
    if (other[from] === other[from]) state[at] = other[from]
  },
  read(state, at) {
    return state[at]
  },
} satisfies Statistic)
