import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AvroRecordDecoder } from '../../src/codec/avro-record-decoder.ts'
import { readSchemas } from '../../src/codec/read-schemas.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { partitionOfKey } from '../../src/log/partition-of-key.ts'
import { ManualClock } from '../contracts/manual-clock.ts'
import { flights } from '../task/flight-log.ts'
import { departureOf } from './append-flights.ts'
import { expectConforming } from './expect-conforming.ts'
import { FlightService } from './flight-service.ts'

const schemas = await readSchemas('schemas')
const route = '/streams/{name}/inputs/{input}/records'
const good = departureOf(flights(1, 1)[0])
const clock = new ManualClock()
let service: FlightService

beforeEach(async () => {
  service = await FlightService.open({ log: new MemoryLog(), clock })
  await service.log.createTopic('flights.departures', { partitions: 2 })
})

afterEach(() => service.close())

const post = async (payload: object, query = '') => {
  const url = `/streams/flight-delay/inputs/departures/records${query}`
  const response = await service.app.inject({ method: 'POST', url, payload })
  expectConforming(service.app, ['post', route], response)
  return response
}

/** What is in the topic: key, timestamp, partition, record. */
async function appended() {
  const decoder = new AvroRecordDecoder(schemas.get('departure.avsc')!.avro, 'departure')
  const records: { key: string; timestamp: number; partition: number; value: object }[] = []
  const reader = await service.log.reader(
    [0, 1].map((partition) => ({ topic: 'flights.departures', partition, offset: 0 })),
  )
  for (const { bytes, keyStarts, keyEnds, valueStarts, valueEnds, count, timestamps, partition } of await reader.poll(
    1e6,
    0,
  )) {
    for (let i = 0; i < count; i++) {
      const value = { ...(decoder.decode(bytes.subarray(valueStarts[i], valueEnds[i])) as object) }
      records.push({
        key: Buffer.from(bytes.subarray(keyStarts[i], keyEnds[i])).toString(),
        timestamp: timestamps[i],
        partition,
        value,
      })
    }
  }
  return records
}

