import { addToBucket, mergeBuckets } from './add-to-bucket.ts'
import { exp } from './math/exp.ts'
import { log } from './math/log.ts'
import { requireParameter } from './require-parameter.ts'
import type { Statistic } from './statistic.ts'

const TOTAL = 0
const ZEROS = 1
const LEAST = 2
const MOST = 3
const POSITIVE = 4 // number of the highest bucket of positive values; of negative ones
const NEGATIVE = 5
const BUCKETS = 6

/** A value this small in size counts as zero. */
const TINY = 1e-300

/** A quantile sketch that can also be asked for other quantiles than the one it `read`s. */
export interface Quantile extends Statistic {
  /** The quantile for a probability from 0 to 1; NaN of nothing. */
  at(state: Float64Array, at: number, probability: number): number
}

/**
 * A quantile: the least value at or below which lies at least the share `probability` (0.5) of the weight, by DDSketch
 * (Masson, Rim & Lee, PVLDB 12(12), 2019): buckets grow by a constant factor, so that each estimate is within the
 * relative `accuracy` (0.01) of the true quantile. Negative values have buckets of their own, sizes up to 1e-300 count
 * as zero. At most `buckets` (512) a sign are kept: when the values of a sign span a larger ratio than ((1 + accuracy)
 * / (1 - accuracy))^buckets, those smallest in size share a bucket and lose the bound. NaN of nothing. State: 6 doubles
 * and two for each of the buckets.
 */
export function quantile(
  parameters: { readonly probability?: number; readonly accuracy?: number; readonly buckets?: number } = {},
): Quantile {
  const { probability = 0.5, accuracy = 0.01, buckets = 512 } = parameters
  requireParameter(probability >= 0 && probability <= 1, 'quantile', 'probability', probability, '0 to 1')
  requireParameter(accuracy >= 1e-4 && accuracy <= 0.5, 'quantile', 'accuracy', accuracy, '0.0001 to 0.5')
  const valid = Number.isInteger(buckets) && buckets >= 16 && buckets <= 65_536
  requireParameter(valid, 'quantile', 'buckets', buckets, 'an integer from 16 to 65536')
  const logGamma = log((1 + accuracy) / (1 - accuracy))
  const perLog = 1 / logGamma
  const width = BUCKETS + 2 * buckets

  /** The value that stands for a bucket: within the accuracy of all that the bucket holds. */
  function valueOf(index: number): number {
    return exp(index * logGamma) * (1 - accuracy) // 2 gamma^i / (gamma + 1)
  }

  function readAt(state: Float64Array, at: number, share: number): number {
    const total = state[at + TOTAL]
    if (total === 0) return NaN
    const least = state[at + LEAST]
    const most = state[at + MOST]
    const target = share * total
    let seen = 0
    let first = at + BUCKETS + buckets
    for (let i = buckets - 1; i >= 0; i -= 1) {
      if (state[first + i] === 0) continue
      seen += state[first + i]
      if (seen >= target) return within(-valueOf(state[at + NEGATIVE] - (buckets - 1 - i)), least, most)
    }
    seen += state[at + ZEROS]
    if (state[at + ZEROS] > 0 && seen >= target) return within(0, least, most)
    first = at + BUCKETS
    for (let i = 0; i < buckets; i += 1) {
      if (state[first + i] === 0) continue
      seen += state[first + i]
      if (seen >= target) return within(valueOf(state[at + POSITIVE] - (buckets - 1 - i)), least, most)
    }
    return most
  }

  return Object.freeze({
    name: 'quantile',
    width,
    error: `relative ${accuracy}, while the values of a sign span at most a ratio of ${exp(buckets * logGamma).toPrecision(2)}`,
    reset(state, at) {
      state.fill(0, at, at + width)
      state[at + LEAST] = Infinity
      state[at + MOST] = -Infinity
      state[at + POSITIVE] = -Infinity
      state[at + NEGATIVE] = -Infinity
    },
    update(state, at, value, weight) {
      state[at + TOTAL] += weight
      if (value < state[at + LEAST]) state[at + LEAST] = value
      if (value > state[at + MOST]) state[at + MOST] = value
      const size = value < 0 ? -value : value
      if (size <= TINY) {
        state[at + ZEROS] += weight
        return
      }
      const bucket = Math.ceil(log(size) * perLog)
      if (value > 0) addToBucket(state, at + POSITIVE, at + BUCKETS, buckets, bucket, weight)
      else addToBucket(state, at + NEGATIVE, at + BUCKETS + buckets, buckets, bucket, weight)
    },
    merge(state, at, other, from) {
      state[at + TOTAL] += other[from + TOTAL]
      state[at + ZEROS] += other[from + ZEROS]
      state[at + LEAST] = Math.min(state[at + LEAST], other[from + LEAST])
      state[at + MOST] = Math.max(state[at + MOST], other[from + MOST])
      mergeBuckets(state, at + POSITIVE, at + BUCKETS, buckets, other, from + POSITIVE, from + BUCKETS)
      const negative = BUCKETS + buckets
      mergeBuckets(state, at + NEGATIVE, at + negative, buckets, other, from + NEGATIVE, from + negative)
    },
    read: (state, at) => readAt(state, at, probability),
    at: readAt,
  } satisfies Quantile)
}

function within(value: number, least: number, most: number): number {
  return value < least ? least : value > most ? most : value
}
