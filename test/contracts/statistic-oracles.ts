import { count } from '../../src/stats/count.ts'
import { distinct } from '../../src/stats/distinct.ts'
import { last } from '../../src/stats/last.ts'
import { maximum } from '../../src/stats/maximum.ts'
import { mean } from '../../src/stats/mean.ts'
import { minimum } from '../../src/stats/minimum.ts'
import { populationVariance } from '../../src/stats/population-variance.ts'
import { quantile } from '../../src/stats/quantile.ts'
import type { Statistic } from '../../src/stats/statistic.ts'
import { sum } from '../../src/stats/sum.ts'
import { type TopK, topK } from '../../src/stats/top-k.ts'
import { twoStack } from '../../src/stats/two-stack.ts'
import { variance } from '../../src/stats/variance.ts'
import { exactMean, exactSum, exactVariance } from './exact-moments.ts'

/** What a statistic must read after values with weights, by a slow formula over all of them. */
export type Judge = (
  read: number,
  values: readonly number[],
  weights: readonly number[],
  state: Float64Array,
  at: number,
) => string | undefined

export interface StatisticCase {
  readonly label: string
  readonly statistic: Statistic
  readonly judge: Judge
  /** Values of up to this size are in the statistic's range. */
  readonly largest: number
  /** The smallest size but zero that it tells from zero. */
  readonly smallest: number
  /** A weight of 2 is the value twice; false for a window that counts values. */
  readonly repetitions: boolean
}

type Exact = (values: readonly number[], weights: readonly number[]) => number
type Bound = (exact: number, values: readonly number[], weights: readonly number[]) => number

const total = (weights: readonly number[]): number => weights.reduce((a, b) => a + b, 0)
const largestOf = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0)

export function near(exact: Exact, bound: Bound): Judge {
  return (read, values, weights) => {
    const expected = exact(values, weights)
    if (Number.isNaN(expected)) return Number.isNaN(read) ? undefined : `read ${read}, expected NaN`
    const allowed = bound(expected, values, weights)
    return Math.abs(read - expected) <= allowed ? undefined : `read ${read}, expected ${expected} within ${allowed}`
  }
}

const none: Bound = () => 0
const extreme =
  (pick: (...values: number[]) => number): Exact =>
  (values) =>
    values.length === 0 ? NaN : pick(...values)

const meanBound: Bound = (_, values) => (values.length + 4) * 2 ** -52 * largestOf(values) + 1e-320

const varianceBound: Bound = (exact, values, weights) => {
  const n = values.length + 4
  const size = largestOf(values)
  const population = exactVariance(values, weights)
  const deviation = Math.sqrt(population)
  const unbiased = population > 0 ? exact / population : 1
  return (n * 2 ** -50 * deviation * (deviation + size) + (n * 2 ** -52 * size) ** 2) * Math.max(unbiased, 1) + 1e-300
}

const unbiasedVariance: Exact = (values, weights) => {
  const weight = total(weights)
  return weight > 1 ? exactVariance(values, weights) * (weight / (weight - 1)) : NaN
}

/** The least value at or below which lies at least the share of the weight. */
const exactQuantile =
  (probability: number): Exact =>
  (values, weights) => {
    const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b])
    const target = probability * total(weights)
    let seen = 0
    for (const i of order) {
      seen += weights[i]
      if (seen >= target) return values[i]
    }
    return NaN
  }

const quantileJudge = (probability: number, accuracy: number): Judge =>
  near(exactQuantile(probability), (exact) => accuracy * Math.abs(exact) * (1 + 1e-9) + 1e-300)

export const distinctJudge = (precision: number): Judge =>
  near(
    (values) => new Set(values).size, // a Set holds 0 and -0 as one
    (exact) => (exact === 0 ? 0 : 1 + 5 * (1.04 / 2 ** (precision / 2)) * exact),
  )