describe('appending records', () => {
  it('writes them with key, partition, timestamp and schema', async () => {
    const records = ['7', '8', 'Zürich'].map((flightId) => ({ ...good, flightId }))
    expect((await post(records)).json()).toEqual({ appended: 3, rejected: [] })
    const written = await appended()
    expect(written.map(({ value }) => value)).toHaveLength(3)
    for (const { key, timestamp, partition, value } of written) {
      const bytes = Buffer.from(key)
      expect(partition).toBe(partitionOfKey(bytes, 0, bytes.length, 2))
      expect(timestamp).toBe(clock.now())
      expect(value).toEqual(records.find(({ flightId }) => flightId === key))
    }
    expect((await service.metrics.appended.get()).values[0].value).toBe(3)
  })

  it('takes one record that is no array, times as ISO 8601, and what the schema lets be left out', async () => {
    const less = { ...good, origin: undefined, departedAt: '2001-01-01T08:00:00Z' }
    expect((await post(less, '?timestamp=event')).json()).toEqual({ appended: 1, rejected: [] })
    expect((await post(less, '?timestamp=2001-01-01T09:00:00%2B01:00')).json()).toEqual({ appended: 1, rejected: [] })
    const at = Date.UTC(2001, 0, 1, 8)
    for (const record of await appended())
      expect(record).toMatchObject({ timestamp: at, value: { departedAt: at, origin: null } })
  })

  it('takes no event time far ahead as a timestamp: the clock of the stream would jump there', async () => {
    const far = { ...good, flightId: 'far', departedAt: clock.now() + 2 * 86_400_000 }
    const near = { ...good, flightId: 'near', departedAt: clock.now() + 3_600_000 }
    const response = await post([near, far], '?timestamp=event')
    expect(response.statusCode).toBe(422)
    expect(response.json().errors).toMatchObject([
      { index: 1, field: 'departedAt', wrong: expect.stringContaining('more than a day ahead') },
    ])
    expect((await post([near], '?timestamp=event')).json()).toEqual({ appended: 1, rejected: [] })
    expect((await post([far])).json()).toEqual({ appended: 1, rejected: [] }) // its timestamp is now
  })

  it('says of an array inside of an object what to send instead', async () => {
    const response = await post({ records: [good] })
    expect(response.statusCode).toBe(400)
    expect(response.json()).toMatchObject({
      code: 'MILLRACE_API_REQUEST',
      detail: "request body: it is an object with an array 'records'. Send the array itself, or one record.",
    })
    expect(await appended()).toEqual([])
  })

  it('names each bad record, its index and its field, and then writes none', async () => {
    const bad = [
      good,
      { ...good, distance: 'far' },
      { ...good, distance: 1.5 },
      { ...good, distanc: 5 },
      { ...good, flightId: undefined },
      { ...good, departedAt: -3e12 },
      { ...good, destination: null },
    ]
    const response = await post(bad)
    expect(response.statusCode).toBe(422)
    expect(response.json()).toMatchObject({
      code: 'MILLRACE_API_RECORDS',
      errors: [
        { index: 1, field: 'distance', wrong: "the string 'far', not a number" },
        { index: 2, field: 'distance', wrong: '1.5 is not a whole number that int can hold' },
        { index: 3, field: 'distanc', wrong: expect.stringContaining("Did you mean 'distance'?") },
        { index: 4, field: 'flightId', wrong: 'missing' },
        { index: 5, field: 'departedAt', wrong: 'the time is missing, before 1900 or after the year 275760' },
        { index: 6, field: 'destination', wrong: 'null, where the schema allows none' },
      ],
    })
    expect(await appended()).toEqual([])
  })

  it('names all that is wrong with each record, what was given and what would be right', async () => {
    const response = await post([
      good,
      { flightId: '7', departedAt: 'noon', distance: 1.5, destination: ['LGA'], colour: 'x'.repeat(500) },
      { ...good, origin: 7 },
    ])
    expect(response.statusCode).toBe(422)
    const { detail, errors } = response.json()
    expect(detail).toContain('2 of 3 records')
    const time = 'milliseconds since 1970, or an ISO 8601 date and time with its zone, from the year 1900 on'
    const whole = 'a whole number from -2147483648 to 2147483647'
    expect(errors).toHaveLength(5)
    expect(errors).toEqual(
      expect.arrayContaining([
        { index: 1, field: 'departedAt', wrong: expect.any(String), value: 'noon', allowed: time },
        { index: 1, field: 'distance', wrong: expect.stringContaining('1.5'), value: 1.5, allowed: whole },
        { index: 1, field: 'destination', wrong: 'an array, not a string', allowed: 'a string' },
        {
          index: 1,
          field: 'colour',
          wrong: expect.stringContaining('no such field'),
          value: 'x'.repeat(100),
          allowed: expect.arrayContaining(['flightId', 'distance']),
        },
        { index: 2, field: 'origin', wrong: 'a number, not a string', value: 7, allowed: 'a string, or null' },
      ]),
    )
  })

  it('writes the good ones alone when asked to, but never none without saying so', async () => {
    const response = await post([{ ...good, distance: 'far' }, good], '?partial=true')
    expect(response.statusCode).toBe(200)
    expect(response.json()).toEqual({
      appended: 1,
      rejected: [
        {
          index: 0,
          field: 'distance',
          wrong: "the string 'far', not a number",
          value: 'far',
          allowed: 'a whole number from -2147483648 to 2147483647',
        },
      ],
    })
    expect(await appended()).toHaveLength(1)
    expect((await post([{ ...good, distance: 'far' }], '?partial=true')).statusCode).toBe(422)
  })

  it('stamps them by the time of whoever plays history', async () => {
    await service.close()
    service = await FlightService.open({ log: new MemoryLog(), clock, recordTimeMs: () => good.departedAt + 0.5 })
    await service.log.createTopic('flights.departures', { partitions: 2 })
    await post([good])
    expect((await appended())[0].timestamp).toBe(good.departedAt)
  })

  it('waits for the topic', async () => {
    await service.log.deleteTopic('flights.departures')
    expect((await post([good])).json()).toMatchObject({ code: 'MILLRACE_API_NOT_READY', status: 503 })
  })
})
