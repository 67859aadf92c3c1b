import type { KeyTable } from '../features/key-table.ts'
import type { ColumnReference } from '../stream/graph.ts'
import type { InputColumns } from '../stream/input-columns.ts'
import { columnOf } from './column-of.ts'

/** Writes a row's key, part by part, into the table's scratch; false where a part is missing. */
export function writeKey(
  table: KeyTable,
  parts: readonly ColumnReference[],
  columns: InputColumns,
  row: number,
): boolean {
  table.begin()
  for (let i = 0; i < parts.length; i++) {
    const column = columnOf(columns, parts[i])
    if (!column.isText) {
      const value = column.values[row]
      if (value !== value) return false
      table.addNumber(value)
    } else {
      const start = column.starts[row]
      if (start < 0) return false
      table.addBytes(column.bytes, start, column.ends[row])
    }
  }
  return true
}
