import { SortedWindow } from '../stats/sorted-window.ts'
import { checkOptions, checkParameter } from './check-parameter.ts'
import { LARGEST_NUMBER } from './row-layout.ts'
import { type CellDescription, cellTransformer, checkLearnTime, type LearnTime, RunningCells } from './running-cells.ts'
import type { RowSchema } from './row-schema.ts'
import type { Transformer } from './transformer.ts'

const largest = LARGEST_NUMBER
const HEAD = 2 // doubles of a cell before its ring of values

/** Options of a robust scaler. */
export interface RobustScalerOptions {
  /** How many of the latest numbers of a column are kept, 2 to 100,000. Default 1,000. */
  readonly window?: number
  /** The lower quantile, from 0 to below `upper`. Default 0.25. */
  readonly lower?: number
  /** The upper quantile, above `lower` to 1. Default 0.75. */
  readonly upper?: number
  /** When it learns a row: with the row's label (the default), or when the row arrives. */
  readonly learn?: LearnTime
}

/**
 * Robust scaling: every number column minus its median, divided by the distance between two of its quantiles, of the
 * latest numbers; so that a few odd ones hardly count, and are forgotten.
 *
 * The quantiles are exact (on a straight line between two numbers, as NumPy has them). A column without spread between
 * the two gives 0. Category and indicator columns pass unchanged. A missing number (NaN, or beyond 1e100) stays missing
 * and is not learned. Weights are repetitions, rounded up to whole ones, at most as many as the window holds. A number
 * costs two searches and a shift in its window, which is kept twice in memory. Throws MILLRACE_LEARNER_PARAMETER.
 * Source: Rousseeuw & Croux, Alternatives to the median absolute deviation, 1993, on scaling by quantiles.
 */
export function robustScaler(options: RobustScalerOptions = {}): Transformer<'number', 'number'> {
  checkOptions('robust-scaler', options, ['window', 'lower', 'upper', 'learn'])
  const window = checkParameter('robust-scaler', 'window', options.window ?? 1000, {
    min: 2,
    max: 100_000,
    whole: true,
  })
  const lower = checkParameter('robust-scaler', 'lower', options.lower ?? 0.25, { min: 0, max: 0.999 })
  const upper = checkParameter('robust-scaler', 'upper', options.upper ?? 0.75, { min: lower, max: 1, above: true })
  const learn = checkLearnTime('robust-scaler', options.learn)
  return cellTransformer({
    algorithm: 'robust-scaler',
    parameters: Object.freeze({ window, lower, upper, learn }),
    width: HEAD + window,
    Running: RunningRobustScaler,
  })
}

class RunningRobustScaler extends RunningCells {
  private readonly window: number
  private readonly lower: number
  private readonly upper: number
  private readonly columns: readonly SortedWindow[]

  constructor(description: CellDescription, schema: RowSchema, cells: Float64Array) {
    super(description, schema, cells)
    const { window, lower, upper } = description.parameters as unknown as Required<RobustScalerOptions>
    this.window = window
    this.lower = lower
    this.upper = upper
    this.columns = Array.from(this.layout.numberAt, (_, j) => {
      const cell = cells.subarray(j * (HEAD + window), (j + 1) * (HEAD + window))
      return new SortedWindow({ head: cell.subarray(0, HEAD), ring: cell.subarray(HEAD) })
    })
  }

  protected transformNumbers(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt } = this.layout
    for (let j = 0; j < numberAt.length; j++) {
      const column = this.columns[j]
      const spread = column.quantile(this.upper) - column.quantile(this.lower)
      const scale = spread > 1e-300 ? 1 / spread : 0
      const value = row[offset + numberAt[j]]
      out[at + numberAt[j]] = (value - (column.length > 0 ? column.quantile(0.5) : 0)) * scale
    }
  }

  protected learnNumbers(row: Float64Array, offset: number, weight: number): void {
    const { numberAt } = this.layout
    const times = Math.min(Math.ceil(weight), this.window)
    for (let j = 0; j < numberAt.length; j++) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      for (let n = 0; n < times; n++) this.columns[j].add(value + 0) // -0 becomes 0, which sorts alike
    }
  }

  override byteSize(): number {
    return this.cells.byteLength + this.columns.length * this.window * 8
  }
}
