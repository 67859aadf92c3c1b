import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { inferColumns } from '../../../src/cli/new/infer-columns.ts'
import { designStream, type NewStream } from '../../../src/cli/new/stream-design.ts'
import { schemaText } from '../../../src/cli/new/schema-text.ts'
import { eventSchema } from '../../../src/codec/event-schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-new-'))
afterAll(() => rmSync(folder, { recursive: true }))

const text = `Order ID,at,Amount (EUR),count,big,express,returned,same,empty,stars
a1,2024-01-01 10:00,12.5,1,3000000000,true,no,x,,3
a2,2024-01-01 09:00,,2,2,False,yes,x,,1
a3,2024-01-01 12:00,7,3,1,true,no,x,,2
`

async function designed(asked: Partial<NewStream>, content = text) {
  const file = join(folder, 'orders.csv')
  writeFileSync(file, content)
  return designStream(
    { name: 'orders', file, delimiter: ',', label: 'returned', time: undefined, delay: undefined, ...asked },
    await inferColumns(file, asked.time),
  )
}

describe('the columns of a file', () => {
  it('get names and the narrowest type that all values fit', async () => {
    const { columns } = await designed({})
    expect(columns.map(({ name, type, nullable }) => [name, type, nullable])).toEqual([
      ['OrderID', 'string', false],
      ['at', 'timestamp-millis', false],
      ['AmountEUR', 'double', true],
      ['count', 'int', false],
      ['big', 'long', false],
      ['express', 'boolean', false],
      ['returned', 'string', false],
      ['same', 'string', false],
      ['empty', 'string', true],
      ['stars', 'int', false],
    ])
    expect(columns[1].ascending).toBe(false)
  })

  it('make a schema that Millrace reads, with key and time', async () => {
    const design = await designed({})
    const { fields } = eventSchema(JSON.parse(schemaText(design)), 'orders.avsc')
    expect(fields.slice(0, 2).map(({ name, type }) => [name, type])).toEqual([
      ['id', 'string'],
      ['time', 'timestamp'],
    ])
    for (const { name, doc } of fields) expect(doc, name).toBeTruthy()
    const timed = eventSchema(JSON.parse(schemaText(await designed({ time: 'at' }))), 'orders.avsc')
    expect(timed.fields.map(({ name }) => name)).not.toContain('time')
  })

  it('get names that a schema can have, whatever the file calls them', async () => {
    const headers = ['id', 'rowId', 'time', '__proto__', 'constructor', 'é è', '', '1st', 'returned']
    const design = await designed({}, `${headers.join(',')}\n1,2,3,4,5,6,7,8,yes\n2,3,4,5,6,7,8,9,no\n`)
    const { fields } = eventSchema(JSON.parse(schemaText(design)), 'orders.avsc')
    expect(fields.map(({ name }) => name)).toEqual([
      'rowRowId',
      'rowTime',
      'id',
      'rowId',
      'time',
      'column',
      'constructor',
      'eE',
      'column2',
      '_1st',
      'returned',
    ])
  })
})

/** A file of forty rows: one column as a function of the row, `n` and `returned`. */
function fileOf(header: string, cell: (i: number) => string): string {
  const rows = Array.from({ length: 40 }, (_, i) => `${cell(i)},${i % 5},${i % 3 === 0 ? 'yes' : 'no'}`)
  return `${header},n,returned\n${rows.join('\n')}\n`
}

