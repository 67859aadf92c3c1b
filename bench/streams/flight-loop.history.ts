import type { Told } from '../../src/backtest/history-batches.ts'
import { flightHistory } from '../flight-history.ts'

/** The real flights, again and again, half a year later each time. */
export default function history(): AsyncGenerator<Told> {
  return flightHistory(Number.POSITIVE_INFINITY)
}
