import type { Statistic } from './statistic.ts'

/**
 * The weighted sum; 0 of nothing. Compensated: what each addition loses to rounding is added up beside it (Neumaier,
 * ZAMM 54, 1974), so the error does not grow with the number of values. State: the sum, the compensation.
 */
export const sum: Statistic = Object.freeze({
  name: 'sum',
  width: 2,
  error: 'n^2 * 2^-105 of the sum of absolute values, and the rounding of the result',
  reset(state, at) {
    state[at] = 0
    state[at + 1] = 0
  },
  update(state, at, value, weight) {
    add(state, at, value * weight)
  },
  merge(state, at, other, from) {
    add(state, at, other[from])
    state[at + 1] += other[from + 1]
  },
  read(state, at) {
    const total = state[at]
    return total - total === 0 ? total + state[at + 1] : total // an overflowed sum has no compensation
  },
} satisfies Statistic)

function add(state: Float64Array, at: number, value: number): void {
  const before = state[at]
  const after = before + value
  state[at] = after
  state[at + 1] += Math.abs(before) >= Math.abs(value) ? before - after + value : value - after + before
}
