import { type InputColumns, type NumberColumn, RowStatus } from '../../src/stream/input-columns.ts'
import type { StringColumn } from '../../src/stream/string-column.ts'

/** A row of columns as an object; its cause where it was rejected. */
export function readRow(columns: InputColumns, row: number): Record<string, unknown> | string | undefined {
  if (columns.status[row] !== RowStatus.ok) return columns.causes.get(row)
  return Object.fromEntries(
    columns.types.map((field, i) => {
      if (field.type === 'string') return [field.name, (columns.fields[i] as StringColumn).text(row)]
      const value = (columns.fields[i] as NumberColumn).values[row]
      if (Number.isNaN(value)) return [field.name, null]
      return [field.name, field.type === 'boolean' ? value === 1 : value]
    }),
  )
}
