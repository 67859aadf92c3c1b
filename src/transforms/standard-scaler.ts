import { checkOptions } from './check-parameter.ts'
import { LARGEST_NUMBER } from './row-layout.ts'
import { cellTransformer, checkLearnTime, RunningCells } from './running-cells.ts'
import type { Transformer } from './transformer.ts'

const largest = LARGEST_NUMBER
const CELL = 4 // doubles a column: sum of weights, mean, variance, 1 / standard deviation (0 while there is no spread)

/** Options of a standard scaler. */
export interface StandardScalerOptions {
  /** When it learns a row: with the row's label (the default), or when the row arrives. */
  readonly learn?: 'with-label' | 'on-arrival'
}

/**
 * Standardisation: every number column minus its running mean, divided by its running standard deviation.
 *
 * The variance is that of the population (divided by n); a column without spread gives 0. Category and indicator columns
 * pass unchanged. A missing number (NaN, or beyond 1e100) stays missing and is not learned. Weights are repetitions.
 * Source: Welford, Note on a method for calculating corrected sums of squares and products, 1962; weighted as in West, 1979.
 */
export function standardScaler(options: StandardScalerOptions = {}): Transformer<'number', 'number'> {
  checkOptions('standard-scaler', options, ['learn'])
  const learn = checkLearnTime('standard-scaler', options.learn)
  return cellTransformer({
    algorithm: 'standard-scaler',
    parameters: Object.freeze({ learn }),
    width: CELL,
    Running: RunningStandardScaler,
  })
}

class RunningStandardScaler extends RunningCells {
  protected transformNumbers(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt } = this.layout
    const cells = this.cells
    for (let j = 0, cell = 0; j < numberAt.length; j++, cell += CELL) {
      const position = numberAt[j]
      out[at + position] = (row[offset + position] - cells[cell + 1]) * cells[cell + 3]
    }
  }

  protected learnNumbers(row: Float64Array, offset: number, weight: number): void {
    const { numberAt } = this.layout
    const cells = this.cells
    let count = 0
    let share = 0
    for (let j = 0, cell = 0; j < numberAt.length; j++, cell += CELL) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      if (cells[cell] + weight !== count) {
        count = cells[cell] + weight // the same for every column while none was missing: one division for all
        share = weight / count
      }
      const before = value - cells[cell + 1]
      const mean = cells[cell + 1] + share * before
      const variance = cells[cell + 2] + share * (before * (value - mean) - cells[cell + 2])
      cells[cell] = count
      cells[cell + 1] = mean
      cells[cell + 2] = variance
      cells[cell + 3] = variance > 0 ? 1 / Math.sqrt(variance) : 0
    }
  }
}
