import { defineStream, imputer, logisticRegression, ordinal, pipeline, robustScaler, targetEncoding } from 'millrace'
import { expect, it } from 'vitest'
import type { RunningLearner } from '../../src/learners/learner.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { simulate } from '../../src/testing/index.ts'
import { rowSchema } from '../../src/transforms/index.ts'
import { flights } from '../task/flight-log.ts'

const schema = rowSchema([
  { name: 'shop', kind: 'category', size: 1000 },
  { name: 'price', kind: 'number', size: 1 },
])

it('target encoding is the smoothed mean of the labels that came', () => {
  const running = targetEncoding({ smoothing: 4 }).build(schema)
  const random = new SeededRandom(1)
  const seen: { shop: number; label: number }[] = []
  const out = new Float64Array(2)
  for (let n = 0; n < 500; n++) {
    const row = Float64Array.of(random.nextInt(30), n)
    running.transform(row, 0, out, 0)
    const own = seen.filter(({ shop }) => shop === row[0])
    const mean = seen.reduce((sum, { label }) => sum + label, 0) / Math.max(1, seen.length)
    const expected = (own.reduce((sum, { label }) => sum + label, 0) + 4 * mean) / (own.length + 4)
    expect(Math.abs(out[0] - expected)).toBeLessThan(1e-12)
    expect(out[1]).toBe(n)
    const label = 10 * random.normal() + row[0]
    running.learn(row, 0, label, 1)
    seen.push({ shop: row[0], label })
  }
  expect(running.schema.columns.map(({ kind }) => kind)).toEqual(['number', 'number'])
})

it('in a pipeline no row carries its own label', () => {
  // Every shop comes once, so that its encoding tells nothing of it; with its own label inside it would tell all.
  const learner = pipeline(targetEncoding({ smoothing: 1 }), logisticRegression())
  const running: RunningLearner = learner.build(schema, { problem: 'binary', classes: 2 })
  const random = new SeededRandom(2)
  for (let n = 0; n < 900; n++) running.learn(Float64Array.of(n, 1), 0, random.nextInt(2), 1)
  const out = new Float64Array(4)
  running.predict(Float64Array.of(3, 1), 0, out, 0)
  running.predict(Float64Array.of(7, 1), 0, out, 2)
  const spread = Array.from({ length: 900 }, (_, shop) => {
    running.predict(Float64Array.of(shop, 1), 0, out, 0)
    return out[1]
  })
  expect(Math.max(...spread) - Math.min(...spread)).toBeLessThan(0.03)
})

it('ordinal gives codes as numbers, and 0 for what is none', () => {
  const running = ordinal().build(schema)
  const out = new Float64Array(2)
  const codes = [0, 1, 999, 1000, -1, NaN].map((code) => {
    running.transform(Float64Array.of(code, 2.5), 0, out, 0)
    return out[0]
  })
  expect(codes).toEqual([0, 1, 999, 0, 0, 0])
  expect(running.schema.columns.every(({ kind, size }) => kind === 'number' && size === 1)).toBe(true)
})

const late = defineStream({
  name: 'late',
  inputs: {
    departures: { topic: 'flights.departures', schema: 'departure.avsc', key: 'flightId', time: 'departedAt' },
    arrivals: { topic: 'flights.arrivals', schema: 'arrival.avsc', key: 'flightId', time: 'landedAt' },
  },
  build: ({ departures, arrivals }) => {
    const isLate = departures.label(arrivals, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36h' })
    return departures
      .featurize({ distance: 'distance', origin: 'origin', destination: 'destination' })
      .predict(isLate, {
        model: pipeline(
          targetEncoding(),
          imputer({ learn: 'on-arrival' }),
          robustScaler({ window: 50 }),
          logisticRegression(),
        ),
        challengers: [pipeline(ordinal(), logisticRegression())],
      })
  },
})

it('a stream encodes by the labels that had come, and with crashes gives the same bits', async () => {
  const all = flights(400, 1, 60_000)
  const records = {
    departures: all.map(({ flightId, departedAt, distance, origin, destination }) => ({
      flightId,
      departedAt,
      distance,
      origin: origin as string | null,
      destination,
    })),
    arrivals: all.map(({ flightId, landedAt, delayMinutes }) => ({ flightId, landedAt, delayMinutes })),
  }
  const expected = await simulate(late, records)
  expect(new Set(expected.predictions.map(({ prediction }) => prediction)).size).toBeGreaterThan(100)
  const crashed = await simulate(late, records, { crashAfter: [2, 5], seed: 3 })
  expect(crashed.predictions).toEqual(expected.predictions)
  expect(crashed.state.parts).toEqual(expected.state.parts)
})