describe('the type of a column', () => {
  it.each([
    ['postal codes', (i: number) => String(123 + (i % 4) * 20_000).padStart(5, '0'), 'leading zeros'],
    ['numbers of phones', (i: number) => `+49170100000${i % 7}`, 'a plus sign'],
    ['numbers of cards', (i: number) => `41111111111111${10 + (i % 9)}1`, 'more than 15 digits'],
  ])('is that of texts for %s', async (_, cell, codes) => {
    const { categories, columns } = await designed({}, fileOf('code', cell))
    expect(categories).toMatchObject([{ name: 'code', codes }])
    expect([...columns[0].values.keys()][1]).toBe(cell(1))
  })

  it.each([
    ['1e5', 'double'],
    ['+5', 'double'],
    ['0', 'int'],
    ['0.5', 'double'],
    ['-.5', 'double'],
    ['9007199254740991', 'long'],
    ['9007199254740993', 'string'],
    ['0x1f', 'string'],
    ['007', 'string'],
    ['-007', 'string'],
    ['Infinity', 'string'],
    ['5%', 'string'],
    ['TRUE', 'boolean'],
    ['2024-01-31', 'timestamp-millis'],
    ['31.01.2024', 'string'],
  ])('of %s is %s', async (text, type) => {
    const { columns } = await designed(
      {},
      fileOf('x', () => text),
    )
    expect(columns[0].type).toBe(type)
  })

  it('does not depend on what a file writes where there is no value', async () => {
    for (const marker of ['', 'NA', 'NaN', 'null', 'None', '?', '#N/A']) {
      const { columns } = await designed(
        {},
        fileOf('x', (i) => (i % 4 === 0 ? marker : String(i / 2))),
      )
      expect(columns[0]).toMatchObject({ type: 'double', nullable: true, markers: marker === '' ? [] : [marker] })
      expect(columns[0].values.has(marker)).toBe(false)
    }
    const countries = await designed(
      {},
      fileOf('country', (i) => ['DE', 'NA'][i % 2]),
    )
    expect(countries.columns[0]).toMatchObject({ type: 'string', nullable: false, markers: [] })
  })

  it('is number where at most one cell in a hundred is none, which counts as missing', async () => {
    const rows = (bad: number) =>
      Array.from({ length: 1000 }, (_, i) => `${i % 100 < bad ? 'n.n.' : i / 2},${i % 5},${i % 3 === 0 ? 'yes' : 'no'}`)
    const good = await designed({}, `x,n,returned\n${rows(1).join('\n')}\n`)
    expect(good.columns[0]).toMatchObject({
      type: 'double',
      nullable: true,
      markers: ['n.n.'],
      bad: { count: 10, row: 1, text: 'n.n.' },
    })
    expect(good.columns[0].values.has('n.n.')).toBe(false)
    const mixed = await designed({}, `x,n,returned\n${rows(2).join('\n')}\n`)
    expect(mixed.columns[0]).toMatchObject({ type: 'string', markers: [], bad: undefined })
  })

  it('names dates that are not ISO 8601', async () => {
    for (const date of ['01.02.2015', '1/31/2023', '2024/01/31', '31-01-24 10:00']) {
      const content = fileOf('x', (i) => (i === 0 ? date : '01/02/2023'))
      expect((await designed({}, content)).columns[0]).toMatchObject({ type: 'string', otherDate: date })
      await expect(designed({ time: 'x' }, content)).rejects.toThrow(`'${date}' looks like a date, but not of ISO 8601`)
    }
    expect(
      (
        await designed(
          {},
          fileOf('x', () => '192.168.1.1'),
        )
      ).columns[0].otherDate,
    ).toBeUndefined()
  })

  it('is of text that is UTF-8', async () => {
    const file = join(folder, 'latin.csv')
    writeFileSync(file, Buffer.from('name,returned\nM\u00fcller,yes\nMeier,no\n', 'latin1'))
    await expect(inferColumns(file)).rejects.toThrow(/column 'name' is not UTF-8\. Save the file as UTF-8/)
  })
})

