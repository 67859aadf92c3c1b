import { checkOptions } from './check-parameter.ts'
import { LARGEST_NUMBER } from './row-layout.ts'
import { cellTransformer, checkLearnTime, type LearnTime, RunningCells } from './running-cells.ts'
import type { Transformer } from './transformer.ts'

const largest = LARGEST_NUMBER
const CELL = 2 // doubles a column: the largest size of a number, 1 / that (0 while there is none)

/** Options of a max-abs scaler. */
export interface MaxAbsScalerOptions {
  /** When it learns a row: with the row's label (the default), or when the row arrives. */
  readonly learn?: LearnTime
}

/**
 * Max-abs scaling: every number column divided by the largest size a number of it had; zeros stay zeros.
 *
 * A column of zeros gives 0. Category and indicator columns pass unchanged. A missing number (NaN, or beyond 1e100)
 * stays missing and is not learned. Weights are repetitions. Throws MILLRACE_LEARNER_PARAMETER.
 * Source: Pedregosa et al., Scikit-learn: machine learning in Python, 2011, as MaxAbsScaler.
 */
export function maxAbsScaler(options: MaxAbsScalerOptions = {}): Transformer<'number', 'number'> {
  checkOptions('max-abs-scaler', options, ['learn'])
  const learn = checkLearnTime('max-abs-scaler', options.learn)
  return cellTransformer({
    algorithm: 'max-abs-scaler',
    parameters: Object.freeze({ learn }),
    width: CELL,
    Running: RunningMaxAbsScaler,
  })
}

class RunningMaxAbsScaler extends RunningCells {
  protected transformNumbers(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt } = this.layout
    const { cells } = this
    for (let j = 0, cell = 1; j < numberAt.length; j++, cell += CELL) {
      out[at + numberAt[j]] = row[offset + numberAt[j]] * cells[cell]
    }
  }

  protected learnNumbers(row: Float64Array, offset: number): void {
    const { numberAt } = this.layout
    const { cells } = this
    for (let j = 0, cell = 0; j < numberAt.length; j++, cell += CELL) {
      const size = Math.abs(row[offset + numberAt[j]])
      if (!(size > cells[cell] && size <= largest)) continue
      const scale = 1 / size
      cells[cell] = size
      cells[cell + 1] = scale < Infinity ? scale : 0
    }
  }
}
