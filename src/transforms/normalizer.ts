import { checkChoice, checkOptions } from './check-parameter.ts'
import { LARGEST_NUMBER, type RowLayout, rowLayout } from './row-layout.ts'
import type { RowSchema } from './row-schema.ts'
import { loadSnapshot, saveSnapshot } from './snapshot.ts'
import type { RunningTransformer, Transformer } from './transformer.ts'

const largest = LARGEST_NUMBER

/** Options of a normalizer. */
export interface NormalizerOptions {
  /**
   * The norm: the sum of the sizes ('l1'), the root of the sum of squares ('l2'), or the largest size ('max'). Default
   * 'l2'.
   */
  readonly norm?: 'l1' | 'l2' | 'max'
}

/**
 * Normalisation: the numbers of a row divided by their norm, so that only their proportions count.
 *
 * It learns nothing; a new column changes every norm, so that models after it begin anew. A row of zeros stays as it
 * is. Category and indicator columns pass unchanged. A missing number (NaN, or beyond 1e100) stays missing and does not
 * count. Throws MILLRACE_LEARNER_PARAMETER.
 * Source: Salton, Wong & Yang, A vector space model for automatic indexing, 1975.
 */
export function normalizer(options: NormalizerOptions = {}): Transformer<'number', 'number'> {
  checkOptions('normalizer', options, ['norm'])
  const norm = checkChoice('normalizer', 'norm', options.norm ?? 'l2', ['l1', 'l2', 'max'])
  const parameters = Object.freeze({ norm })
  return Object.freeze({
    algorithm: 'normalizer',
    parameters,
    build: (schema: RowSchema, snapshot?: Uint8Array) => {
      if (snapshot !== undefined) loadSnapshot(snapshot, 'normalizer', parameters, schema, {})
      return new RunningNormalizer(schema, norm)
    },
  })
}

class RunningNormalizer implements RunningTransformer {
  readonly schema: RowSchema
  readonly learnsOnArrival = false
  private readonly norm: 'l1' | 'l2' | 'max'
  private readonly layout: RowLayout

  constructor(schema: RowSchema, norm: 'l1' | 'l2' | 'max') {
    this.schema = schema
    this.norm = norm
    this.layout = rowLayout(schema)
  }

  transform(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt, codeAt } = this.layout
    const size = this.sizeOf(row, offset)
    for (let j = 0; j < codeAt.length; j++) out[at + codeAt[j]] = row[offset + codeAt[j]]
    for (let j = 0; j < numberAt.length; j++) {
      const value = row[offset + numberAt[j]]
      out[at + numberAt[j]] = size > 0 ? value / size : value
    }
  }

  private sizeOf(row: Float64Array, offset: number): number {
    const { norm, layout } = this
    const { numberAt } = layout
    let most = 0
    let sum = 0
    let squares = 0
    for (let j = 0; j < numberAt.length; j++) {
      const value = Math.abs(row[offset + numberAt[j]])
      if (!(value <= largest)) continue
      if (value > most) most = value
      sum += value
      squares += value * value
    }
    if (norm === 'l1') return sum
    return norm === 'max' ? most : squares > 1e-290 ? Math.sqrt(squares) : most // the squares of tiny numbers are 0
  }

  learn(): void {}

  save(): Uint8Array {
    return saveSnapshot('normalizer', { norm: this.norm }, this.schema, {})
  }

  clone(): RunningTransformer {
    return new RunningNormalizer(this.schema, this.norm)
  }

  byteSize(): number {
    return 0
  }
}
