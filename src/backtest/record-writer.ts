import type { FieldType } from '../stream/field-type.ts'
import { type InputColumns, NumberColumn } from '../stream/input-columns.ts'

/** A record of history, as `streams/<name>.history.ts` yields it, in order of arrival. */
export interface HistoryRecord {
  readonly input: string
  readonly record: object
  /** When it could first be known, ms; by default the input's arrival field, else its time field. */
  readonly arrival?: number
}

/** Writes plain objects into the columns of an input; a value of the wrong type rejects the row with its cause. */
export class RecordWriter {
  private readonly types: readonly FieldType[]

  constructor(types: readonly FieldType[]) {
    this.types = types
  }

  write(columns: InputColumns, row: number, record: object): void {
    const { types } = this
    for (let i = 0; i < types.length; i++) {
      const { name } = types[i]
      const value = (record as Record<string, unknown>)[name]
      const column = columns.fields[i]
      if (column instanceof NumberColumn) {
        if (typeof value === 'number') {
          if (value - value !== 0) columns.reject(row, `'${name}' is ${value}`)
          column.values[row] = value
        } else if (typeof value === 'boolean' && types[i].type === 'boolean') column.values[row] = value ? 1 : 0
        else if (value === null || value === undefined) {
          column.values[row] = Number.NaN
          if (!types[i].nullable) columns.reject(row, `'${name}' is missing`)
        } else columns.reject(row, `'${name}' is a ${typeof value}, not a ${types[i].type}`)
      } else if (typeof value === 'string') column.setText(row, value)
      else {
        column.setNull(row)
        if (value !== null && value !== undefined) columns.reject(row, `'${name}' is a ${typeof value}, not a string`)
        else if (!types[i].nullable) columns.reject(row, `'${name}' is missing`)
      }
    }
  }
}