describe('the design of a stream', () => {
  it.each([
    [{ label: 'returned' }, 'binary', 'yes'],
    [{ label: 'express' }, 'binary', 'true'],
    [{ label: 'stars' }, 'multiclass', ''],
    [{ label: 'big' }, 'regression', ''],
  ])('of %j is %s', async (asked, problem, positive) => {
    const more = Array.from(
      { length: 12 },
      (_, i) => `b${i},2024-01-02 00:${10 + i},1,${i},${4_000_000_000 + i},true,no,x,,1\n`,
    ).join('')
    expect(await designed(asked, text + more)).toMatchObject({ problem, positive })
  })

  it('has the problem that is asked for, where the label can make it', async () => {
    expect(await designed({ label: 'stars', problem: 'regression' })).toMatchObject({
      problem: 'regression',
      otherProblems: ['multiclass'],
    })
    expect(await designed({ label: 'returned', problem: 'multiclass' })).toMatchObject({ otherProblems: ['binary'] })
    await expect(designed({ label: 'stars', problem: 'binary' })).rejects.toThrow(
      /it has 3 different numbers, which make no binary problem\. Leave --problem out, or choose multiclass or regression/,
    )
    await expect(designed({ label: 'at' })).rejects.toThrow(/it is a time/)
  })

  it('takes of a time the hour and the weekday, of a date the weekday and the month', async () => {
    const { calendar } = await designed({ time: 'at' })
    expect(calendar.map(({ name }) => name)).toEqual(['hour', 'weekday'])
    const dates = await designed({ time: 'month' }, 'month,returned\n2024-01,yes\n2024-02,no\n')
    expect(dates.calendar).toEqual([
      { name: 'weekday', part: 'dayOfWeek' },
      { name: 'rowMonth', part: 'monthOfYear' },
    ])
  })

  it('reads no small number as seconds since 1970', async () => {
    await expect(designed({ time: 'day' }, 'day,x,returned\n736389,1,yes\n736390,2,no\n')).rejects.toThrow(
      /column 'day': '736389' is no time\. Use ISO 8601 .* seconds from 1e8 or milliseconds from 1e11/,
    )
    await expect(designed({ time: 'day' }, 'day,x,returned\n2024-01-01,1,yes\n,2,no\n')).rejects.toThrow(
      /some rows have no time/,
    )
    await expect(designed({ time: 'day' }, 'day,x,returned\n1899-12,1,yes\n1949-02,2,no\n')).rejects.toThrow(
      /'1899-12' is before 1900/,
    )
  })

  it('leaves out what no feature can be made of, and says why', async () => {
    const { left, numbers, categories } = await designed({})
    expect(left.map(({ column }) => column.header)).toEqual(['at', 'same', 'empty'])
    expect(numbers.map(({ name }) => name)).toEqual(['AmountEUR', 'count', 'big', 'express', 'stars'])
    expect(categories.map(({ name }) => name)).toEqual(['OrderID'])
  })

  it('says of texts that look like numbers why they are none, and leaves out a count of the rows', async () => {
    const { left } = await designed(
      {},
      fileOf('eur', (i) => (i % 3 === 0 ? String(i) : `"${i},5"`)),
    )
    expect(left).toMatchObject([{ why: "'1,5' is no number (write 1234.5), and nearly every row has another text" }])
    const prices = fileOf('eur', (i) => `${i}%`)
    await expect(designed({ label: 'eur', problem: 'regression' }, prices)).rejects.toThrow(/'0%' is no number \(write/)
    const counted = await designed(
      {},
      fileOf('', (i) => String(7 + i)),
    )
    expect(counted.left).toMatchObject([{ why: 'it numbers the rows' }])
    const alone = Array.from({ length: 30 }, (_, i) => `${i},${i % 2}`).join('\n')
    expect((await designed({}, `x,returned\n${alone}\n`)).numbers).toMatchObject([{ name: 'x' }])
  })

  it('names what can not be used', async () => {
    await expect(designed({}, 'a,returned\n1,\n2,\n')).rejects.toThrow(/column 'returned': it is empty\. Name another/)
    await expect(designed({}, 'a,returned\n1,yes\n2,yes\n')).rejects.toThrow(/all its values are 'yes'/)
    await expect(designed({}, 'a,returned\n,yes\n,no\n')).rejects.toThrow(/to predict from: of a, it is empty\./)
    expect((await designed({}, 'a, returned\n1,yes\n2,no\n')).labelColumn.header).toBe(' returned')
    await expect(designed({ label: 'retured' })).rejects.toThrow(
      /--label retured: .*orders\.csv has no such column\. Did you mean 'returned'/,
    )
    await expect(designed({ time: 'returned' })).rejects.toMatchObject({ code: 'MILLRACE_CLI_DATA' })
    await expect(designed({ label: 'same' })).rejects.toMatchObject({ code: 'MILLRACE_CLI_DATA' })
    await expect(designed({ label: 'at', time: 'at' })).rejects.toMatchObject({ code: 'MILLRACE_CLI_USAGE' })
    await expect(designed({}, 'returned\nyes\nno\n')).rejects.toThrow(/no column is left to predict from/)
    await expect(designed({}, 'a,returned\n')).rejects.toThrow(/there are no rows/)
  })
})
