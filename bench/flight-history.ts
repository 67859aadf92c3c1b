import type { HistoryRecord } from '../src/backtest/record-writer.ts'
import history from '../streams/flight-delay.history.ts'

const SPAN_MS = 181 * 86_400_000 // January to June 2001
const FLIGHTS = 3_000_000

interface FlightTimes {
  readonly flightId: string
  readonly departedAt?: number
  readonly landedAt?: number
}

/**
 * The first `events` departures and arrivals of the real flights, by arrival; beyond their end they begin anew, half a year
 * later and with ids that go on.
 */
export async function* flightHistory(events: number): AsyncGenerator<readonly HistoryRecord[]> {
  let left = events
  for (let loop = 0; left > 0; loop++) {
    for await (const told of history()) {
      const records = told.length > left ? told.slice(0, left) : told
      yield loop === 0
        ? records
        : records.map(({ input, record }) => ({ input, record: later(record as FlightTimes, loop) }))
      left -= records.length
      if (left === 0) return
    }
  }
}

function later(record: FlightTimes, loop: number): FlightTimes {
  const { flightId, departedAt, landedAt } = record
  const shift = loop * SPAN_MS
  const id = String(Number(flightId) + loop * FLIGHTS)
  if (departedAt !== undefined) return { ...record, flightId: id, departedAt: departedAt + shift }
  return { ...record, flightId: id, landedAt: (landedAt as number) + shift }
}
