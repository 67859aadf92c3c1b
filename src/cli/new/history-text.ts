import { basename, relative } from 'node:path'
import { fitted } from './fitted.ts'
import type { InferredColumn } from './infer-columns.ts'
import { quoted } from './quoted.ts'
import { rowSpacing } from './row-spacing.ts'
import type { StreamDesign } from './stream-design.ts'

/** `streams/<name>.history.ts`: the rows of the file by arrival. `folder` is where it will lie. */
export function historyText(design: StreamDesign, folder: string): string {
  const { rows, timeColumn, file, delimiter, keyField, timeField } = design
  const path = relative(folder, file).replaceAll('\\', '/')
  const compressed = file.endsWith('.gz')
  const ordered = timeColumn === undefined || timeColumn.ascending
  const readers = new Set(design.columns.map(readerOf))
  const markers = [...new Set(design.columns.flatMap((column) => column.markers))]
  const isNone = markers.length === 0 ? "cell === ''" : 'missing.has(cell)'
  const record = [
    `      ${keyField}: String(row),`,
    ...(timeColumn === undefined ? [`      ${timeField}: START + row * EVERY_MS,`] : []),
    ...design.columns.flatMap((column) =>
      fitted(`      ${column.name}: ${readerOf(column)}(`, [cellText(column)], '),'),
    ),
  ]
  const options = ['columns: true', 'bom: true', 'skip_empty_lines: true']
  if (delimiter !== ',') options.push(`delimiter: ${quoted(delimiter)}`)
  const lines = [
    "import { createReadStream } from 'node:fs'",
    ...(compressed ? ["import { createGunzip } from 'node:zlib'"] : []),
    "import { parse } from 'csv-parse'",
    "import type { HistoryRecord } from 'millrace'",
    '',
    ...(timeColumn === undefined
      ? [
          '/** The file has no time column: rows are spaced evenly. */',
          `const START = Date.parse('${rowSpacing.start}')`,
          `const EVERY_MS = ${rowSpacing.everyMs}`,
          '',
        ]
      : []),
    ...(markers.length === 0
      ? []
      : [
          '/** What the file writes where there is no number. */',
          ...fitted('const missing = new Set([', ['', ...markers].map(quoted), '])'),
          '',
        ]),
    '/** How many records the history has. */',
    `export const records = ${rows}`,
    '',
    `/** The rows of ${basename(file)}, ${timeColumn === undefined ? 'in its order' : `by ${timeColumn.header}`}. */`,
    'export default async function* history(): AsyncGenerator<HistoryRecord> {',
    `  const file = createReadStream(new URL(${quoted(path)}, import.meta.url))`,
    ...fitted('  const parser = parse({', options, '})', ' '),
    `  const rows = file${compressed ? '.pipe(createGunzip())' : ''}.pipe(parser)`,
    '  let row = 0',
    ...(ordered ? [] : ['  const all: HistoryRecord[] = [] // the file is not in the order of its times']),
    '  for await (const cells of rows as AsyncIterable<Record<string, string>>) {',
    '    const record = {',
    ...record,
    '    }',
    ordered
      ? "    yield { input: 'rows', record }"
      : `    all.push({ input: 'rows', record, arrival: record.${timeField} })`,
    '    row++',
    '  }',
    ...(ordered ? [] : ['  all.sort((a, b) => (a.arrival as number) - (b.arrival as number))', '  yield* all']),
    '}',
    ...(readers.has('text')
      ? ['', 'function text(cell: string): string | null {', "  return cell === '' ? null : cell", '}']
      : []),
    ...(readers.has('number')
      ? ['', 'function number(cell: string): number | null {', `  return ${isNone} ? null : Number(cell)`, '}']
      : []),
    ...(readers.has('flag')
      ? [
          '',
          'function flag(cell: string): boolean | null {',
          `  return ${isNone} ? null : cell.toLowerCase() === 'true'`,
          '}',
        ]
      : []),
    ...(readers.has('timestamp') ? timestampLines(isNone) : []),
  ]
  return `${lines.join('\n')}\n`
}

const timestampLines = (isNone: string): string[] => [
  '',
  '/** ISO 8601 (a time without a zone is in UTC), or seconds or milliseconds since 1970. */',
  'function timestamp(cell: string): number {',
  `  if (${isNone}) return Number.NaN`,
  '  if (/^\\d{4}-\\d\\d/.test(cell)) {',
  '    const isWhole = cell.length <= 10 || /[Zz]$|[+-]\\d\\d:?\\d\\d$/.test(cell)',
  "    return Date.parse(isWhole ? cell : `${cell.replace(' ', 'T')}Z`)",
  '  }',
  '  const number = Number(cell)',
  '  return Math.round(Math.abs(number) < 1e11 ? number * 1000 : number)',
  '}',
]

/** The function of the history file that reads a column's cells. */
function readerOf({ type }: InferredColumn): 'text' | 'flag' | 'timestamp' | 'number' {
  if (type === 'string') return 'text'
  if (type === 'boolean') return 'flag'
  return type === 'timestamp-millis' ? 'timestamp' : 'number'
}

function cellText({ header, name }: InferredColumn): string {
  return `cells${header === name ? `.${name}` : `[${quoted(header)}]`}`
}
