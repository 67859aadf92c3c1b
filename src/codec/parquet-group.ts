import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type ColumnMetaData,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  type SchemaElement,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { MillraceError } from '../errors.ts'
import { type ParquetValue, readDictionaryColumn } from './read-dictionary-column.ts'

/** The row groups of a file. */
export async function openParquet(path: string): Promise<ParquetGroup[]> {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  let first = 0
  return metadata.row_groups.map(({ num_rows }, group) => {
    first += Number(num_rows)
    return new ParquetGroup(path, file, metadata, group, first - Number(num_rows))
  })
}

/** Some rows of a Parquet file, read a column at a time. Throws MILLRACE_CODEC_PARQUET for a column that it does not have. */
export class ParquetGroup {
  /** Number in the file of its first row. */
  readonly first: number
  readonly rows: number
  private readonly path: string
  private readonly file: AsyncBuffer
  private readonly metadata: FileMetaData
  private readonly columns: readonly ColumnMetaData[]

  constructor(path: string, file: AsyncBuffer, metadata: FileMetaData, group: number, first: number) {
    const { num_rows, columns } = metadata.row_groups[group]
    this.path = path
    this.file = file
    this.metadata = metadata
    this.first = first
    this.rows = Number(num_rows)
    this.columns = columns.flatMap(({ meta_data }) => meta_data ?? [])
  }

  /** The greatest value of a column, a time in ms; infinity where the file does not say. */
  greatest(name: string): number {
    return numberOf((this.column(name).statistics?.max_value ?? Number.POSITIVE_INFINITY) as ParquetValue)
  }

  /** A column of numbers, times (ms) or booleans (0/1); NaN = null. */
  async numbers(name: string): Promise<Float64Array> {
    const values = new Float64Array(this.rows)
    await this.read(name, values, numberOf)
    return values
  }

  /** A column of strings. */
  async texts(name: string): Promise<(string | null)[]> {
    const values = new Array<string | null>(this.rows).fill(null)
    await this.read(name, values, textOf)
    return values
  }

  private async read<T>(name: string, into: { [row: number]: T }, valueOf: (value: ParquetValue) => T): Promise<void> {
    const { file, metadata, first, rows } = this
    const column = this.column(name)
    const element = metadata.schema.find((one) => one.name === name) as SchemaElement
    if (await readDictionaryColumn(file, column, element, rows, into, valueOf)) return
    await parquetRead({
      file,
      metadata,
      compressors,
      columns: [name],
      rowStart: first,
      rowEnd: first + rows,
      onChunk: ({ columnData, rowStart }) => {
        for (let i = 0; i < columnData.length; i++) into[rowStart - first + i] = valueOf(columnData[i])
      },
    })
  }

  private column(name: string): ColumnMetaData {
    const column = this.columns.find(({ path_in_schema: path }) => path.length === 1 && path[0] === name)
    if (column !== undefined) return column
    const names = this.columns.map(({ path_in_schema: path }) => path.join('.')).join(', ')
    throw new MillraceError(
      'MILLRACE_CODEC_PARQUET',
      this.path,
      `it has no column '${name}'`,
      `The columns are: ${names}`,
    )
  }
}

function numberOf(value: ParquetValue): number {
  if (value === null || value === undefined) return Number.NaN
  return value instanceof Date ? value.getTime() : Number(value)
}

function textOf(value: ParquetValue): string | null {
  return value === null || value === undefined ? null : String(value)
}
