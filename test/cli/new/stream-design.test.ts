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

  it('names what can not be used', async () => {
    await expect(designed({ label: 'retured' })).rejects.toThrow(
      /--label: the file has no column 'retured'\. Did you mean 'returned'/,
    )
    await expect(designed({ time: 'returned' })).rejects.toMatchObject({ code: 'MILLRACE_CLI_DATA' })
    await expect(designed({ label: 'same' })).rejects.toMatchObject({ code: 'MILLRACE_CLI_DATA' })
    await expect(designed({ label: 'at', time: 'at' })).rejects.toMatchObject({ code: 'MILLRACE_CLI_USAGE' })
    await expect(designed({}, 'returned\nyes\nno\n')).rejects.toThrow(/no column is left to predict from/)
    await expect(designed({}, 'a,returned\n')).rejects.toThrow(/there are no rows/)
  })
})
