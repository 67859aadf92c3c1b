import { carriedColumns } from './carried-columns.ts'
import { checkChoice, checkOptions } from './check-parameter.ts'
import { LARGEST_NUMBER, type RowLayout, rowLayout } from './row-layout.ts'
import type { RowSchema } from './row-schema.ts'
import { loadSnapshot, saveSnapshot } from './snapshot.ts'
import type { RunningTransformer, Transformer } from './transformer.ts'

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
  const learn = checkChoice('standard-scaler', 'learn', options.learn ?? 'with-label', ['with-label', 'on-arrival'])
  const parameters = Object.freeze({ learn })
  return Object.freeze({
    algorithm: 'standard-scaler',
    parameters,
    build: (schema: RowSchema, snapshot?: Uint8Array) => {
      const cells = new Float64Array(rowLayout(schema).numberAt.length * CELL)
      if (snapshot !== undefined) loadSnapshot(snapshot, 'standard-scaler', parameters, schema, { cells })
      return new RunningStandardScaler(schema, parameters, cells)
    },
    carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema) => {
      const before = new Float64Array(rowLayout(from).numberAt.length * CELL)
      loadSnapshot(snapshot, 'standard-scaler', parameters, from, { cells: before })
      return saveSnapshot('standard-scaler', parameters, to, { cells: carriedCells(before, from, to) })
    },
  })
}

function carriedCells(before: Float64Array, from: RowSchema, to: RowSchema): Float64Array {
  const numbersBefore = rowLayout(from).numberAt
  const { numberAt } = rowLayout(to)
  const positions = carriedColumns(from, to)
  const cells = new Float64Array(numberAt.length * CELL)
  numberAt.forEach((position, j) => {
    const old = numbersBefore.indexOf(positions[position])
    if (old >= 0) cells.set(before.subarray(old * CELL, (old + 1) * CELL), j * CELL)
  })
  return cells
}

class RunningStandardScaler implements RunningTransformer {
  readonly schema: RowSchema
  readonly learnsOnArrival: boolean
  private readonly parameters: Required<StandardScalerOptions>
  private readonly layout: RowLayout
  private readonly cells: Float64Array

  constructor(schema: RowSchema, parameters: Required<StandardScalerOptions>, cells: Float64Array) {
    this.schema = schema
    this.parameters = parameters
    this.learnsOnArrival = parameters.learn === 'on-arrival'
    this.layout = rowLayout(schema)
    this.cells = cells
  }

  transform(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt, codeAt } = this.layout
    const cells = this.cells
    for (let j = 0; j < codeAt.length; j++) out[at + codeAt[j]] = row[offset + codeAt[j]]
    for (let j = 0, cell = 0; j < numberAt.length; j++, cell += CELL) {
      const position = numberAt[j]
      out[at + position] = (row[offset + position] - cells[cell + 1]) * cells[cell + 3]
    }
  }

  learn(row: Float64Array, offset: number, _label: number, weight: number): void {
    if (!(weight > 0)) return
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

  save(): Uint8Array {
    return saveSnapshot('standard-scaler', this.parameters, this.schema, { cells: this.cells })
  }

  clone(): RunningTransformer {
    return new RunningStandardScaler(this.schema, this.parameters, this.cells.slice())
  }

  byteSize(): number {
    return this.cells.byteLength
  }
}
