import { checkChoice, checkOptions, checkParameter } from './check-parameter.ts'
import { LARGEST_NUMBER } from './row-layout.ts'
import { type CellDescription, cellTransformer, checkLearnTime, type LearnTime, RunningCells } from './running-cells.ts'
import type { RowSchema } from './row-schema.ts'
import type { Transformer } from './transformer.ts'

const largest = LARGEST_NUMBER
const CELL = 2 // doubles a column: sum of weights, what is put in

/** Options of an imputer. */
export interface ImputerOptions {
  /**
   * What a missing number becomes: the column's mean, its latest number ('previous'), or `value` ('constant'). Default
   * 'mean'.
   */
  readonly strategy?: 'mean' | 'previous' | 'constant'
  /** What 'constant' puts in. Default 0. */
  readonly value?: number
  /** When it learns a row: with the row's label (the default), or when the row arrives. */
  readonly learn?: LearnTime
}

/**
 * Imputation: puts something in the place of missing numbers.
 *
 * A number is missing when it is NaN, or beyond 1e100. While a column has had none, its missing numbers stay missing,
 * but for 'constant'. Category and indicator columns pass unchanged: their code 0 says that they are missing. Weights
 * are repetitions. Throws MILLRACE_LEARNER_PARAMETER.
 * Source: Little & Rubin, Statistical analysis with missing data, 1987.
 */
export function imputer(options: ImputerOptions = {}): Transformer<'number', 'number'> {
  checkOptions('imputer', options, ['strategy', 'value', 'learn'])
  const strategy = checkChoice('imputer', 'strategy', options.strategy ?? 'mean', ['mean', 'previous', 'constant'])
  const value = checkParameter('imputer', 'value', options.value ?? 0, { min: -largest, max: largest })
  const learn = checkLearnTime('imputer', options.learn)
  return cellTransformer({
    algorithm: 'imputer',
    parameters: Object.freeze({ strategy, value, learn }),
    missing:
      strategy === 'constant'
        ? `becomes ${value}`
        : `becomes the column's ${strategy === 'mean' ? 'mean' : 'previous number'}`,
    width: CELL,
    Running: RunningImputer,
  })
}

class RunningImputer extends RunningCells {
  private readonly strategy: Required<ImputerOptions>['strategy']
  private readonly value: number

  constructor(description: CellDescription, schema: RowSchema, cells: Float64Array) {
    super(description, schema, cells)
    const { strategy, value } = description.parameters as unknown as Required<ImputerOptions>
    this.strategy = strategy
    this.value = value
  }

  protected transformNumbers(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt } = this.layout
    const { cells } = this
    const isConstant = this.strategy === 'constant'
    for (let j = 0, cell = 0; j < numberAt.length; j++, cell += CELL) {
      const value = row[offset + numberAt[j]]
      const other = isConstant ? this.value : cells[cell] > 0 ? cells[cell + 1] : NaN
      out[at + numberAt[j]] = Math.abs(value) <= largest ? value : other
    }
  }

  protected learnNumbers(row: Float64Array, offset: number, weight: number): void {
    if (this.strategy === 'constant') return
    const { numberAt } = this.layout
    const { cells } = this
    const isMean = this.strategy === 'mean'
    for (let j = 0, cell = 0; j < numberAt.length; j++, cell += CELL) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      cells[cell] += weight
      const share = isMean ? weight / cells[cell] : 1
      cells[cell + 1] += share * (value - cells[cell + 1])
    }
  }
}
