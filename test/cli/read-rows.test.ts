import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { readRows } from '../../src/cli/read-rows.ts'
import { timestampOf, typedRecord } from '../../src/cli/typed-record.ts'
import type { EventField } from '../../src/codec/event-schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-rows-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function all(path: string) {
  const rows = []
  for await (const row of readRows(path)) rows.push(row)
  return rows
}

async function rowsOf(name: string, content: string | Uint8Array) {
  const path = join(folder, name)
  writeFileSync(path, content)
  return all(path)
}

describe('rows of a file', () => {
  const expected = [
    { a: '1', b: 'x, y' },
    { a: '2', b: '' },
  ]

  it.each([
    ['c.csv', 'a,b\n1,"x, y"\n2,\n'],
    ['s.csv', '\uFEFFa;b\r\n1;x, y\r\n2;\r\n'],
    ['p.csv', 'a|b\n1|x, y\n2|\n'],
    ['q.csv', '\uFEFF"a",b\n1,"x, y"\n2,\n'],
    ['t.tsv', 'a\tb\n1\tx, y\n\n2\t\n'],
    ['g.csv.gz', gzipSync('a,b\n1,"x, y"\n2,\n')],
  ])('are read from %s', async (name, content) => {
    expect(await rowsOf(name, content)).toEqual(expected)
  })

  it('are read from JSON lines, compressed too', async () => {
    const text = '{"a":1,"b":null}\n\n{"a":true}\n'
    expect(await rowsOf('j.jsonl', text)).toEqual([{ a: 1, b: null }, { a: true }])
    expect(await rowsOf('j.ndjson.gz', gzipSync(text))).toHaveLength(2)
  })

  it('are cut where the header is, outside of its quotes', async () => {
    expect(await rowsOf('quoted.csv', '"a;b;c",d\n1,2\n')).toEqual([{ 'a;b;c': '1', d: '2' }])
  })

  it('say which file or line is wrong', async () => {
    await expect(all(join(folder, 'absent.csv'))).rejects.toMatchObject({
      code: 'MILLRACE_CLI_FILE',
    })
    await expect(rowsOf('x.xlsx', '')).rejects.toMatchObject({ code: 'MILLRACE_CLI_FILE' })
    await expect(rowsOf('bad.csv', 'a,b\n1\n')).rejects.toMatchObject({ code: 'MILLRACE_CLI_DATA' })
    await expect(rowsOf('twice.csv', 'a,b,a\n1,2,3\n')).rejects.toThrow(
      /two columns are called 'a'\. Give each column of the header/,
    )
    await expect(rowsOf('bad.jsonl', '{"a":1}\n{')).rejects.toThrow(/bad\.jsonl, line 2: not valid JSON/)
    await expect(rowsOf('list.jsonl', '[1]')).rejects.toThrow(/line 1: not a JSON object/)
    await expect(rowsOf('bad.csv.gz', 'no gzip')).rejects.toMatchObject({ code: 'MILLRACE_CLI_DATA' })
  })

  it.each([
    [
      'skip.csv',
      'a,b\n1,2\n3\n4,5,6\n7,8\n',
      [
        { a: '1', b: '2' },
        { a: '7', b: '8' },
      ],
    ],
    ['skip.jsonl', '{"a":1}\n{bad\n[2]\n{"a":3}\n', [{ a: 1 }, { a: 3 }]],
  ])('pass over what is none, where that is asked for: %s', async (name, content, expected) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    let bad = 0
    const rows = []
    for await (const row of readRows(path, () => bad++)) rows.push(row)
    expect(rows).toEqual(expected)
    expect(bad).toBe(2)
  })
})

describe('texts as values', () => {
  const field = (name: string, type: EventField['type']): EventField => ({
    name,
    type,
    nullable: true,
    avro: 'string',
    symbols: [],
    default: undefined,
    doc: undefined,
  })

  it('become what the schema says, and stay texts where they can not', () => {
    const fields = [
      field('n', 'number'),
      field('b', 'boolean'),
      field('t', 'timestamp'),
      field('s', 'string'),
      field('absent', 'number'),
    ]
    expect(typedRecord(fields, { n: '1.5', b: 'Yes', t: '2024-01-02', s: '7', more: 'x' }, 0)).toEqual({
      n: 1.5,
      b: true,
      t: Date.UTC(2024, 0, 2),
      s: '7',
    })
    expect(typedRecord(fields, { n: 'one', b: 'perhaps', t: 'soon', s: '' }, 0)).toEqual({
      n: 'one',
      b: 'perhaps',
      t: 'soon',
      s: null,
    })
    expect(typedRecord(fields, { n: 2, b: false }, 0)).toEqual({ n: 2, b: false })
    for (const n of ['NA', ' ', '-'])
      expect(typedRecord(fields, { n, b: '?', t: 'None', s: 'NA' }, 0)).toEqual({
        n: null,
        b: null,
        t: null,
        s: 'NA',
      })
  })

  it('are taken from the columns that the schema names', () => {
    const fields = [
      { ...field('id', 'string'), column: '#' },
      { ...field('at', 'timestamp'), column: '#' },
      { ...field('price', 'number'), column: 'Price (EUR)' },
    ]
    expect(typedRecord(fields, { 'Price (EUR)': '2.5' }, 7)).toEqual({
      id: '7',
      at: Date.UTC(2020, 0, 1, 0, 7),
      price: 2.5,
    })
    expect(typedRecord(fields, { id: 'a', at: 5, price: '3', 'Price (EUR)': '2.5' }, 7)).toEqual({
      id: 'a',
      at: 5,
      price: 3,
    })
  })

  it.each([
    ['2024-01-02T03:04:05Z', Date.UTC(2024, 0, 2, 3, 4, 5)],
    ['2024-01-02 03:04', Date.UTC(2024, 0, 2, 3, 4)],
    ['2024-01-02T03:04:05+02:00', Date.UTC(2024, 0, 2, 1, 4, 5)],
    ['1704164645', Date.UTC(2024, 0, 2, 3, 4, 5)],
    ['1704164645000', Date.UTC(2024, 0, 2, 3, 4, 5)],
    ['1949-01', Date.UTC(1949, 0, 1)],
    ['1949-01-31', Date.UTC(1949, 0, 31)],
    ['736389', Number.NaN],
    ['', Number.NaN],
    ['tomorrow', Number.NaN],
  ])('the time of %s', (text, ms) => {
    expect(timestampOf(text)).toBe(ms)
  })
})
