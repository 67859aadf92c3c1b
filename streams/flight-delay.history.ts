import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type HistoryColumns, parquetGroups } from 'millrace'

const MINUTE_MS = 60_000
const TAXI_MINUTES = 30 // ground time, and
const MILES_A_MINUTE = 7.5 // speed: when a flight lands is derived from its distance, never from its delay
const TOLD_AT_ONCE = 4096 // departures
const PLACES = 65_536 // more than there are flights in the air, those that leave at once included
const DEPARTURE = 0
const ARRIVAL = 1

/** How many records the history has: a departure and an arrival for each of three million flights. */
export const records = 6_000_000

/** What a flight's departure says. */
interface Departures {
  readonly flightId: string[]
  readonly departedAt: Float64Array
  readonly distance: Float64Array
}

/** What a flight's arrival says, of flights in the order of their landings; of two that land together the one that left first. */
interface Arrivals {
  readonly flightId: string[]
  readonly landedAt: Float64Array
  readonly delayMinutes: Float64Array
}

/**
 * Departures and arrivals of three million flights within the United States, January to June 2001, by arrival: the npm
 * package vega-datasets has departure (actual), delay, distance, origin and destination, in the order of departure; a
 * flight's id is its row number. With `since`, what arrived from then on, ms, and some of what arrived before.
 */
export default async function* history({ since = 0 }: { since?: number } = {}): AsyncGenerator<HistoryColumns> {
  const path = join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '../data/flights-3m.parquet')
  let flying: Arrivals = { flightId: [], landedAt: new Float64Array(0), delayMinutes: new Float64Array(0) }
  for await (const group of parquetGroups(path)) {
    if (landing(group.greatest('date'), group.greatest('distance')) < since) continue
    const [dates, delays, distances] = await Promise.all(['date', 'delay', 'distance'].map((one) => group.numbers(one)))
    const [origins, destinations] = await Promise.all(['origin', 'destination'].map((one) => group.texts(one)))
    for (let from = 0; from < group.rows; from += TOLD_AT_ONCE) {
      const to = Math.min(group.rows, from + TOLD_AT_ONCE)
      const departures = {
        flightId: idsOf(group.first + from, to - from),
        departedAt: dates.subarray(from, to),
        distance: distances.subarray(from, to),
        origin: origins.slice(from, to),
        destination: destinations.slice(from, to),
      }
      const arrivals = withDepartures(flying, departures, delays.subarray(from, to))
      const order = byArrival(departures.departedAt, arrivals.landedAt)
      const landed = order.length - (to - from)
      if (dates[to - 1] >= since) yield { columns: { departures, arrivals: { ...arrivals } }, order }
      flying = {
        flightId: arrivals.flightId.slice(landed),
        landedAt: arrivals.landedAt.subarray(landed),
        delayMinutes: arrivals.delayMinutes.subarray(landed),
      }
    }
  }
  yield { columns: { arrivals: { ...flying } }, order: new Uint8Array(flying.landedAt.length) } // the only input there
}

function idsOf(first: number, count: number): string[] {
  const ids = new Array<string>(count)
  for (let i = 0; i < count; i++) ids[i] = String(first + i)
  return ids
}

function landing(departedAt: number, distance: number): number {
  return departedAt + Math.round((TAXI_MINUTES + distance / MILES_A_MINUTE) * MINUTE_MS)
}

/** The flights in the air when more have left. */
function withDepartures(
  flying: Arrivals,
  { flightId, departedAt, distance }: Departures,
  delays: Float64Array,
): Arrivals {
  const inAir = flying.landedAt.length
  const flights = inAir + departedAt.length
  const ids = flying.flightId.concat(flightId)
  const times = new Float64Array(flights)
  const keys = new Float64Array(flights)
  times.set(flying.landedAt)
  for (let i = inAir; i < flights; i++) times[i] = landing(departedAt[i - inAir], distance[i - inAir])
  // Time and place in one number: numbers sort many times faster than anything that needs a comparison.
  for (let i = 0; i < flights; i++) keys[i] = (times[i] - times[0]) * PLACES + i
  keys.sort()
  const sorted = {
    flightId: new Array<string>(flights),
    landedAt: new Float64Array(flights),
    delayMinutes: new Float64Array(flights),
  }
  for (let to = 0; to < flights; to++) {
    const from = keys[to] - Math.floor(keys[to] / PLACES) * PLACES
    sorted.flightId[to] = ids[from]
    sorted.landedAt[to] = times[from]
    sorted.delayMinutes[to] = from < inAir ? flying.delayMinutes[from] : delays[from - inAir]
  }
  return sorted
}

/** Which comes next, a departure or an arrival, until the last departure; an arrival at the minute of a departure is first. */
function byArrival(departedAt: Float64Array, landedAt: Float64Array): Uint8Array {
  const order = new Uint8Array(departedAt.length + landedAt.length)
  let landed = 0
  for (let i = 0; i < departedAt.length; i++) {
    while (landed < landedAt.length && landedAt[landed] <= departedAt[i]) order[i + landed++] = ARRIVAL
    order[i + landed] = DEPARTURE
  }
  return order.subarray(0, departedAt.length + landed)
}
