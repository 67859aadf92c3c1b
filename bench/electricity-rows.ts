import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** A row of Elec2: date, day, period, prices and demands of two states, transfer; and whether the price was up. */
export interface ElectricityRow {
  readonly values: readonly number[]
  readonly up: boolean
}

/** Reads Elec2 from its compressed CSV file. */
export function electricityRows(path: string): ElectricityRow[] {
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n').slice(1)
  return lines.map((line) => {
    const cells = line.split(',')
    return { values: cells.slice(0, -1).map(Number), up: cells.at(-1) === 'UP' }
  })
}
