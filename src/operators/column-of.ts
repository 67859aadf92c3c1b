import type { ColumnReference } from '../stream/graph.ts'
import type { InputColumns, NumberColumn } from '../stream/input-columns.ts'
import type { StringColumn } from '../stream/string-column.ts'

/** A column of an input by reference. */
export function columnOf(columns: InputColumns, reference: ColumnReference): NumberColumn | StringColumn {
  return reference.source === 'field' ? columns.fields[reference.index] : columns.derived[reference.index]
}
