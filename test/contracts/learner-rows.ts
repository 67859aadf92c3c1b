import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { type RowSchema, rowSchema } from '../../src/transforms/row-schema.ts'

/** Labelled rows for the contract suites: `rows[n * width...]` belongs to `labels[n]`. */
export interface LabelledRows {
  readonly width: number
  readonly count: number
  readonly rows: Float64Array
  readonly labels: Float64Array
}

/** What columns of codes there are beside three numbers of different scale; 'alone': categories and no numbers. */
export type SuiteCodes = 'none' | 'category' | 'indicator' | 'alone'

/** Three numbers of different scale and, if wanted, two columns of codes; or three columns of codes alone. */
export function suiteSchema(codes: SuiteCodes): RowSchema {
  const numbers = ['speed', 'distance', 'share'].map((name) => ({ name, kind: 'number', size: 1 }) as const)
  if (codes === 'none') return rowSchema(numbers)
  const kind = codes === 'alone' ? 'category' : codes
  const hour = { name: 'hour', kind, size: 24 } as const
  const place = { name: 'place', kind, size: 100 } as const
  if (codes === 'alone') return rowSchema([hour, place, { name: 'carrier', kind, size: 12 }])
  return rowSchema([hour, numbers[0], numbers[1], place, numbers[2]]) // codes and numbers mixed, as users have them
}

/**
 * Rows of `schema` whose label depends on them, with a tenth of the labels drawn at random; classes 0 asks for values.
 * The numbers have means and deviations of very different size; or mean 0 and deviation 1, if `scaled`; or they are counts,
 * of which every second falls where the others rise.
 */
export function suiteRows(
  schema: RowSchema,
  classes: number,
  count: number,
  seed: number,
  numbers: 'unlike' | 'scaled' | 'counts',
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
      const number = numbers === 'unlike' ? 10 ** j * (draw + 3) : (draw - 0.5) * Math.sqrt(12)
      const count = Math.floor(20 * (j % 2 === 1 ? 1 - draw : draw))
      rows[n * width + j] = column.kind !== 'number' ? code : numbers === 'counts' ? count : number
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
