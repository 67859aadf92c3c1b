import { describe, expect, it } from 'vitest'
import { backtest, type BacktestResult } from '../../src/backtest/backtest.ts'
import { defineStream } from '../../src/index.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { simulate } from '../../src/testing/index.ts'
import flightDelay from '../../streams/flight-delay.ts'
import { type Flight, flights } from '../task/flight-log.ts'

const WEEKS = 40 * 52 * 7 * 86_400_000 // about 40 years, so that all weekdays and hours stay
const all = flights(600, 3, 600_000)
const old = all.map((one) => ({ ...one, departedAt: one.departedAt - WEEKS, landedAt: one.landedAt - WEEKS }))
const { graph } = await loadStream({ streams: 'streams', schemas: 'schemas' }, 'flight-delay')

// A log's timestamps begin in 1970, so on a log the events themselves say when they arrived.
const withArrivals = defineStream({
  ...flightDelay,
  inputs: {
    departures: { ...flightDelay.inputs.departures, arrival: 'departedAt' },
    arrivals: { ...flightDelay.inputs.arrivals, arrival: 'landedAt' },
  },
} as never)

function recordsOf(from: readonly Flight[]) {
  return {
    departures: from.map(({ flightId, departedAt, distance, origin, destination }) => ({
      flightId,
      departedAt,
      distance,
      origin,
      destination,
    })),
    arrivals: from.map(({ flightId, landedAt, delayMinutes }) => ({ flightId, landedAt, delayMinutes })),
  }
}

async function scoresOf(from: readonly Flight[]): Promise<BacktestResult> {
  const { departures, arrivals } = recordsOf(from)
  const records = [
    ...departures.map((record) => ({ input: 'departures', record, arrival: record.departedAt })),
    ...arrivals.map((record) => ({ input: 'arrivals', record, arrival: record.landedAt })),
  ]
  return backtest(
    graph,
    records.sort((a, b) => a.arrival - b.arrival),
  )
}

describe('events before 1970', () => {
  it('are predicted, scored and learned from like later ones', async () => {
    const [late, early] = [await scoresOf(all), await scoresOf(old)]
    expect(late.count('learned')).toBe(600)
    expect(early.scores).toEqual(late.scores)
    expect(early.to).toBe(late.to - WEEKS)
    expect(early.curve.map(({ time }) => time)).toEqual(late.curve.map(({ time }) => time - WEEKS))
  })

  it('keep their order and their labels on a log, where they say when they arrived', async () => {
    const [late, early] = [
      await simulate(flightDelay, recordsOf(all)),
      await simulate(withArrivals, recordsOf(old) as never),
    ]
    expect(early.deadLetters).toEqual([])
    expect(early.predictions.map(({ prediction }) => prediction)).toEqual(
      late.predictions.map(({ prediction }) => prediction),
    )
    expect(early.predictions.map(({ eventTime }) => eventTime)).toEqual(old.map(({ departedAt }) => departedAt))
  })
})
