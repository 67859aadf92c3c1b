import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { describe, expect, it } from 'vitest'
import { ParquetGroup } from '../../src/codec/parquet-group.ts'
import { parquetGroups } from '../../src/codec/parquet-groups.ts'

const path = join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '../data/flights-3m.parquet')
const file = await asyncBufferFromFile(path)

/** The metadata of the file, as if it held one row group. */
async function metadataOf(group: number): Promise<FileMetaData> {
  const metadata = await parquetMetadataAsync(file)
  return { ...metadata, row_groups: [metadata.row_groups[group]] }
}

async function columnsOf(group: ParquetGroup) {
  return {
    date: await group.numbers('date'),
    delay: await group.numbers('delay'),
    origin: await group.texts('origin'),
  }
}

describe('a row group of a Parquet file', () => {
  it('has the values that its rows have', async () => {
    const groups = parquetGroups(path)
    await groups.next()
    const second = (await groups.next()).value as ParquetGroup
    const { first, rows } = second
    const { date, delay, origin } = await columnsOf(second)
    expect({ first, rows, dates: date.length, origins: origin.length }).toEqual({
      first: 272_727,
      rows: 272_727,
      dates: rows,
      origins: rows,
    })
    for (const from of [0, 100_000, rows - 100]) {
      const expected = await parquetReadObjects({
        file,
        compressors,
        rowStart: first + from,
        rowEnd: first + from + 100,
      })
      const found = expected.map((row, i) => ({
        ...row,
        date: new Date(date[from + i]),
        delay: BigInt(delay[from + i]),
        origin: origin[from + i],
      }))
      expect(found).toEqual(expected)
    }
  })

  it('knows its greatest values', async () => {
    for await (const group of parquetGroups(path)) {
      const { date, delay } = await columnsOf(group)
      expect(group.greatest('date')).toBe(date.reduce((a, b) => Math.max(a, b)))
      expect(group.greatest('delay')).toBe(delay.reduce((a, b) => Math.max(a, b)))
      break
    }
  })

  it('gives the same of columns that are not all codes of a dictionary without nulls', async () => {
    const usual = new ParquetGroup(path, file, await metadataOf(0), 0, 0)
    const metadata = await metadataOf(0)
    for (const { meta_data } of metadata.row_groups[0].columns) delete meta_data?.statistics
    const unusual = new ParquetGroup(path, file, metadata, 0, 0)
    expect(unusual.greatest('date')).toBe(Number.POSITIVE_INFINITY)
    expect(await columnsOf(unusual)).toEqual(await columnsOf(usual))
  })

  it('refuses a column that it does not have', async () => {
    const group = new ParquetGroup(path, file, await metadataOf(0), 0, 0)
    await expect(group.numbers('delays')).rejects.toMatchObject({
      code: 'MILLRACE_CODEC_PARQUET',
      message: `${path}: it has no column 'delays'. The columns are: date, delay, distance, origin, destination.`,
    })
  })
})
