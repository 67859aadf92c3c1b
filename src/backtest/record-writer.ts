import type { FieldType } from '../stream/field-type.ts'
import type { InputColumns } from '../stream/input-columns.ts'
import type { HistoryColumn } from './history-columns.ts'

/** A record of history, as `streams/<name>.history.ts` yields it, in order of arrival. */
export interface HistoryRecord {
  readonly input: string
  readonly record: object
  /** When it could first be known, ms; by default the input's arrival field, else its time field. */
  readonly arrival?: number
}

/** Writes plain values into the columns of an input; a value of the wrong type is missing, and rejects the row with its cause. */
export class RecordWriter {
  private readonly types: readonly FieldType[]

  constructor(types: readonly FieldType[]) {
    this.types = types
  }

  /** Writes the fields of a record into a row. */
  write(columns: InputColumns, row: number, record: object): void {
    const { types } = this
    for (let i = 0; i < types.length; i++) {
      this.writeValue(columns, row, i, (record as Record<string, unknown>)[types[i].name])
    }
  }

  /** Writes columns of values, from number `from` on, into the rows from `row` to the last. */
  writeColumns(
    columns: InputColumns,
    row: number,
    fields: Readonly<Record<string, HistoryColumn>>,
    from: number,
  ): void {
    const { types } = this
    for (let i = 0; i < types.length; i++) {
      const values = fields[types[i].name] ?? none
      if (values instanceof Float64Array) this.writeNumbers(columns, row, i, values, from)
      else for (let to = row, at = from; to < columns.count; to++, at++) this.writeValue(columns, to, i, values[at])
    }
  }

  private writeNumbers(columns: InputColumns, row: number, field: number, values: Float64Array, from: number): void {
    const column = columns.fields[field]
    const isNumber = !column.isText && this.types[field].type !== 'boolean'
    for (let to = row, at = from; to < columns.count; to++, at++) {
      const value = values[at]
      if (isNumber && value - value === 0) column.values[to] = value
      else this.writeValue(columns, to, field, value === value ? value : null)
    }
  }

  private writeValue(columns: InputColumns, row: number, field: number, value: unknown): void {
    const type = this.types[field]
    const column = columns.fields[field]
    if (!column.isText) {
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

const none: HistoryColumn = []

function isNone(value: unknown): boolean {
  return value === null || value === undefined
}

function wrongValue({ name, type }: FieldType, value: unknown): string {
  return isNone(value) ? `'${name}' is missing` : `'${name}' is a ${typeof value}, not a ${type}`
}
