import { blockLength, blockPermutation } from './block-permutation.ts'
import type { DistributionTest } from './distribution-test.ts'
import { finiteValues } from './finite-values.ts'
import { judgeShift } from './judge-shift.ts'
import { checkPermutationOptions, type PermutationOptions } from './permutation-options.ts'
import { sampleSizes } from './sample-sizes.ts'

const NAME = 'wasserstein'

/**
 * The Wasserstein-1 distance of two samples, in units of the values; the effect is in standard deviations of the
 * reference (`minEffect` 0.1; in units of the values where it has none). Samples are in the order of time; the p-value
 * is by permutation of blocks three times as long as the correlation time. Values that aren't finite are left out;
 * with less than two on a side nothing is found. Costs (n + m) times the permutations. Throws
 * MILLRACE_DRIFT_PARAMETER.
 * Source: Ramdas, Garcia Trillos & Cuturi, On Wasserstein Two-Sample Testing, Entropy 19(2), 2017.
 */
export function wasserstein(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  options: PermutationOptions = {},
): DistributionTest {
  checkPermutationOptions(NAME, options)
  const a = finiteValues(reference)
  const b = finiteValues(current)
  if (a.length < 2 || b.length < 2) return judgeShift(NAME, 0, 1, 0, options, 0.1)
  const length = blockLength((options.sizes ?? sampleSizes(a, b)).correlationTime)
  const pooled = new PooledSamples(a, b, length)
  const { permutations = 999, seed = 1 } = options
  const distance = (isCurrent: Uint8Array): number => pooled.distance(isCurrent)
  const pValue = blockPermutation(pooled.referenceBlocks, pooled.currentBlocks, permutations, seed, distance)
  const statistic = pooled.distance(pooled.observed())
  return judgeShift(NAME, statistic, pValue, statistic / (deviationOf(a) || 1), options, 0.1)
}

/** Two samples in rising order, each value with the block that it is of. */
class PooledSamples {
  readonly referenceBlocks: number
  readonly currentBlocks: number
  private readonly values: Float64Array
  private readonly blocks: Int32Array
  private readonly sizes: Int32Array

  constructor(a: Float64Array, b: Float64Array, length: number) {
    this.referenceBlocks = Math.ceil(a.length / length)
    this.currentBlocks = Math.ceil(b.length / length)
    const unsorted = new Float64Array(a.length + b.length)
    unsorted.set(a)
    unsorted.set(b, a.length)
    const blockOf = (i: number): number =>
      i < a.length ? Math.floor(i / length) : this.referenceBlocks + Math.floor((i - a.length) / length)
    const order = Uint32Array.from(unsorted, (_, i) => i).sort((i, j) => unsorted[i] - unsorted[j])
    this.values = Float64Array.from(order, (i) => unsorted[i])
    this.blocks = Int32Array.from(order, blockOf)
    this.sizes = new Int32Array(this.referenceBlocks + this.currentBlocks)
    for (const block of this.blocks) this.sizes[block]++
  }

  observed(): Uint8Array {
    return new Uint8Array(this.sizes.length).fill(1, this.referenceBlocks)
  }

  /** The area between the empirical distributions of the blocks on either side. */
  distance(isCurrent: Uint8Array): number {
    const { values, blocks, sizes } = this
    let current = 0
    for (let i = 0; i < sizes.length; i++) if (isCurrent[i] === 1) current += sizes[i]
    const up = 1 / (values.length - current)
    const down = 1 / current
    let gap = 0
    let area = 0
    for (let i = 0; i + 1 < values.length; i++) {
      gap += isCurrent[blocks[i]] === 1 ? -down : up
      area += Math.abs(gap) * (values[i + 1] - values[i])
    }
    return area
  }
}

function deviationOf(values: Float64Array): number {
  let mean = 0
  for (let i = 0; i < values.length; i++) mean += (values[i] - mean) / (i + 1)
  let squares = 0
  for (const value of values) squares += (value - mean) * (value - mean)
  return Math.sqrt(squares / values.length)
}
