import type { Told } from '../src/backtest/history-batches.ts'
import type { HistoryColumn, HistoryColumns } from '../src/backtest/history-columns.ts'
import { limitHistory } from '../src/backtest/limit-history.ts'
import history from '../streams/flight-delay.history.ts'

const SPAN_MS = 181 * 86_400_000 // January to June 2001
const FLIGHTS = 3_000_000

/**
 * The first `events` departures and arrivals of the real flights, by arrival; beyond their end they begin anew, half a year
 * later and with ids that go on.
 */
export function flightHistory(events: number): AsyncGenerator<Told> {
  return limitHistory(again(), events)
}

async function* again(): AsyncGenerator<HistoryColumns> {
  for (let loop = 0; ; loop++) {
    for await (const told of history()) yield loop === 0 ? told : later(told, loop)
  }
}

function later({ columns, order }: HistoryColumns, loop: number): HistoryColumns {
  const shifted = Object.entries(columns).map(([input, fields]) => [
    input,
    Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, shift(name, values, loop)])),
  ])
  return { columns: Object.fromEntries(shifted), order }
}

function shift(name: string, values: HistoryColumn, loop: number): HistoryColumn {
  if (name === 'flightId') return Array.from(values, (id) => String(Number(id) + loop * FLIGHTS))
  return name === 'departedAt' || name === 'landedAt'
    ? Array.from(values, (time) => Number(time) + loop * SPAN_MS)
    : values
}
