import { LARGEST_NUMBER, type RowLayout, rowLayout } from './row-layout.ts'
import { type RowSchema, rowSchema } from './row-schema.ts'
import { saveSnapshot } from './snapshot.ts'
import type { RunningTransformer } from './transformer.ts'

const largest = LARGEST_NUMBER

/** What makes a transformer of weighted sums of the numbers. */
export interface ProjectionDescription {
  readonly algorithm: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly components: number
  /** The weights of a row of so many numbers: a number after the other, `components` each. */
  readonly weights: (numbers: number) => Float64Array
  /** Puts what it makes of the sums `out[at...]` in their place. */
  readonly finish?: (out: Float64Array, at: number) => void
}

/** Weighted sums in the place of the numbers of a row, after its codes; a missing number counts as 0. */
export class RunningProjection implements RunningTransformer {
  readonly schema: RowSchema
  readonly learnsOnArrival = false
  private readonly description: ProjectionDescription
  private readonly from: RowSchema
  private readonly layout: RowLayout
  private readonly weights: Float64Array

  constructor(description: ProjectionDescription, from: RowSchema) {
    const { algorithm, components } = description
    this.description = description
    this.from = from
    this.layout = rowLayout(from)
    this.weights = description.weights(this.layout.numberAt.length)
    this.schema = rowSchema([
      ...from.columns.filter(({ kind }) => kind !== 'number'),
      ...Array.from(
        { length: components },
        (_, k) => ({ name: `${algorithm} ${k}`, kind: 'number', size: 1 }) as const,
      ),
    ])
  }

  transform(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt, codeAt } = this.layout
    const { weights } = this
    const { components, finish } = this.description
    for (let j = 0; j < codeAt.length; j++) out[at + j] = row[offset + codeAt[j]]
    const first = at + codeAt.length
    for (let k = 0; k < components; k++) out[first + k] = 0
    for (let j = 0; j < numberAt.length; j++) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      const from = j * components
      for (let k = 0; k < components; k++) out[first + k] += value * weights[from + k]
    }
    finish?.(out, first)
  }

  learn(): void {}

  save(): Uint8Array {
    return saveSnapshot(this.description.algorithm, this.description.parameters, this.from, {})
  }

  clone(): RunningTransformer {
    return new RunningProjection(this.description, this.from)
  }

  byteSize(): number {
    return this.weights.byteLength
  }
}
