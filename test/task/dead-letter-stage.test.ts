import { defineStream, logisticRegression, pipeline, standardScaler } from 'millrace'
import { simulate } from 'millrace/testing'
import { expect, test } from 'vitest'

const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2001, 0, 1)

const stream = defineStream({
  name: 'staged',
  inputs: {
    departures: {
      topic: 'departures',
      schema: 'departure.avsc',
      key: 'flightId',
      time: 'departedAt',
      maxAhead: '1d',
    },
    arrivals: { topic: 'arrivals', schema: 'arrival.avsc', key: 'flightId', time: 'landedAt' },
  },
  build: ({ departures, arrivals }) => {
    const flights = departures.validate({ distance: { min: 0, onFail: 'quarantine' }, origin: 'required' })
    const late = flights.label(arrivals, { value: (arrival) => arrival.delayMinutes > 15, horizon: '2h' })
    const rows = flights.featurize({
      distance: (flight) => {
        if (flight.origin === 'threw') throw new Error('thrown on purpose')
        return flight.distance
      },
      steps: flights.by('origin').fold({
        init: () => 0,
        step: (state) => {
          if (state === 2) throw new Error('a third time')
          return state + 1
        },
        read: (state) => state,
      }),
    })
    return rows.predict(late, { model: pipeline(standardScaler(), logisticRegression()) })
  },
})

const departure = (id: string, hours: number, more = {}) => ({
  flightId: id,
  departedAt: START_MS + hours * HOUR_MS,
  distance: 100,
  origin: id,
  destination: 'JFK',
  ...more,
})

test('a dead letter names the stage that turned it down, whatever the words of its cause', async () => {
  const { deadLetters, predictions } = await simulate(
    stream,
    {
      departures: [
        departure('good', 0),
        Uint8Array.of(0, 9, 9),
        departure('k'.repeat(9000), 0.1),
        departure('ahead', 30 * 24),
        departure('no check is missing', 0.2, { distance: -1 }),
        departure('threw', 0.3),
        departure('again 1', 0.4, { origin: 'fold' }),
        departure('again 2', 0.5, { origin: 'fold' }),
        departure('again 3', 0.6, { origin: 'fold' }),
      ],
      arrivals: [{ flightId: 'good', landedAt: START_MS + 3 * HOUR_MS, delayMinutes: 20 }],
    },
    { arrivals: { departures: ({ departedAt }) => Math.min(departedAt, START_MS + HOUR_MS) } },
  )
  expect(predictions.map(({ id }) => id)).toEqual(['good', 'again 1', 'again 2'])
  expect(deadLetters.map(({ stage, cause }) => `${stage}: ${cause}`)).toEqual([
    expect.stringMatching(/^decode: /),
    expect.stringMatching(/^key: its key is longer/),
    "validate: 'distance' is -1, below 0",
    expect.stringMatching(/^arrow: .* threw: thrown on purpose/),
    expect.stringMatching(/^arrow: .*a third time/),
    expect.stringMatching(/^time: time 'departedAt' lies further ahead/),
    'label: the label came after its horizon',
  ])
})