export const topKJudge =
  (statistic: TopK, capacity: number): Judge =>
  (read, values, weights, state, at) => {
    const truth = new Map<number, number>()
    values.forEach((value, i) => truth.set(value, (truth.get(value) ?? 0) + weights[i]))
    const slack = total(weights) / capacity
    const kept = new Set<number>()
    let before = Infinity
    for (let rank = 0; rank < Math.min(capacity, truth.size); rank += 1) {
      const value = statistic.valueAt(state, at, rank)
      const counted = statistic.countAt(state, at, rank)
      const over = statistic.overcountAt(state, at, rank)
      const exact = truth.get(value) ?? 0
      kept.add(value)
      if (counted > before) return `rank ${rank} counts ${counted}, more than the one before`
      if (counted < exact) return `${value} counts ${counted}, fewer than ${exact}`
      if (counted - over > exact) return `${value} counts ${counted} less ${over}, still more than ${exact}`
      if (over > slack * (1 + 1e-12)) return `${value} may be ${over} too many, more than ${slack}`
      before = counted
    }
    for (const [value, weight] of truth)
      if (weight > slack && !kept.has(value)) return `${value} with ${weight} is not kept`
    if (kept.size !== Math.min(capacity, truth.size)) return `${kept.size} values are kept`
    return Object.is(read, statistic.valueAt(state, at, 0)) ? undefined : `read ${read}, not the first`
  }

const rolling =
  (window: number, judge: Judge): Judge =>
  (read, values, weights, state, at) =>
    judge(read, values.slice(-window), weights.slice(-window), state, at)

const meanJudge = near(exactMean, meanBound)
const varianceJudge = near(unbiasedVariance, varianceBound)
const maximumJudge = near(extreme(Math.max), none)

function entry(statistic: Statistic, judge: Judge, options: Partial<StatisticCase> = {}): StatisticCase {
  return { label: statistic.name, statistic, judge, largest: 1e300, smallest: 5e-324, repetitions: true, ...options }
}

const small = topK({ capacity: 4 })
const wide = topK()

/** For each file of src/stats that holds a statistic: what it must read. A file without an entry fails the build. */
export const statisticCases: Readonly<Record<string, readonly StatisticCase[]>> = {
  'count.ts': [
    entry(
      count,
      near((_, weights) => total(weights), none),
    ),
  ],
  'sum.ts': [
    entry(
      sum,
      near(
        (values, weights) => exactSum(values.map((value, i) => value * weights[i])),
        (exact, values, weights) =>
          2 ** -52 * Math.abs(exact) +
          values.length ** 2 * 2 ** -105 * total(values.map((value, i) => Math.abs(value * weights[i]))) +
          1e-320,
      ),
    ),
  ],
  'mean.ts': [entry(mean, meanJudge)],
  'variance.ts': [entry(variance, varianceJudge, { largest: 1e150, smallest: 1e-140 })],
  'population-variance.ts': [
    entry(populationVariance, near(exactVariance, varianceBound), { largest: 1e150, smallest: 1e-140 }),
  ],
  'minimum.ts': [entry(minimum, near(extreme(Math.min), none))],
  'maximum.ts': [entry(maximum, maximumJudge)],
  'last.ts': [
    entry(
      last,
      near((values) => values.at(-1) ?? NaN, none),
    ),
  ],
  'distinct.ts': [
    entry(distinct(), distinctJudge(10), { label: 'distinct' }),
    entry(distinct({ precision: 4 }), distinctJudge(4), { label: 'distinct of precision 4' }),
    entry(distinct({ precision: 14 }), distinctJudge(14), { label: 'distinct of precision 14' }),
  ],
  'quantile.ts': [
    entry(quantile(), quantileJudge(0.5, 0.01), { label: 'quantile', largest: 100, smallest: 0.01 }),
    entry(quantile({ probability: 0.9, accuracy: 0.1, buckets: 8192 }), quantileJudge(0.9, 0.1), {
      label: 'quantile over the whole range of doubles',
      smallest: 1e-299,
    }),
    entry(quantile({ probability: 0, accuracy: 0.05, buckets: 256 }), quantileJudge(0, 0.05), {
      label: 'quantile at 0',
      largest: 100,
      smallest: 0.01,
    }),
  ],
  'top-k.ts': [
    entry(small, topKJudge(small, 4), { label: 'top-k of 4' }),
    entry(wide, topKJudge(wide, 64), { label: 'top-k' }),
  ],
  'two-stack.ts': [
    entry(twoStack(mean, 7), rolling(7, meanJudge), { repetitions: false }),
    entry(twoStack(variance, 20), rolling(20, varianceJudge), { repetitions: false, largest: 1e150, smallest: 1e-140 }),
    entry(twoStack(maximum, 1), rolling(1, maximumJudge), { label: 'two-stack of one', repetitions: false }),
    entry(twoStack(distinct({ precision: 8 }), 30), rolling(30, distinctJudge(8)), { repetitions: false }),
  ],
}
