import { checkOptions, checkParameter } from './check-parameter.ts'
import { LARGEST_NUMBER } from './row-layout.ts'
import { type CellDescription, cellTransformer, checkLearnTime, type LearnTime, RunningCells } from './running-cells.ts'
import type { RowSchema } from './row-schema.ts'
import type { Transformer } from './transformer.ts'

const largest = LARGEST_NUMBER
const CELL = 3 // doubles a column: sum of weights, mean, sum of squared distances from it

/** Options of a variance threshold. */
export interface VarianceThresholdOptions {
  /** A column's numbers pass while its variance is above this, in the square of its unit; 0 to 1e200. Default 0. */
  readonly threshold?: number
  /** Numbers that a column needs before it is judged; it passes until then; 2 to 1e9. Default 2. */
  readonly minSamples?: number
  /** When it learns a row: with the row's label (the default), or when the row arrives. */
  readonly learn?: LearnTime
}

/**
 * Variance threshold: numbers pass while their column varies, and are missing otherwise, for what stays the same tells
 * nothing.
 *
 * The variance is that of a sample (divided by n - 1), as River's VarianceThreshold. Category and indicator columns
 * pass unchanged. A missing number (NaN, or beyond 1e100) stays missing and is not learned. Weights are repetitions.
 * Throws MILLRACE_LEARNER_PARAMETER.
 * Source: Pedregosa et al., Scikit-learn: machine learning in Python, 2011, as VarianceThreshold; Welford, 1962.
 */
export function varianceThreshold(options: VarianceThresholdOptions = {}): Transformer<'number', 'number'> {
  const algorithm = 'variance-threshold'
  checkOptions(algorithm, options, ['threshold', 'minSamples', 'learn'])
  const threshold = checkParameter(algorithm, 'threshold', options.threshold ?? 0, { min: 0, max: 1e200 })
  const minSamples = checkParameter(algorithm, 'minSamples', options.minSamples ?? 2, { min: 2, max: 1e9 })
  const learn = checkLearnTime(algorithm, options.learn)
  return cellTransformer({
    algorithm,
    parameters: Object.freeze({ threshold, minSamples, learn }),
    missing: 'stays missing, as do the numbers of a column that does not vary',
    width: CELL,
    Running: RunningVarianceThreshold,
  })
}

class RunningVarianceThreshold extends RunningCells {
  private readonly threshold: number
  private readonly minSamples: number

  constructor(description: CellDescription, schema: RowSchema, cells: Float64Array) {
    super(description, schema, cells)
    const { threshold, minSamples } = description.parameters as unknown as Required<VarianceThresholdOptions>
    this.threshold = threshold
    this.minSamples = minSamples
  }

  protected transformNumbers(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt } = this.layout
    const { cells, threshold, minSamples } = this
    for (let j = 0, cell = 0; j < numberAt.length; j++, cell += CELL) {
      const passes = cells[cell] < minSamples || cells[cell + 2] > threshold * (cells[cell] - 1)
      out[at + numberAt[j]] = passes ? row[offset + numberAt[j]] : NaN
    }
  }

  protected learnNumbers(row: Float64Array, offset: number, weight: number): void {
    const { numberAt } = this.layout
    const { cells } = this
    for (let j = 0, cell = 0; j < numberAt.length; j++, cell += CELL) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      cells[cell] += weight
      const before = value - cells[cell + 1]
      cells[cell + 1] += (weight / cells[cell]) * before
      cells[cell + 2] += weight * before * (value - cells[cell + 1])
    }
  }
}
