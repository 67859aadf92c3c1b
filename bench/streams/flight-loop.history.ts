import type { HistoryRecord } from '../../src/backtest/record-writer.ts'
import { flightHistory } from '../flight-history.ts'

/** The real flights, again and again, half a year later each time. */
export default function history(): AsyncGenerator<readonly HistoryRecord[]> {
  return flightHistory(Number.POSITIVE_INFINITY)
}
