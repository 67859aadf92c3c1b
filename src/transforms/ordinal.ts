import { checkOptions } from './check-parameter.ts'
import { type RowSchema, rowSchema } from './row-schema.ts'
import { loadSnapshot, saveSnapshot } from './snapshot.ts'
import type { RunningTransformer, Transformer } from './transformer.ts'

/**
 * Ordinal encoding: every category and indicator column becomes a number column, its code taken as a number.
 *
 * Codes count up in the order in which categories came first; 0 is unknown or missing. It says something to trees, and
 * to others where that order means something. Numbers pass unchanged. It learns nothing: the dictionary that gave the
 * codes did. When the columns of a stream change, a model after it begins anew.
 * Source: Stevens, On the theory of scales of measurement, 1946.
 */
export function ordinal(options: Readonly<Record<string, never>> = {}): Transformer<'number' | 'category', 'number'> {
  checkOptions('ordinal', options, [])
  return Object.freeze({
    algorithm: 'ordinal',
    parameters: Object.freeze({}),
    build: (schema: RowSchema, snapshot?: Uint8Array) => {
      if (snapshot !== undefined) loadSnapshot(snapshot, 'ordinal', {}, schema, {})
      return new RunningOrdinal(schema)
    },
  })
}

class RunningOrdinal implements RunningTransformer {
  readonly schema: RowSchema
  readonly learnsOnArrival = false
  private readonly from: RowSchema
  private readonly sizes: Int32Array // of each column of codes, 0 for a number

  constructor(from: RowSchema) {
    this.from = from
    this.sizes = Int32Array.from(from.columns, ({ kind, size }) => (kind === 'number' ? 0 : size))
    this.schema = rowSchema(from.columns.map(({ name }) => ({ name, kind: 'number', size: 1 })))
  }

  transform(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { sizes } = this
    for (let i = 0; i < sizes.length; i++) {
      const value = row[offset + i]
      if (sizes[i] === 0) out[at + i] = value
      else out[at + i] = (value | 0) >>> 0 < sizes[i] ? value | 0 : 0
    }
  }

  learn(): void {}

  save(): Uint8Array {
    return saveSnapshot('ordinal', {}, this.from, {})
  }

  clone(): RunningTransformer {
    return new RunningOrdinal(this.from)
  }

  byteSize(): number {
    return 0
  }
}
