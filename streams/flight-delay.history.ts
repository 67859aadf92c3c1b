import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { HistoryRecord } from 'millrace'

const MINUTE_MS = 60_000
const TAXI_MINUTES = 30 // ground time, and
const TOLD_AT_ONCE = 2048
const integers = ['delay', 'distance']
const MILES_A_MINUTE = 7.5 // speed: when a flight lands is derived from its distance, never from its delay

/** How many records the history has: a departure and an arrival for each of three million flights. */
export const records = 6_000_000

interface Flight {
  readonly number: number
  readonly flightId: string
  readonly landedAt: number
  readonly delayMinutes: number
}

/**
 * Departures and arrivals of three million flights within the United States, January to June 2001, by arrival: the npm
 * package vega-datasets has departure (actual), delay, distance, origin and destination; a flight's id is its row number.
 * With `since`, only what arrived from then on, ms.
 */
export default async function* history({ since = 0 }: { since?: number } = {}): AsyncGenerator<HistoryRecord[]> {
  const flying = new LandingOrder()
  let told: HistoryRecord[] = []
  for await (const { first, dates, delays, distances, origins, destinations } of rowGroups(since)) {
    for (let i = 0; i < dates.length; i++) {
      const departedAt = dates[i]
      flying.tellLanded(departedAt, told)
      const flightId = String(first + i)
      const distance = distances[i]
      const landedAt = landing(departedAt, distance)
      if (departedAt >= since) {
        const record = { flightId, departedAt, distance, origin: origins[i], destination: destinations[i] }
        told.push({ input: 'departures', record })
      }
      if (landedAt >= since) flying.add({ number: first + i, flightId, landedAt, delayMinutes: delays[i] })
      if (told.length < TOLD_AT_ONCE) continue
      yield told
      told = []
    }
  }
  flying.tellLanded(Infinity, told)
  yield told
}

function landing(departedAt: number, distance: number): number {
  return departedAt + Math.round((TAXI_MINUTES + distance / MILES_A_MINUTE) * MINUTE_MS)
}

async function* rowGroups(since: number) {
  const path = join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '../data/flights-3m.parquet')
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  // A 64-bit integer would be a BigInt for each row, and collecting those the half of all reading; a decimal is a number.
  for (const column of metadata.schema) if (integers.includes(column.name)) column.converted_type = 'DECIMAL'
  const parsers = {
    timestampFromMilliseconds: Number,
    timestampFromMicroseconds: (us: bigint) => Number(us) / 1000,
    timestampFromNanoseconds: (ns: bigint) => Number(ns) / 1e6,
  }
  let first = 0
  for (const { num_rows, columns: chunks } of metadata.row_groups) {
    const rowEnd = first + Number(num_rows)
    const greatest = (name: string): number =>
      Number(
        chunks.find(({ meta_data }) => meta_data?.path_in_schema[0] === name)?.meta_data?.statistics?.max_value ??
          Infinity,
      )
    if (landing(greatest('date'), greatest('distance')) < since) {
      first = rowEnd
      continue
    }
    const columns: Record<string, ArrayLike<never>> = {}
    await parquetRead({
      file,
      metadata,
      compressors,
      rowStart: first,
      rowEnd,
      parsers: parsers as never,
      onChunk: ({ columnName, columnData }) => {
        columns[columnName] = columnData as never
      },
    })
    yield {
      first,
      dates: columns.date as ArrayLike<number>,
      delays: columns.delay as ArrayLike<number>,
      distances: columns.distance as ArrayLike<number>,
      origins: columns.origin as ArrayLike<string>,
      destinations: columns.destination as ArrayLike<string>,
    }
    first = rowEnd
  }
}

/** Flights in the air, first to land first: a binary heap; of two that land together the one that left first. */
class LandingOrder {
  private readonly flights: Flight[] = []
  /** When each of them lands, side by side: a comparison looks at no flight. */
  private readonly times: number[] = []

  add(flight: Flight): void {
    const { flights, times } = this
    let i = flights.push(flight) - 1
    times.push(flight.landedAt)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.landsBefore(flight, parent)) break
      flights[i] = flights[parent]
      times[i] = times[parent]
      i = parent
    }
    flights[i] = flight
    times[i] = flight.landedAt
  }

  /** Takes out the flights that have landed by then, in order. */
  tellLanded(time: number, told: HistoryRecord[]): void {
    for (let record = this.landedBy(time); record !== undefined; record = this.landedBy(time)) {
      told.push({ input: 'arrivals', record })
    }
  }

  /** The next flight that has landed by then, taken out. */
  private landedBy(time: number): Flight | undefined {
    const { flights, times } = this
    if (flights.length === 0 || times[0] > time) return undefined
    const landed = flights[0]
    const last = flights.pop() as Flight
    times.pop()
    if (flights.length > 0) this.sink(last)
    return landed
  }

  private sink(flight: Flight): void {
    const { flights, times } = this
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= flights.length) break
      if (child + 1 < flights.length && this.isFirst(child + 1, child)) child++
      if (this.landsBefore(flight, child)) break
      flights[i] = flights[child]
      times[i] = times[child]
      i = child
    }
    flights[i] = flight
    times[i] = flight.landedAt
  }

  /** Whether the flight at place `a` lands before the one at place `b`. */
  private isFirst(a: number, b: number): boolean {
    const { flights, times } = this
    return times[a] < times[b] || (times[a] === times[b] && flights[a].number < flights[b].number)
  }

  /** Whether a flight lands before the one at place `at`. */
  private landsBefore(flight: Flight, at: number): boolean {
    const { flights, times } = this
    return flight.landedAt < times[at] || (flight.landedAt === times[at] && flight.number < flights[at].number)
  }
}
