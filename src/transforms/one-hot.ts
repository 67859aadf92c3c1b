import { checkOptions } from './check-parameter.ts'
import { type RowSchema, rowSchema } from './row-schema.ts'
import { loadSnapshot, saveSnapshot } from './snapshot.ts'
import type { RunningTransformer, Transformer } from './transformer.ts'

/**
 * One-hot encoding: every category column becomes an indicator column with one indicator a code.
 *
 * The double stays the code and only its meaning changes, so rows stay as short as they were however many categories
 * there are. Numbers and indicators pass unchanged. It learns nothing: the dictionary that gave the codes did.
 * Source: Suits, Use of dummy variables in regression equations, 1957.
 */
export function oneHot(options: Readonly<Record<string, never>> = {}): Transformer<'number' | 'category', 'number'> {
  checkOptions('one-hot', options, [])
  return Object.freeze({
    algorithm: 'one-hot',
    parameters: Object.freeze({}),
    build: (schema: RowSchema, snapshot?: Uint8Array) => {
      if (snapshot !== undefined) loadSnapshot(snapshot, 'one-hot', {}, schema, {})
      return new RunningOneHot(schema)
    },
    carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema) => {
      loadSnapshot(snapshot, 'one-hot', {}, from, {})
      return saveSnapshot('one-hot', {}, to, {})
    },
  })
}

class RunningOneHot implements RunningTransformer {
  readonly schema: RowSchema
  readonly learnsOnArrival = false
  readonly keepsRows = true
  private readonly from: RowSchema
  private readonly width: number

  constructor(from: RowSchema) {
    this.from = from
    this.width = from.columns.length
    this.schema = rowSchema(
      from.columns.map((column) => (column.kind === 'category' ? { ...column, kind: 'indicator' } : column)),
    )
  }

  transform(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    for (let i = 0; i < this.width; i++) out[at + i] = row[offset + i]
  }

  learn(): void {}

  save(): Uint8Array {
    return saveSnapshot('one-hot', {}, this.from, {})
  }

  clone(): RunningTransformer {
    return new RunningOneHot(this.from)
  }

  byteSize(): number {
    return 0
  }
}
