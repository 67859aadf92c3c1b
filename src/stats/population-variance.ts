import type { Statistic } from './statistic.ts'
import { variance } from './variance.ts'

/**
 * The population variance: squared differences from the mean over the weight; NaN of nothing. The state of `variance`.
 */
export const populationVariance: Statistic = Object.freeze({
  ...variance,
  name: 'population-variance',
  read(state, at) {
    return state[at] > 0 ? state[at + 2] / state[at] : NaN
  },
} satisfies Statistic)
