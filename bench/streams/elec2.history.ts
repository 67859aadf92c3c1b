import { join } from 'node:path'
import type { HistoryRecord } from '../../src/backtest/record-writer.ts'
import { electricityRows } from '../electricity-rows.ts'

const HALF_HOUR_MS = 30 * 60_000
const FIRST_MS = Date.UTC(1996, 4, 7)
const data = join(import.meta.dirname, '../../test/data/elec2.csv.gz')

/** The rows of Elec2, again and again. */
export default function* history(): Generator<HistoryRecord> {
  const rows = electricityRows(data)
  for (let i = 0; ; i++) {
    const { values, up } = rows[i % rows.length]
    const [date, day, period, nswprice, nswdemand, vicprice, vicdemand, transfer] = values
    const at = FIRST_MS + i * HALF_HOUR_MS
    yield {
      input: 'electricity',
      record: { id: String(i), at, date, day, period, nswprice, nswdemand, vicprice, vicdemand, transfer, up },
    }
  }
}
