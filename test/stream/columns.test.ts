import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputColumns, type NumberColumn, RowStatus } from '../../src/stream/input-columns.ts'
import { RecordView } from '../../src/stream/record-view.ts'
import { StringColumn } from '../../src/stream/string-column.ts'

const types = [
  { name: 'text', type: 'string', nullable: true },
  { name: 'value', type: 'number', nullable: true },
  { name: 'flag', type: 'boolean', nullable: true },
] as const

describe('a column of strings', () => {
  it('gives back what was put in, as text or as bytes, however long and in whatever script', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: 'binary', maxLength: 40 })), { maxLength: 60 }), (texts) => {
        const column = new StringColumn(1)
        column.grow(texts.length + 1)
        const encoder = new TextEncoder()
        texts.forEach((text, row) => {
          if (text === null) column.setNull(row)
          else if (row % 2 === 0) column.setText(row, text)
          else {
            const bytes = encoder.encode(`..${text}.`)
            column.setBytes(row, bytes, 2, bytes.length - 1)
          }
        })
        const wellFormed = texts.map((text) => (text === null ? null : text.toWellFormed()))
        expect(texts.map((_, row) => column.text(row))).toEqual(wellFormed)
      }),
      { seed: 1 },
    )
  })

  it('uses its bytes again after clear', () => {
    const column = new StringColumn(2)
    for (let batch = 0; batch < 1000; batch++) {
      column.clear()
      column.setText(0, `batch ${batch}`)
    }
    expect(column.bytes.length).toBeLessThan(100)
    expect(column.text(0)).toBe('batch 999')
  })
})

describe('the columns of an input', () => {
  it('grow with their rows and keep them', () => {
    const columns = new InputColumns(types, 2)
    for (let i = 0; i < 100; i++) {
      const row = columns.add(i, 1, i * 2)
      ;(columns.fields[0] as StringColumn).setText(row, `t${i}`)
      ;(columns.fields[1] as NumberColumn).values[row] = i
    }
    expect(columns.count).toBe(100)
    expect((columns.fields[0] as StringColumn).text(3)).toBe('t3')
    expect([columns.arrival[99], columns.partition[99], columns.offset[99]]).toEqual([99, 1, 198])
  })

  it('keep the first cause of a rejection, and forget it with the rows', () => {
    const columns = new InputColumns(types, 2)
    columns.add(0, 0, 0)
    columns.reject(0, 'first')
    columns.reject(0, 'second')
    expect([columns.status[0], columns.causes.get(0)]).toEqual([RowStatus.rejected, 'first'])
    columns.clear()
    columns.add(0, 0, 0)
    expect([columns.status[0], columns.causes.size]).toEqual([RowStatus.ok, 0])
  })
})

describe('the view of a record', () => {
  const columns = new InputColumns([...types, { name: '__proto__', type: 'number', nullable: false }], 2)
  columns.add(0, 0, 0)
  ;(columns.fields[0] as StringColumn).setText(0, 'größer')
  ;[1.5, 0, 7].forEach((value, i) => ((columns.fields[i + 1] as NumberColumn).values[0] = value))
  columns.add(0, 0, 1)
  ;(columns.fields[0] as StringColumn).setNull(1)
  for (let i = 1; i < 4; i++) (columns.fields[i] as NumberColumn).values[1] = Number.NaN
  const view = new RecordView(columns.types)

  it('has every field, null where there is none, and shows one row after another', () => {
    const record: Record<string, unknown> = view.of(columns, 0)
    expect([
      record.text,
      record.value,
      record.flag,
      Object.getOwnPropertyDescriptor(record, '__proto__')?.get?.(),
    ]).toEqual(['größer', 1.5, false, 7])
    expect(view.of(columns, 1)).toBe(record)
    expect([record.text, record.value, record.flag]).toEqual([null, null, null])
  })

  it('can be written out, but not written to', () => {
    const record: Record<string, unknown> = view.of(columns, 0)
    expect(JSON.parse(JSON.stringify(record))).toMatchObject({ text: 'größer', value: 1.5, flag: false })
    expect(() => Object.assign(record, { text: 'x' })).toThrow(TypeError)
    expect(() => Object.assign(record, { more: 1 })).toThrow(TypeError)
  })
})
