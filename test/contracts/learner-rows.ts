import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { type RowSchema, rowSchema } from '../../src/transforms/row-schema.ts'

/** Labelled rows for the contract suites: `rows[n * width...]` belongs to `labels[n]`. */
export interface LabelledRows {
  readonly width: number
  readonly count: number
  readonly rows: Float64Array
  readonly labels: Float64Array
}

/** Three numbers of different scale and, if wanted, two columns of codes. */
export function suiteSchema(codes: 'none' | 'category' | 'indicator'): RowSchema {
  const numbers = ['speed', 'distance', 'share'].map((name) => ({ name, kind: 'number', size: 1 }) as const)
  if (codes === 'none') return rowSchema(numbers)
  const hour = { name: 'hour', kind: codes, size: 24 } as const
  const place = { name: 'place', kind: codes, size: 100 } as const
  return rowSchema([hour, numbers[0], numbers[1], place, numbers[2]]) // codes and numbers mixed, as users have them
}

/**
 * Rows of `schema` whose label depends on them, with a tenth of the labels drawn at random; classes 0 asks for values.
 * The numbers have mean 0 and deviation 1 if `scaled`, else means and deviations of very different size.
 */
export function suiteRows(
  schema: RowSchema,
  classes: number,
  count: number,
  seed: number,
  scaled: boolean,
): LabelledRows {
  const random = new SeededRandom(seed)
  const width = schema.columns.length
  const rows = new Float64Array(count * width)
  const labels = new Float64Array(count)
  for (let n = 0; n < count; n++) {
    let score = 0
    for (let j = 0; j < width; j++) {
      const column = schema.columns[j]
      const draw = random.next()
      const code = Math.floor(draw * draw * column.size)
      const number = scaled ? (draw - 0.5) * Math.sqrt(12) : 10 ** j * (draw + 3)
      rows[n * width + j] = column.kind === 'number' ? number : code
      score += column.kind === 'number' ? draw : code / column.size
    }
    const share = score / width
    const noisy = random.next() < 0.1
    const drawn = random.next()
    if (classes === 0) labels[n] = noisy ? 10 * drawn : 10 * share
    else labels[n] = Math.floor((noisy ? drawn : share < 0.5 ? share * share * 2 : 1 - 2 * (1 - share) ** 2) * classes)
  }
  return { width, count, rows, labels }
}

/** The same rows with missing, infinite, huge, tiny, constant and repeated numbers and codes out of range strewn in. */
export function withExtremes(schema: RowSchema, data: LabelledRows, seed: number): LabelledRows {
  const random = new SeededRandom(seed)
  const extremes = [NaN, Infinity, -Infinity, 1e300, -1e300, 1e100, -1e100, 1e-300, 5e-324, 0, -0, 1, 1, 1]
  const codes = [NaN, -1, 1e9, 0.5, Infinity]
  const rows = data.rows.slice()
  for (let at = 0; at < rows.length; at++) {
    if (random.next() > 0.3) continue
    const from = schema.columns[at % data.width].kind === 'number' ? extremes : codes
    rows[at] = from[random.nextInt(from.length)]
  }
  return { ...data, rows }
}
