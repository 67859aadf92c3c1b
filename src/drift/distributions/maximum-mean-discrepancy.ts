import { MillraceError } from '../../errors.ts'
import { exp } from '../../stats/math/exp.ts'
import { blockLength, blockPermutation } from './block-permutation.ts'
import type { DistributionTest } from './distribution-test.ts'
import { effectiveSampleSize } from './effective-sample-size.ts'
import { judgeShift } from './judge-shift.ts'
import { checkPermutationOptions, type PermutationOptions } from './permutation-options.ts'

const NAME = 'maximumMeanDiscrepancy'
const MOST_ROWS = 4_000
const ROWS_FOR_BANDWIDTH = 200

export interface MaximumMeanDiscrepancyOptions extends PermutationOptions {
  /** Standard deviation of the Gaussian kernel; the median distance of rows, drawn evenly, unless given. */
  readonly bandwidth?: number
}

/**
 * The maximum mean discrepancy of two samples of rows (`width` numbers each, one after another), with a Gaussian
 * kernel: sees any change of their joint distribution. Scale the columns alike first. The statistic is the squared
 * discrepancy; the effect is its root, from 0 to 1.42 (`minEffect` 0.05). Rows are in the order of time; the p-value
 * is by permutation of blocks three times as long as the longest correlation time of a column. Costs the square of all
 * rows, of which there may be 4,000. Throws MILLRACE_DRIFT_PARAMETER on more, on broken rows, and on values that
 * aren't finite.
 * Source: Gretton, Borgwardt, Rasch, Schölkopf & Smola, A Kernel Two-Sample Test, JMLR 13, 2012.
 */
export function maximumMeanDiscrepancy(
  reference: Float64Array,
  current: Float64Array,
  width: number,
  options: MaximumMeanDiscrepancyOptions = {},
): DistributionTest {
  checkPermutationOptions(NAME, options)
  checkRows(reference, current, width)
  const n = reference.length / width
  const m = current.length / width
  if (n < 2 || m < 2) return judgeShift(NAME, 0, 1, 0, options, 0.05)
  const rows = new Float64Array(reference.length + current.length)
  rows.set(reference)
  rows.set(current, reference.length)
  const bandwidth = options.bandwidth ?? medianDistance(rows, width)
  if (!(bandwidth > 0 && bandwidth < Infinity)) throw refused(`a bandwidth of ${bandwidth}`, 'Give a number above 0')
  const length = blockLength(options.sizes?.correlationTime ?? longestTime(reference, current, width))
  const sums = new KernelSums(rows, width, n, bandwidth, length)
  const { permutations = 999, seed = 1 } = options
  const discrepancy = (isCurrent: Uint8Array): number => sums.discrepancy(isCurrent)
  const pValue = blockPermutation(sums.referenceBlocks, sums.currentBlocks, permutations, seed, discrepancy)
  const statistic = sums.discrepancy(new Uint8Array(sums.sizes.length).fill(1, sums.referenceBlocks))
  return judgeShift(NAME, statistic, pValue, Math.sqrt(statistic), options, 0.05)
}

function checkRows(reference: Float64Array, current: Float64Array, width: number): void {
  if (!(Number.isInteger(width) && width >= 1)) throw refused(`a width of ${width}`, 'Give a whole number from 1')
  if (reference.length % width !== 0 || current.length % width !== 0) {
    throw refused(`${reference.length} and ${current.length} numbers in rows of ${width}`, 'Give whole rows')
  }
  const rows = (reference.length + current.length) / width
  if (rows > MOST_ROWS) throw refused(`${rows} rows`, `Give at most ${MOST_ROWS}, such as every k-th`)
  if (!reference.every(Number.isFinite) || !current.every(Number.isFinite)) {
    throw refused('a number that is not finite', 'Impute what is missing first')
  }
}

function refused(found: string, remedy: string): MillraceError {
  return new MillraceError('MILLRACE_DRIFT_PARAMETER', NAME, found, remedy)
}

/** The kernel summed over each pair of blocks: all that a permutation needs. */
class KernelSums {
  readonly referenceBlocks: number
  readonly currentBlocks: number
  readonly sizes: Int32Array
  private readonly sums: Float64Array

  constructor(rows: Float64Array, width: number, n: number, bandwidth: number, length: number) {
    const all = rows.length / width
    this.referenceBlocks = Math.ceil(n / length)
    this.currentBlocks = Math.ceil((all - n) / length)
    const blocks = this.referenceBlocks + this.currentBlocks
    this.sizes = new Int32Array(blocks)
    this.sums = new Float64Array(blocks * blocks)
    const blockOf = new Int32Array(all)
    for (let i = 0; i < all; i++) {
      blockOf[i] = i < n ? Math.floor(i / length) : this.referenceBlocks + Math.floor((i - n) / length)
      this.sizes[blockOf[i]]++
    }
    const scale = -0.5 / (bandwidth * bandwidth)
    for (let i = 0; i < all; i++) {
      for (let j = 0; j <= i; j++) {
        const kernel = exp(scale * squaredDistance(rows, i * width, j * width, width))
        this.sums[blockOf[i] * blocks + blockOf[j]] += kernel
        if (j < i) this.sums[blockOf[j] * blocks + blockOf[i]] += kernel
      }
    }
  }

  /** The squared distance of the mean embeddings of both sides. */
  discrepancy(isCurrent: Uint8Array): number {
    const { sums, sizes } = this
    const blocks = sizes.length
    let n = 0
    let m = 0
    let within = 0
    let beyond = 0
    let between = 0
    for (let i = 0; i < blocks; i++) {
      if (isCurrent[i] === 1) m += sizes[i]
      else n += sizes[i]
      let same = 0
      let other = 0
      for (let j = 0; j < blocks; j++) {
        if (isCurrent[j] === isCurrent[i]) same += sums[i * blocks + j]
        else other += sums[i * blocks + j]
      }
      if (isCurrent[i] === 1) beyond += same
      else {
        within += same
        between += other
      }
    }
    const squared = within / (n * n) + beyond / (m * m) - (2 * between) / (n * m)
    return squared > 0 ? squared : 0
  }
}

function squaredDistance(rows: Float64Array, a: number, b: number, width: number): number {
  let sum = 0
  for (let k = 0; k < width; k++) {
    const difference = rows[a + k] - rows[b + k]
    sum += difference * difference
  }
  return sum
}

function medianDistance(rows: Float64Array, width: number): number {
  const all = rows.length / width
  const drawn = Math.min(all, ROWS_FOR_BANDWIDTH)
  const distances: number[] = []
  for (let i = 0; i < drawn; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [Math.floor((i * all) / drawn), Math.floor((j * all) / drawn)]
      distances.push(squaredDistance(rows, a * width, b * width, width))
    }
  }
  const sorted = Float64Array.from(distances).sort()
  return Math.sqrt(sorted[sorted.length >> 1]) || 1
}

function longestTime(reference: Float64Array, current: Float64Array, width: number): number {
  let longest = 1
  for (const rows of [reference, current]) {
    const n = rows.length / width
    for (let k = 0; k < width; k++) {
      const column = Float64Array.from({ length: n }, (_, i) => rows[i * width + k])
      longest = Math.max(longest, n / effectiveSampleSize(column))
    }
  }
  return longest
}
