import { describe, expect, it } from 'vitest'
import { backtest } from '../../src/backtest/backtest.ts'
import { simulate, table } from '../../src/testing/index.ts'
import { stateDigest } from '../../src/testing/state-digest.ts'
import { StreamHarness, type TimedRecord } from '../../src/testing/stream-harness.ts'
import flightDelay from '../../streams/flight-delay.ts'
import { type Flight, flights } from '../task/flight-log.ts'

function recordsOf(all: readonly Flight[]) {
  return {
    departures: all.map(({ flightId, departedAt, distance, origin, destination }) => ({
      flightId,
      departedAt,
      distance,
      origin: origin as string | null,
      destination,
    })),
    arrivals: all.map(({ flightId, landedAt, delayMinutes }) => ({ flightId, landedAt, delayMinutes })),
  }
}

describe('simulate', () => {
  const all = flights(200, 1, 60_000)
  const records = recordsOf(all)

  it('predicts each event once, in the order of arrival, and learns from every label', async () => {
    const { predictions, deadLetters, state, starts } = await simulate(flightDelay, records)
    expect(predictions.map(({ id }) => id)).toEqual(all.map(({ flightId }) => flightId))
    expect(predictions.map(({ sequence }) => sequence)).toEqual(all.map((_, i) => i))
    expect(predictions.map(({ eventTime }) => eventTime)).toEqual(all.map(({ departedAt }) => departedAt))
    expect(predictions[0].prediction).toBe(0.5)
    expect(new Set(predictions.map(({ prediction }) => prediction)).size).toBeGreaterThan(100)
    expect(deadLetters).toEqual([])
    expect(state.count('learned')).toBe(200)
    expect(starts).toBe(1)
  })

  it('gives the same bits whatever the cuts, crashes, clock and order of the arrays', async () => {
    const expected = await simulate(flightDelay, records)
    const variants = [
      { crashAfter: 3 },
      { crashAfter: [1, 2, 3, 10], seed: 5 },
      { batchRows: 1, commitEvery: 1 },
      { batchRows: 7, commitEvery: 50, nowMs: 0 },
      { commitEvery: 1000, seed: 8 },
    ]
    for (const options of variants) {
      const outcome = await simulate(flightDelay, records, options)
      expect(outcome.predictions).toEqual(expected.predictions)
      expect(outcome.state.parts).toEqual(expected.state.parts)
      expect(outcome.state.digest).toBe(expected.state.digest)
      expect(outcome.starts).toBe(1 + [options.crashAfter ?? []].flat().length)
    }
    const reversed = { ...records, departures: records.departures.toReversed() }
    expect((await simulate(flightDelay, reversed)).state.digest).toBe(expected.state.digest)
  })

  it('leaves the state that the same records leave in a backtest, which has no log, journal or task', async () => {
    const harness = await StreamHarness.of(flightDelay)
    const byTopic = (one: TimedRecord, other: TimedRecord): number =>
      one.arrivalMs - other.arrivalMs || other.input - one.input
    const history = harness
      .timed(records)
      .sort(byTopic)
      .map(({ input, record, arrivalMs }) => ({
        input: harness.graph.inputs[input].name,
        record: record as object,
        arrival: arrivalMs,
      }))
    const { state } = await backtest(harness.graph, history)
    const simulated = await simulate(flightDelay, records, { crashAfter: 5 })
    expect(simulated.state.digest).toBe(stateDigest(state.parts()))
  })

  it.each([3, 300])(
    'deals records over %i partitions by key and merges them by arrival all the same',
    async (partitions) => {
      const { predictions } = await simulate(flightDelay, records, { partitions })
      const sorted = (await simulate(flightDelay, records)).predictions.map(({ id, prediction }) => ({
        id,
        prediction,
      }))
      expect(predictions.map(({ id, prediction }) => ({ id, prediction }))).toEqual(sorted)
    },
  )

  it('takes raw bytes and tombstones, which become dead letters with their cause', async () => {
    const broken = { ...records, departures: [...records.departures, new Uint8Array([1, 2, 3]), null] }
    const { predictions, deadLetters } = await simulate(flightDelay, broken, { crashAfter: 2 })
    expect(predictions).toHaveLength(200)
    expect(deadLetters.map(({ stage, size }) => [stage, size])).toEqual([
      ['decode', 3],
      ['decode', 0],
    ])
    expect(Buffer.from(deadLetters[0].value ?? [])).toEqual(Buffer.from([1, 2, 3]))
  })

  it('lets no label be known before it arrives, however early its time', async () => {
    const late = { ...records, arrivals: records.arrivals.map((arrival) => ({ ...arrival, delayMinutes: 99 })) }
    const arrivals = { arrivals: () => all[100].departedAt + 1 }
    const one = await simulate(flightDelay, records, { arrivals })
    const other = await simulate(flightDelay, late, { arrivals })
    expect(other.predictions.slice(0, 101)).toEqual(one.predictions.slice(0, 101))
    expect(other.predictions.slice(101)).not.toEqual(one.predictions.slice(101))
  })

  it('says when there was nothing to crash, and which input it does not know', async () => {
    await expect(simulate(flightDelay, records, { crashAfter: 1000 })).rejects.toMatchObject({
      code: 'MILLRACE_TESTING_CRASH',
    })
    await expect(simulate(flightDelay, { departure: [] } as object)).rejects.toThrow(/departures/)
  })

  it('ends at once without records', async () => {
    const { predictions, transactions } = await simulate(flightDelay, {})
    expect(predictions).toEqual([])
    expect(transactions).toBeGreaterThan(0)
  })
})

describe('table', () => {
  it('shows each row as it was at its moment, and what became of it', async () => {
    const all = flights(300, 2, 60_000)
    const rows = await table(flightDelay, recordsOf(all))
    expect(rows.map(({ id }) => id)).toEqual(all.map(({ flightId }) => flightId))
    expect(rows.map(({ label }) => label)).toEqual(all.map(({ delayMinutes }) => (delayMinutes > 15 ? 1 : 0)))
    expect(rows[0].features).toMatchObject({
      hour: '0',
      distance: all[0].distance,
      origin: all[0].origin,
      departuresNow: 0,
    })
    const before = all.slice(0, 200).filter(({ origin }) => origin === all[200].origin)
    const recent = before.filter(({ departedAt }) => departedAt > all[200].departedAt - 30 * 60_000)
    expect(rows[200].features.departuresNow).toBe(recent.length)
    expect(Object.keys(rows[0].features)).toEqual([
      'hour',
      'distance',
      'origin',
      'destination',
      'departuresNow',
      'originLateRate',
      'destinationLateRate',
      'usualLateRate',
    ])
  })
})
