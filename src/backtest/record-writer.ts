import type { FieldType } from '../stream/field-type.ts'
import { type InputColumns, NumberColumn } from '../stream/input-columns.ts'

/** A record of history, as `streams/<name>.history.ts` yields it, in order of arrival. */
export interface HistoryRecord {
  readonly input: string
  readonly record: object
  /** When it could first be known, ms; by default the input's arrival field, else its time field. */
  readonly arrival?: number
}

/** Writes plain objects into the columns of an input; a value of the wrong type is missing, and rejects the row with its cause. */
export class RecordWriter {
  private readonly types: readonly FieldType[]

  constructor(types: readonly FieldType[]) {
    this.types = types
  }

  write(columns: InputColumns, row: number, record: object): void {
    const { types } = this
    for (let i = 0; i < types.length; i++) {
      const type = types[i]
      const value = (record as Record<string, unknown>)[type.name]
      const column = columns.fields[i]
      if (column instanceof NumberColumn) {
        column.values[row] = Number.NaN
        if (typeof value === 'number' && type.type !== 'boolean') {
          if (value - value === 0) column.values[row] = value
          else columns.reject(row, `'${type.name}' is ${value}`)
        } else if (typeof value === 'boolean' && type.type === 'boolean') column.values[row] = value ? 1 : 0
        else if (!(type.nullable && isNone(value))) columns.reject(row, wrongValue(type, value))
      } else if (typeof value === 'string') column.setText(row, value)
      else {
        column.setNull(row)
        if (!(type.nullable && isNone(value))) columns.reject(row, wrongValue(type, value))
      }
    }
  }
}

function isNone(value: unknown): boolean {
  return value === null || value === undefined
}

function wrongValue({ name, type }: FieldType, value: unknown): string {
  return isNone(value) ? `'${name}' is missing` : `'${name}' is a ${typeof value}, not a ${type}`
}
