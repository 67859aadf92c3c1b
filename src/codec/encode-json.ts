import type { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'
import type { InputColumns, NumberColumn } from '../stream/input-columns.ts'
import type { StringColumn } from '../stream/string-column.ts'

/** Makes the value of the builder's last record of a row of columns, as a JSON object: timestamps are milliseconds, NaN and missing text are null. */
export function encodeJson(builder: OutgoingBatchBuilder, columns: InputColumns, row: number): void {
  const record: Record<string, unknown> = {}
  columns.types.forEach((field, i) => {
    if (field.type === 'string') record[field.name] = (columns.fields[i] as StringColumn).text(row)
    else record[field.name] = plain((columns.fields[i] as NumberColumn).values[row], field.type === 'boolean')
  })
  builder.setValueText(JSON.stringify(record))
}

function plain(value: number, boolean: boolean): number | boolean | null {
  if (value !== value) return null
  return boolean ? value === 1 : value
}
