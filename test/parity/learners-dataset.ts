import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { type RowSchema, rowSchema } from '../../src/transforms/row-schema.ts'

/** Rows of numbers one after another, and their labels. */
export interface Dataset {
  readonly schema: RowSchema
  readonly width: number
  readonly rows: Float64Array
  readonly labels: Float64Array
}

const targets: Record<string, readonly [column: string, read: (text: string) => number]> = {
  elec2: ['class', (text) => (text === 'UP' ? 1 : 0)],
  phishing: ['is_phishing', Number],
  'trump-approval': ['five_thirty_eight', Number],
}

/** Reads test/data/<name>.csv.gz: every column but the label's as a number, in file order. */
export function readDataset(name: string): Dataset {
  const file = fileURLToPath(new URL(`../data/${name}.csv.gz`, import.meta.url))
  const [head, ...lines] = gunzipSync(readFileSync(file)).toString().trim().split(/\r?\n/)
  const [target, read] = targets[name]
  const names = head.split(',')
  const targetAt = names.indexOf(target)
  const at = [...names.keys()].filter((i) => i !== targetAt)
  const rows = new Float64Array(lines.length * at.length)
  const labels = new Float64Array(lines.length)
  for (const [n, line] of lines.entries()) {
    const fields = line.split(',')
    labels[n] = read(fields[targetAt])
    for (const [j, i] of at.entries()) rows[n * at.length + j] = Number(fields[i])
  }
  return {
    schema: rowSchema(at.map((i) => ({ name: names[i], kind: 'number', size: 1 }))),
    width: at.length,
    rows,
    labels,
  }
}
