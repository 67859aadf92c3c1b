import { basename, relative } from 'node:path'
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
  const fields = design.columns.map((column) => `${column.name}: ${cellText(column)}`)
  if (timeColumn === undefined) fields.unshift(`${timeField}: START + row * EVERY_MS`)
  const record = [`${keyField}: String(row)`, ...fields].map((field) => `      ${field},`)
  const uses = (type: string): boolean => fields.some((field) => field.includes(`: ${type}(`))
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
    '/** How many records the history has. */',
    `export const records = ${rows}`,
    '',
    `/** The rows of ${basename(file)}, ${timeColumn === undefined ? 'in its order' : `by ${timeColumn.header}`}. */`,
    'export default async function* history(): AsyncGenerator<HistoryRecord> {',
    `  const file = createReadStream(new URL(${quoted(path)}, import.meta.url))`,
    `  const rows = file${compressed ? '.pipe(createGunzip())' : ''}.pipe(parse({ columns: true, bom: true, skip_empty_lines: true${delimiter === ',' ? '' : `, delimiter: ${JSON.stringify(delimiter)}`} }))`,
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
    ...(uses('text')
      ? ['', 'function text(cell: string): string | null {', "  return cell === '' ? null : cell", '}']
      : []),
    ...(uses('number')
      ? ['', 'function number(cell: string): number | null {', "  return cell === '' ? null : Number(cell)", '}']
      : []),
    ...(uses('flag')
      ? [
          '',
          'function flag(cell: string): boolean | null {',
          "  return cell === '' ? null : cell.toLowerCase() === 'true'",
          '}',
        ]
      : []),
    ...(uses('timestamp') ? timestampLines : []),
  ]
  return `${lines.join('\n')}\n`
}

const timestampLines = [
  '',
  '/** ISO 8601 (a time without a zone is in UTC), or seconds or milliseconds since 1970. */',
  'function timestamp(cell: string): number {',
  "  if (/^\\d{4}-\\d\\d-\\d\\d/.test(cell)) return Date.parse(/[Zz]$|[+-]\\d\\d:?\\d\\d$/.test(cell) || cell.length === 10 ? cell : `${cell.replace(' ', 'T')}Z`)",
  '  const number = Number(cell)',
  '  return Math.round(Math.abs(number) < 1e11 ? number * 1000 : number)',
  '}',
]

function cellText({ header, type, name }: InferredColumn): string {
  const cell = `cells${header === name ? `.${name}` : `[${quoted(header)}]`}`
  if (type === 'string') return `text(${cell})`
  if (type === 'boolean') return `flag(${cell})`
  return type === 'timestamp-millis' ? `timestamp(${cell})` : `number(${cell})`
}
