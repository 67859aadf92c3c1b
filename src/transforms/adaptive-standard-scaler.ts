import { pow } from '../stats/math/pow.ts'
import { checkOptions, checkParameter } from './check-parameter.ts'
import { LARGEST_NUMBER } from './row-layout.ts'
import { type CellDescription, cellTransformer, checkLearnTime, type LearnTime, RunningCells } from './running-cells.ts'
import type { RowSchema } from './row-schema.ts'
import type { Transformer } from './transformer.ts'

const largest = LARGEST_NUMBER
const CELL = 4 // doubles a column: 1 once a number was seen, mean, variance, 1 / standard deviation (0 while there is no spread)

/** Options of an adaptive standard scaler. */
export interface AdaptiveStandardScalerOptions {
  /**
   * The weight of the latest number in the mean, the others having the rest: 0.3 remembers about the latest 3 numbers,
   * 0.001 about 1,000; above 0 to 1. Default 0.3.
   */
  readonly fadingFactor?: number
  /** When it learns a row: with the row's label (the default), or when the row arrives. */
  readonly learn?: LearnTime
}

/**
 * Adaptive standardisation: every number column minus its exponentially weighted mean, divided by its exponentially
 * weighted standard deviation, for columns that drift.
 *
 * As River's AdaptiveStandardScaler, whose fading factor of 0.3 is for series that move with every row. A column
 * without spread gives 0. Category and indicator columns pass unchanged. A missing number (NaN, or beyond 1e100) stays
 * missing and is not learned. Weights are repetitions. Throws MILLRACE_LEARNER_PARAMETER.
 * Source: Finch, Incremental calculation of weighted mean and variance, 2009.
 */
export function adaptiveStandardScaler(options: AdaptiveStandardScalerOptions = {}): Transformer<'number', 'number'> {
  const algorithm = 'adaptive-standard-scaler'
  checkOptions(algorithm, options, ['fadingFactor', 'learn'])
  const range = { min: 0, max: 1, above: true }
  const fadingFactor = checkParameter(algorithm, 'fadingFactor', options.fadingFactor ?? 0.3, range)
  const learn = checkLearnTime(algorithm, options.learn)
  return cellTransformer({
    algorithm,
    parameters: Object.freeze({ fadingFactor, learn }),
    width: CELL,
    Running: RunningAdaptiveStandardScaler,
  })
}

class RunningAdaptiveStandardScaler extends RunningCells {
  private readonly kept: number

  constructor(description: CellDescription, schema: RowSchema, cells: Float64Array) {
    super(description, schema, cells)
    this.kept = 1 - (description.parameters.fadingFactor as number)
  }

  protected transformNumbers(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt } = this.layout
    const { cells } = this
    for (let j = 0, cell = 0; j < numberAt.length; j++, cell += CELL) {
      const position = numberAt[j]
      out[at + position] = (row[offset + position] - cells[cell + 1]) * cells[cell + 3]
    }
  }

  protected learnNumbers(row: Float64Array, offset: number, weight: number): void {
    const { numberAt } = this.layout
    const { cells } = this
    const kept = weight === 1 ? this.kept : pow(this.kept, weight)
    for (let j = 0, cell = 0; j < numberAt.length; j++, cell += CELL) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      if (cells[cell] === 0) {
        cells[cell] = 1
        cells[cell + 1] = value
        continue
      }
      const distance = value - cells[cell + 1]
      const variance = kept * (cells[cell + 2] + (1 - kept) * distance * distance)
      const scale = 1 / Math.sqrt(variance)
      cells[cell + 1] += (1 - kept) * distance
      cells[cell + 2] = variance
      cells[cell + 3] = scale < Infinity ? scale : 0
    }
  }
}
