import type { RowSchema } from './row-schema.ts'

/**
 * Where each column of `to` stood in `from`, -1 for one that is new: the same column has the same name, kind and size.
 * What was learned of a column goes with it; codes mean what they meant, for a dictionary outlives a change of the columns.
 */
export function carriedColumns(from: RowSchema, to: RowSchema): Int32Array {
  return Int32Array.from(to.columns, ({ name, kind, size }) =>
    from.columns.findIndex((column) => column.name === name && column.kind === kind && column.size === size),
  )
}
