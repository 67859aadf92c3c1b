import type { Counter, Gauge } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { listenApi } from '../../src/api/listen-api.ts'
import { AvroEncoder } from '../../src/codec/avro-encoder.ts'
import { publishedSchemas } from '../../src/codec/published-schemas.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { OutgoingBatchBuilder } from '../../src/log/outgoing-batch-builder.ts'
import { ManualClock } from '../contracts/manual-clock.ts'
import { flights, writeFlights } from '../task/flight-log.ts'
import { committedPredictions } from './committed-predictions.ts'
import { EventClient, type ReceivedEvent } from './event-client.ts'
import { flightLogs, FlightService } from './flight-service.ts'
import { appendFlights } from './append-flights.ts'

const ids = (events: readonly ReceivedEvent[]) => events.map(({ data }) => Number((data as { id: string }).id))
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)

describe.each(flightLogs)('following predictions on a log $name', ({ open }) => {
  it('sends each committed prediction once, also over reconnects, a clean restart and a take-over', async () => {
    const { log, close } = open()
    const service = await FlightService.open({ log })
    const all = flights(300, 3)
    await writeFlights(log, service.registry, all.slice(0, 100))
    await service.start()
    await service.committed(200)
    const url = `${await listenApi(service.app, { port: 0 })}/streams/flight-delay/predictions?from=start`
    const events: ReceivedEvent[] = []

    const first = await EventClient.connect(url)
    expect(first.status).toBe(200)
    expect(first.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    events.push(...(await first.take(37)))
    first.close()

    const second = await EventClient.connect(url, events.at(-1)!.id)
    events.push(...(await second.take(50)))
    await service.stop()
    await appendFlights(service, all.slice(100, 200))
    await service.start() // the connection lives on
    events.push(...(await second.take(60)))
    second.close()

    await service.fence()
    await appendFlights(service, all.slice(200))
    await service.ended()
    expect(service.view.phase()).toMatchObject({
      phase: 'restarting',
      reason: expect.stringContaining('newer producer'),
    })
    await service.start()
    const third = await EventClient.connect(url, second.lastId)
    events.push(...(await third.take(300 - events.length)))
    third.close()

    expect(sorted(ids(events))).toEqual(upTo(300))
    expect(events.map(({ data }) => JSON.stringify(data)).sort()).toEqual(await committedPredictions(log))
    expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['prediction']))
    await service.close()
    close()
  })

  it('resumes at every cursor that it gave', async () => {
    const { log, close } = open()
    const service = await FlightService.open({ log })
    await writeFlights(log, service.registry, flights(40, 4))
    await service.start()
    await service.committed(80)
    const url = `${await listenApi(service.app, { port: 0 })}/streams/flight-delay/predictions?from=start`
    const client = await EventClient.connect(url)
    const events = await client.take(40)
    client.close()
    for (let i = 0; i < 39; i += 3) {
      const resumed = await EventClient.connect(url, events[i].id)
      expect(sorted(ids(await resumed.take(39 - i)))).toEqual(sorted(ids(events.slice(i + 1))))
      resumed.close()
    }
    await service.close()
    close()
  })
})

