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
export async function* flightHistory(events: number): AsyncGenerator<HistoryRecord> {
  let given = 0
  for (let loop = 0; given < events; loop++) {
    for await (const { input, record } of history()) {
      if (given++ === events) return
      yield loop === 0 ? { input, record } : { input, record: later(record as FlightTimes, loop) }
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
