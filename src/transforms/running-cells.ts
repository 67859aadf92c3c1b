import { carriedColumns } from './carried-columns.ts'
import { checkChoice } from './check-parameter.ts'
import { type RowLayout, rowLayout } from './row-layout.ts'
import type { RowSchema } from './row-schema.ts'
import { loadSnapshot, saveSnapshot } from './snapshot.ts'
import type { RunningTransformer, Transformer } from './transformer.ts'

/** When a transformer learns a row: with the row's label, or when the row arrives. */
export type LearnTime = 'with-label' | 'on-arrival'

/** What makes a transformer of a kind of cell: some doubles a number column, zeros at first. */
export interface CellDescription {
  readonly algorithm: string
  readonly parameters: Readonly<Record<string, unknown>> & { readonly learn: LearnTime }
  /** What becomes of missing numbers, where they do not stay missing. */
  readonly missing?: string
  /** Doubles a cell. */
  readonly width: number
  readonly Running: new (description: CellDescription, schema: RowSchema, cells: Float64Array) => RunningTransformer
}

/** The option `learn`. Throws MILLRACE_LEARNER_PARAMETER. */
export function checkLearnTime(algorithm: string, learn: LearnTime = 'with-label'): LearnTime {
  return checkChoice(algorithm, 'learn', learn, ['with-label', 'on-arrival'])
}

/** The description of a transformer that learns each number column by itself and leaves codes alone. */
export function cellTransformer(description: CellDescription): Transformer<'number', 'number'> {
  const { algorithm, parameters, missing, width, Running } = description
  return Object.freeze({
    algorithm,
    parameters,
    ...(missing === undefined ? {} : { missing }),
    build: (schema: RowSchema, snapshot?: Uint8Array) => {
      const cells = new Float64Array(rowLayout(schema).numberAt.length * width)
      if (snapshot !== undefined) loadSnapshot(snapshot, algorithm, parameters, schema, { cells })
      return new Running(description, schema, cells)
    },
    carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema) => {
      const before = new Float64Array(rowLayout(from).numberAt.length * width)
      loadSnapshot(snapshot, algorithm, parameters, from, { cells: before })
      return saveSnapshot(algorithm, parameters, to, { cells: carriedCells(before, from, to, width) })
    },
  })
}

/** The cells of the number columns of `from` as those of `to`; of a new column, zeros. */
function carriedCells(before: Float64Array, from: RowSchema, to: RowSchema, width: number): Float64Array {
  const numbersBefore = rowLayout(from).numberAt
  const { numberAt } = rowLayout(to)
  const positions = carriedColumns(from, to)
  const cells = new Float64Array(numberAt.length * width)
  numberAt.forEach((position, j) => {
    const old = numbersBefore.indexOf(positions[position])
    if (old >= 0) cells.set(before.subarray(old * width, (old + 1) * width), j * width)
  })
  return cells
}

/** A transformer at work on the numbers of a row, each with a cell of its own; codes pass unchanged. */
export abstract class RunningCells implements RunningTransformer {
  readonly schema: RowSchema
  readonly learnsOnArrival: boolean
  protected readonly layout: RowLayout
  protected readonly cells: Float64Array
  private readonly description: CellDescription

  constructor(description: CellDescription, schema: RowSchema, cells: Float64Array) {
    this.description = description
    this.schema = schema
    this.learnsOnArrival = description.parameters.learn === 'on-arrival'
    this.layout = rowLayout(schema)
    this.cells = cells
  }

  /** Writes the numbers of a row. */
  protected abstract transformNumbers(row: Float64Array, offset: number, out: Float64Array, at: number): void
  /** Learns the numbers of a row that are not missing; weight > 0. */
  protected abstract learnNumbers(row: Float64Array, offset: number, weight: number): void

  transform(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { codeAt } = this.layout
    for (let j = 0; j < codeAt.length; j++) out[at + codeAt[j]] = row[offset + codeAt[j]]
    this.transformNumbers(row, offset, out, at)
  }

  learn(row: Float64Array, offset: number, _label: number, weight: number): void {
    if (weight > 0) this.learnNumbers(row, offset, weight)
  }

  save(): Uint8Array {
    const { algorithm, parameters } = this.description
    return saveSnapshot(algorithm, parameters, this.schema, { cells: this.cells })
  }

  clone(): RunningTransformer {
    return new this.description.Running(this.description, this.schema, this.cells.slice())
  }

  byteSize(): number {
    return this.cells.byteLength
  }
}
