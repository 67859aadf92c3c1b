import type { Pages } from '../stats/pages.ts'
import { columnPlaces, type NamedColumn } from './named-column.ts'

/**
 * Lays labelled rows, each its columns and then its label, out anew for other columns: a column that is new is missing
 * in them. All pages count as changed.
 */
export function layOut(rows: Pages<Float64Array>, from: readonly NamedColumn[], to: readonly NamedColumn[]): void {
  const places = columnPlaces(from, to)
  const before = from.length + 1
  const width = to.length + 1
  const count = Math.floor(rows.length / before)
  const old = rows.values
  const values = new Float64Array(count * width)
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < to.length; i++) {
      const none = to[i].kind === 'number' ? Number.NaN : 0
      values[row * width + i] = places[i] < 0 ? none : old[row * before + places[i]]
    }
    values[row * width + to.length] = old[row * before + from.length]
  }
  rows.values = values
  rows.length = 0
  rows.resize(values.length)
}
