import { checkOptions } from './check-parameter.ts'
import { LARGEST_NUMBER } from './row-layout.ts'
import { cellTransformer, checkLearnTime, type LearnTime, RunningCells } from './running-cells.ts'
import type { Transformer } from './transformer.ts'

const largest = LARGEST_NUMBER
const CELL = 4 // doubles a column: 1 once a number was seen, least, most, 1 / (most - least) (0 while there is no spread)

/** Options of a min-max scaler. */
export interface MinMaxScalerOptions {
  /** When it learns a row: with the row's label (the default), or when the row arrives. */
  readonly learn?: LearnTime
}

/**
 * Min-max scaling: every number column less the least number it had, divided by the distance to the most: from 0 to 1
 * for all numbers that were learned, outside of it for others.
 *
 * A column without spread gives 0. One odd number squeezes all others for good: `robustScaler` forgets it. Category and
 * indicator columns pass unchanged. A missing number (NaN, or beyond 1e100) stays missing and is not learned. Weights
 * are repetitions. Throws MILLRACE_LEARNER_PARAMETER.
 * Source: Han & Kamber, Data mining: concepts and techniques, 2001, as min-max normalization.
 */
export function minMaxScaler(options: MinMaxScalerOptions = {}): Transformer<'number', 'number'> {
  checkOptions('min-max-scaler', options, ['learn'])
  const learn = checkLearnTime('min-max-scaler', options.learn)
  return cellTransformer({
    algorithm: 'min-max-scaler',
    parameters: Object.freeze({ learn }),
    width: CELL,
    Running: RunningMinMaxScaler,
  })
}

class RunningMinMaxScaler extends RunningCells {
  protected transformNumbers(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt } = this.layout
    const { cells } = this
    for (let j = 0, cell = 0; j < numberAt.length; j++, cell += CELL) {
      const position = numberAt[j]
      out[at + position] = (row[offset + position] - cells[cell + 1]) * cells[cell + 3]
    }
  }

  protected learnNumbers(row: Float64Array, offset: number): void {
    const { numberAt } = this.layout
    const { cells } = this
    for (let j = 0, cell = 0; j < numberAt.length; j++, cell += CELL) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      if (cells[cell] === 1 && value >= cells[cell + 1] && value <= cells[cell + 2]) continue
      if (cells[cell] === 0 || value < cells[cell + 1]) cells[cell + 1] = value
      if (cells[cell] === 0 || value > cells[cell + 2]) cells[cell + 2] = value
      cells[cell] = 1
      const scale = 1 / (cells[cell + 2] - cells[cell + 1])
      cells[cell + 3] = scale < Infinity ? scale : 0
    }
  }
}
