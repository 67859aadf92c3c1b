import type { FieldType } from './field-type.ts'
import type { InputColumns, NumberColumn } from './input-columns.ts'
import type { StringColumn } from './string-column.ts'

/**
 * The record that arrows see: one frozen object, used again for row after row, whose getters read straight from the
 * columns: a number, a boolean, a string, or null. Nothing can be written to it, so it carries nothing from row to row.
 */
export class RecordView {
  private readonly record: object
  private columns: InputColumns = undefined as never
  private row = 0

  constructor(fields: readonly FieldType[]) {
    const record = {}
    fields.forEach((field, index) => {
      Object.defineProperty(record, field.name, { enumerable: true, get: this.getterOf(field, index) })
    })
    this.record = Object.freeze(record)
  }

  /** The record of a row; the same object each time. */
  of(columns: InputColumns, row: number): never {
    this.columns = columns
    this.row = row
    return this.record as never
  }

  private getterOf(field: FieldType, index: number): () => unknown {
    if (field.type === 'string') return () => (this.columns.fields[index] as StringColumn).text(this.row)
    if (field.type === 'boolean') {
      return () => {
        const value = (this.columns.fields[index] as NumberColumn).values[this.row]
        return value === 1 ? true : value === 0 ? false : null
      }
    }
    return () => {
      const value = (this.columns.fields[index] as NumberColumn).values[this.row]
      return value === value ? value : null
    }
  }
}
