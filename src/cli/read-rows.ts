import { createReadStream, existsSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { MillraceError } from '../errors.ts'

/** A row of a file by column name; of a CSV file, all values are texts. */
export type Row = Readonly<Record<string, unknown>>

const ROW_GROUP = 50_000

/** What a file holds, by the end of its name. */
export function rowFormat(path: string): 'csv' | 'jsonl' | 'parquet' {
  const [, ending = ''] = /\.([a-z]+)(?:\.gz)?$/i.exec(path) ?? []
  if (ending === 'csv' || ending === 'tsv') return 'csv'
  if (ending === 'jsonl' || ending === 'ndjson') return 'jsonl'
  if (ending === 'parquet' && !path.endsWith('.gz')) return 'parquet'
  throw new MillraceError(
    'MILLRACE_CLI_FILE',
    path,
    'its name does not say what it holds',
    'Name a .csv, .tsv, .jsonl or .ndjson file, .gz or not, or a .parquet file',
  )
}

/**
 * The rows of a CSV, JSON lines or Parquet file, in order; of the first two also compressed as .gz. With `onBad` a line
 * that is no JSON object, or that has more or fewer cells than the header, is passed over and told. Throws
 * MILLRACE_CLI_FILE, MILLRACE_CLI_DATA.
 */
export async function* readRows(path: string, onBad?: () => void): AsyncGenerator<Row> {
  const format = rowFormat(path)
  if (!existsSync(path) || !statSync(path).isFile())
    throw new MillraceError(
      'MILLRACE_CLI_FILE',
      path,
      'there is no such file',
      `Check the name; files are looked for from ${process.cwd()} on`,
    )
  try {
    yield* format === 'csv' ? csvRows(path, onBad) : format === 'jsonl' ? jsonRows(path, onBad) : parquetRows(path)
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    throw new MillraceError(
      'MILLRACE_CLI_DATA',
      path,
      `it can't be read as ${format} (${(cause as Error).message})`,
      `Correct what it names, or write the file again as ${format}`,
      { cause },
    )
  }
}

async function* csvRows(path: string, onBad?: () => void): AsyncGenerator<Row> {
  const columns = (header: string[]): string[] => distinct(header, path)
  const rows = parse({
    columns,
    bom: true,
    skip_empty_lines: true,
    delimiter: await delimiterOf(path),
    skip_records_with_error: onBad !== undefined,
    on_skip: () => void onBad?.(),
  })
  const piped = pipeline(textOf(path), rows)
  piped.catch(() => {}) // the rows throw it too
  yield* rows
  await piped
}

/** A header, unless two columns of it have one name: a row would hold only the second. */
function distinct(header: string[], path: string): string[] {
  const twice = header.find((name, i) => header.indexOf(name) !== i)
  if (twice === undefined) return header
  throw new MillraceError(
    'MILLRACE_CLI_DATA',
    path,
    `two columns are called '${twice}'`,
    'Give each column of the header a name of its own',
  )
}

async function* jsonRows(path: string, onBad?: () => void): AsyncGenerator<Row> {
  let line = 0
  for await (const text of createInterface({ input: textOf(path), crlfDelay: Infinity })) {
    line++
    if (text.trim() === '') continue
    let row: unknown
    try {
      row = JSON.parse(text)
    } catch (cause) {
      if (onBad !== undefined) {
        onBad()
        continue
      }
      throw new MillraceError(
        'MILLRACE_CLI_DATA',
        `${path}, line ${line}`,
        `not valid JSON (${(cause as Error).message})`,
        'Write one JSON object a line',
        { cause },
      )
    }
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) yield row as Row
    else if (onBad !== undefined) onBad()
    else {
      const place = `${path}, line ${line}`
      throw new MillraceError('MILLRACE_CLI_DATA', place, 'not a JSON object', 'Write one JSON object a line')
    }
  }
}

async function* parquetRows(path: string): AsyncGenerator<Row> {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  const count = Number(metadata.num_rows)
  for (let rowStart = 0; rowStart < count; rowStart += ROW_GROUP) {
    const rows = await parquetReadObjects({
      file,
      metadata,
      compressors,
      rowStart,
      rowEnd: Math.min(count, rowStart + ROW_GROUP),
    })
    for (const row of rows) yield Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]))
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  return value instanceof Date ? value.getTime() : value
}

function textOf(path: string): Readable {
  const bytes = createReadStream(path)
  if (!path.endsWith('.gz')) return bytes
  const text = createGunzip()
  bytes.on('error', (error) => text.destroy(error)).pipe(text)
  return text
}

/** The one of comma, semicolon, tab and bar that the header has most of, outside of quotes. */
export async function delimiterOf(path: string): Promise<string> {
  if (/\.tsv(\.gz)?$/.test(path)) return '\t'
  let header = ''
  if (path.endsWith('.gz')) {
    for await (const chunk of textOf(path)) {
      header = String(chunk)
      break
    }
  } else {
    const file = await open(path)
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(65_536), position: 0 })
    await file.close()
    header = buffer.toString('utf8', 0, bytesRead)
  }
  const [line] = header.split('\n', 1)
  const bare = line.replaceAll(/"[^"]*"/g, '')
  return [',', ';', '\t', '|']
    .map((one) => ({ one, times: bare.split(one).length }))
    .reduce((a, b) => (b.times > a.times ? b : a)).one
}
