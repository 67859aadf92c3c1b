import { expect, test } from 'vitest'
import type { HistoryRecord } from '../../src/backtest/record-writer.ts'
import { HistoryProducer } from '../../src/cli/history-producer.ts'
import { EmbeddedRegistry } from '../../src/codec/embedded-registry.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { MemoryRecordStore } from '../../src/store/memory-record-store.ts'
import { flights } from '../task/flight-log.ts'

const loaded = await loadStream({ streams: 'streams', schemas: 'schemas' }, 'flight-delay')

/** Departures and landings by arrival, many of them at the same time. */
function records(): HistoryRecord[] {
  const all = flights(300, 1).map((flight) => ({
    ...flight,
    departedAt: Math.floor(flight.departedAt / 60_000) * 60_000,
    landedAt: Math.floor(flight.landedAt / 60_000) * 60_000,
  }))
  const departures = all.map((record) => ({ input: 'departures', record, arrival: record.departedAt }))
  const arrivals = all.map((record) => ({ input: 'arrivals', record, arrival: record.landedAt }))
  return [...departures, ...arrivals].sort((a, b) => a.arrival - b.arrival)
}

async function* told(all: readonly HistoryRecord[], since: number, together: number) {
  const from = all.filter(({ arrival }) => (arrival as number) >= since)
  if (together === 1) for (const record of from) yield record
  else for (let i = 0; i < from.length; i += together) yield from.slice(i, i + together)
}

async function contents(log: MemoryLog) {
  const topics: Record<string, unknown[]> = {}
  for (const topic of ['flights.departures', 'flights.arrivals']) {
    const reader = await log.reader([{ topic, partition: 0, offset: 0 }])
    topics[topic] = (await reader.poll(1 << 24, 0)).flatMap((batch) =>
      Array.from({ length: batch.count }, (_, i) => [
        batch.timestamps[i],
        Buffer.from(batch.bytes.subarray(batch.valueStarts[i], batch.valueEnds[i])).toString('hex'),
      ]),
    )
  }
  return topics
}

/** Plays a history up to each of some lengths, by a new producer each time. */
async function played(limits: readonly number[], tellFrom: (producer: HistoryProducer) => number, together: number) {
  const all = records()
  const log = new MemoryLog()
  const registry = new EmbeddedRegistry(new MemoryRecordStore())
  for (const limit of limits) {
    const producer = await HistoryProducer.open(loaded, { log, registry } as never)
    const ended = await producer.play(told(all, tellFrom(producer), together), {
      speed: Infinity,
      limit,
      lag: () => 0,
      stop: new AbortController().signal,
    })
    expect(ended).toBe(true)
    expect(producer.played).toBe(Math.min(limit, all.length))
  }
  return contents(log)
}

test('a history played in pieces is in the topics what it is played at once, wherever it was cut', async () => {
  const whole = await played([Infinity], () => -Infinity, 1)
  expect(whole['flights.departures']).toHaveLength(300)
  expect(whole['flights.arrivals']).toHaveLength(300)
  const cuts = [1, 2, 3, 50, 51, 299, 300, 450, 599, Infinity]
  expect(await played(cuts, () => -Infinity, 1)).toEqual(whole)
  expect(await played(cuts, (producer) => producer.arrivalMs, 1)).toEqual(whole)
  expect(await played(cuts, (producer) => producer.arrivalMs, 7)).toEqual(whole)
})

test('a history played by the clock ends where it is told to stop', async () => {
  const log = new MemoryLog()
  const stop = new AbortController()
  const producer = await HistoryProducer.open(loaded, {
    log,
    registry: new EmbeddedRegistry(new MemoryRecordStore()),
  } as never)
  let asked = 0
  const lag = (): number => {
    if (++asked === 3) stop.abort()
    return 0
  }
  expect(
    await producer.play(told(records(), -Infinity, 1), { speed: 1, limit: Infinity, lag, stop: stop.signal }),
  ).toBe(false)
  expect(producer.played).toBeGreaterThan(0)
  expect(producer.played).toBeLessThan(600)
})

test('a history before 1970 is refused, for a log has no such timestamps', async () => {
  const registry = new EmbeddedRegistry(new MemoryRecordStore())
  const producer = await HistoryProducer.open(loaded, { log: new MemoryLog(), registry } as never)
  const [first] = records()
  const options = { speed: Infinity, limit: Infinity, lag: () => 0, stop: new AbortController().signal }
  await expect(producer.play([{ ...first, arrival: -1 }], options)).rejects.toThrow(
    /a record arrives before 1970, when the timestamps of a log begin\. Score it with backtest/,
  )
})