describe('following', () => {
  it('begins at the end unless told otherwise, and an id comes before the first event', async () => {
    const log = new MemoryLog()
    const service = await FlightService.open({ log })
    await writeFlights(log, service.registry, flights(10, 5))
    await service.start()
    await service.committed(20)
    const client = await EventClient.connect(
      `${await listenApi(service.app, { port: 0 })}/streams/flight-delay/predictions`,
    )
    expect(await client.block()).toMatch(/^retry: 1000\nid: \d+\.\d+$/)
    await appendFlights(service, flights(11, 5).slice(10))
    expect(ids(await client.take(1))).toEqual([10])
    client.close()
    await service.close()
  })

  it('tells a client that nothing comes', async () => {
    const log = new MemoryLog()
    const service = await FlightService.open({ log, api: { heartbeatMs: 5 } })
    await writeFlights(log, service.registry, flights(1, 5))
    await service.start()
    const client = await EventClient.connect(
      `${await listenApi(service.app, { port: 0 })}/streams/flight-delay/signals`,
    )
    await client.block()
    expect(await client.block()).toBe(': heartbeat\nid: 0')
    expect(await client.block()).toBe(': heartbeat\nid: 0')
    client.close()
    await service.close()
  })

  it('names a record that is none, and goes on', async () => {
    const log = new MemoryLog()
    const service = await FlightService.open({ log })
    await writeFlights(log, service.registry, flights(1, 5))
    await service.start()
    const builder = new OutgoingBatchBuilder('flight-delay.signals', 0)
    builder.add(1)
    builder.setValueText('no signal')
    await log.append([builder])
    const url = `${await listenApi(service.app, { port: 0 })}/streams/flight-delay/signals?from=start`
    const client = await EventClient.connect(url)
    expect(await client.take(1)).toEqual([{ id: '1', event: 'undecodable', data: { partition: 0, offset: 0 } }])
    client.close()
    expect((await service.app.inject('/streams/flight-delay/signals')).json()).toEqual({
      records: [],
      undecodable: [{ partition: 0, offset: 0 }],
      next: '1',
      isAtEnd: true,
    })
    await service.close()
  })

  it('closes a client that takes nothing and counts it; what it missed is there when it comes back', async () => {
    const clock = new ManualClock()
    const service = await FlightService.open({ log: new MemoryLog(), api: { clock } })
    await writeFlights(service.log, service.registry, flights(1, 5))
    await service.start()
    await appendSignals(service, 500) // 64 kB each: more than the connection's buffers hold
    const url = `${await listenApi(service.app, { port: 0 })}/streams/flight-delay/signals?from=start`
    const stalled = await EventClient.connect(url)
    await expect.poll(() => clock.pending).toBe(1)
    clock.advance(30_000)
    await expect.poll(() => valueOf(service.metrics.droppedFollowers)).toBe(1)
    await expect(stalled.take(500)).rejects.toThrow('terminated')
    await expect(valueOf(service.metrics.followers)).resolves.toBe(0)
    const from = Number(stalled.lastId)
    expect(from).toBeLessThan(500)
    const resumed = await EventClient.connect(url, stalled.lastId)
    const rest = await resumed.take(500 - from)
    expect(rest.map(({ id }) => Number(id))).toEqual(Array.from({ length: 500 - from }, (_, i) => from + i + 1))
    resumed.close()
    await service.close()
  })

  it('refuses more clients than allowed, and lets another in when one has gone', async () => {
    const log = new MemoryLog()
    const service = await FlightService.open({ log, api: { maxFollowers: 1, heartbeatMs: 5 } })
    await writeFlights(log, service.registry, flights(1, 5))
    await service.start()
    const url = `${await listenApi(service.app, { port: 0 })}/streams/flight-delay/models`
    const one = await EventClient.connect(url)
    const refused = await fetch(url, { headers: { accept: 'text/event-stream' } })
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ code: 'MILLRACE_API_TOO_MANY_FOLLOWERS', retryable: true })
    one.close()
    let other = await EventClient.connect(url)
    while (other.status === 503) other = await EventClient.connect(url) // until the server has noticed
    expect(other.status).toBe(200)
    other.close()
    await service.close()
  })

  it('answers a place that is gone with a problem, before anything is sent', async () => {
    const log = new MemoryLog()
    const service = await FlightService.open({ log })
    await writeFlights(log, service.registry, flights(20, 5))
    await service.start()
    await service.committed(40)
    await log.deleteBefore({ topic: 'flight-delay.predictions', partition: 0 }, 2)
    const url = `${await listenApi(service.app, { port: 0 })}/streams/flight-delay/predictions`
    const gone = await fetch(url, { headers: { accept: 'text/event-stream', 'last-event-id': '0.0' } })
    expect(gone.status).toBe(410)
    expect(gone.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(await gone.json()).toMatchObject({ code: 'MILLRACE_LOG_OUT_OF_RANGE', status: 410 })
    await service.close()
  })

  it('ends its clients and finishes what is under way when it closes', async () => {
    const held = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    let isHeld = false
    const before = (call: string) => {
      if (call !== 'append' || !isHeld) return undefined
      reached.resolve()
      return held.promise
    }
    const service = await FlightService.open({ log: new MemoryLog({ hooks: { before } }) })
    await writeFlights(service.log, service.registry, flights(10, 5))
    await service.start()
    await service.committed(20)
    const base = await listenApi(service.app, { port: 0 })
    const client = await EventClient.connect(`${base}/streams/flight-delay/predictions?from=start`)
    await client.take(10)
    isHeld = true
    const begun = fetch(`${base}/streams/flight-delay/commands`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ command: 'retrain', id: 'last' }),
    })
    await reached.promise
    const closed = service.app.close()
    await client.take(1)
    expect(client.ended).toBe(true)
    held.resolve()
    expect(await (await begun).json()).toEqual({ id: 'last' })
    await closed
    expect(await valueOf(service.metrics.followers)).toBe(0)
    await service.close()
  })
})

async function valueOf(metric: Counter | Gauge): Promise<number> {
  return (await metric.get()).values[0].value
}

/** Signals with long messages. */
async function appendSignals({ log, registry }: FlightService, count: number): Promise<void> {
  const schema = (await publishedSchemas()).signal
  const encoder = new AvroEncoder(schema, await registry.register('flight-delay.signals-value', schema), 'signal')
  const builder = new OutgoingBatchBuilder('flight-delay.signals', 0)
  for (let sequence = 0; sequence < count; sequence++) {
    builder.add(sequence)
    encoder.record(builder, {
      kind: 'data_quality',
      path: 'x',
      eventTime: sequence,
      detector: 'x',
      modelVersion: null,
      statistic: null,
      threshold: null,
      evidence: {},
      message: 'm'.repeat(65_536),
      task: 0,
      sequence,
    })
  }
  await log.append([builder])
}

describe('asking only for the head of what can be followed', () => {
  it('is answered at once, and refused as following would be', async () => {
    const service = await FlightService.open({ log: new MemoryLog() })
    await writeFlights(service.log, service.registry, flights(5, 1))
    await service.start()
    await service.committed(10)
    const url = '/streams/flight-delay/predictions'
    const head = (query: string) =>
      service.app.inject({ method: 'HEAD', url: `${url}${query}`, headers: { accept: 'text/event-stream' } })
    const response = await head('')
    expect(response.statusCode).toBe(200)
    expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect((await head('?from=nowhere')).statusCode).toBe(400)
    await service.close()
  })
})
