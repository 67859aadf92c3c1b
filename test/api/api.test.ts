import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../src/log/log.ts'
import { flights, writeFlights } from '../task/flight-log.ts'
import { committedPredictions } from './committed-predictions.ts'
import { expectConforming } from './expect-conforming.ts'
import { flightLogs, FlightService, hastyClock } from './flight-service.ts'

const stream = '/streams/flight-delay'

describe.each(flightLogs)('the API over a log $name', ({ open }) => {
  let service: FlightService
  let log: Log
  let close: () => void

  beforeEach(async () => {
    ;({ log, close } = open())
    service = await FlightService.open({ log, viewClock: hastyClock() })
    await writeFlights(log, service.registry, flights(120, 1))
  })

  afterEach(async () => {
    await service.close()
    close()
  })

  const get = async (path: string, template: string, headers: Record<string, string> = {}) => {
    const response = await service.app.inject({ url: path, headers })
    expectConforming(service.app, ['get', template], response)
    return response
  }

  const run = async () => {
    await service.start()
    await service.committed(240)
  }

  it('leads from its address to its reference', async () => {
    const response = await service.app.inject('/')
    expect([response.statusCode, response.headers.location]).toEqual([302, '/docs'])
  })

  it('is healthy before it is ready, and ready while its tasks run', async () => {
    expect((await get('/health', '/health')).json()).toMatchObject({ status: 'ok', version: '0.0.0' })
    const early = await get('/ready', '/ready')
    expect(early.statusCode).toBe(503)
    expect(early.headers['retry-after']).toBe('1')
    expect(early.json()).toMatchObject({
      code: 'MILLRACE_API_NOT_READY',
      retryable: true,
      detail: expect.stringContaining("'flight-delay' is starting (it has not begun)"),
    })
    await run()
    expect((await get('/ready', '/ready')).json()).toEqual({
      status: 'ready',
      streams: [{ name: 'flight-delay', phase: 'running' }],
    })
    await service.stop()
    expect((await get('/ready', '/ready')).json()).toMatchObject({
      detail: expect.stringContaining("'flight-delay' is stopped (it was stopped)"),
    })
    expect((await get('/health', '/health')).statusCode).toBe(200)
  })

  it('tells how far a stream is, only of what is committed', async () => {
    const before = (await get(stream, '/streams/{name}')).json()
    expect(before).toMatchObject({ name: 'flight-delay', problem: 'binary', phase: 'starting', task: null })
    expect(before.partitions.map(({ end, position, lag }: Record<string, unknown>) => [end, position, lag])).toEqual(
      [60, 60, 60, 60].map((end) => [end, null, null]),
    )
    await run()
    const after = (await get(stream, '/streams/{name}')).json()
    expect(after.partitions.map(({ position, lag }: Record<string, unknown>) => [position, lag])).toEqual(
      [60, 60, 60, 60].map((end) => [end, 0]),
    )
    expect(after.task).toMatchObject({
      incarnation: 1,
      pendingLabels: 0,
      counters: { predictions: 120, learned: 120, deadLetters: 0 },
    })
    expect(after.task.models.map(({ version, role }: Record<string, unknown>) => [version, role])).toEqual([
      ['v0.0', 'champion'],
      ['v0.0-c1', 'challenger'],
    ])
    expect(after.task.streamTime).toBe(
      new Date(Math.max(...flights(120, 1).map(({ landedAt }) => landedAt))).toISOString(),
    )
    expect(after.inputs[0].fields.map(({ name }: { name: string }) => name)).toEqual([
      'flightId',
      'departedAt',
      'distance',
      'origin',
      'destination',
    ])
    expect((await get('/streams', '/streams')).json()).toEqual({
      streams: [{ name: 'flight-delay', problem: 'binary', phase: 'running', reason: '' }],
    })
    await service.stop()
    const stopped = (await get(stream, '/streams/{name}')).json()
    expect(stopped.task.counters).toEqual(after.task.counters)
    await service.start()
    const again = (await get(stream, '/streams/{name}')).json()
    expect(again.task).toMatchObject({
      incarnation: 2,
      counters: after.task.counters,
      snapshots: [{ transaction: again.task.transaction - 2 }],
    })
  })

  it('shows the metrics of what was served beside challengers and baselines', async () => {
    expect((await get(`${stream}/metrics`, '/streams/{name}/metrics')).statusCode).toBe(503)
    await run()
    const { scores, transaction } = (await get(`${stream}/metrics`, '/streams/{name}/metrics')).json()
    expect(transaction).toBe(service.task!.committed.seq)
    expect(scores.map(({ role, model }: Record<string, unknown>) => [role, model])).toEqual([
      ['champion', 'served'],
      ['challenger', 'v0.0-c1'],
      ['baseline', 'prior'],
      ['baseline', 'lastLabel'],
      ['baseline', 'originRate'],
      ['baseline', 'originHourRate'],
    ])
    const served = service.task!.recovered.state.learning.evaluation.read()[0]
    expect(scores[0]).toMatchObject({ outcomes: 120, whole: JSON.parse(JSON.stringify(served.whole)) })
    expect(scores[0].whole.values['log-loss']).toBeGreaterThan(0)
  })

  it('gives predictions page by page, each once', async () => {
    await run()
    const seen: unknown[] = []
    let from = 'start'
    let isAtEnd = false
    while (!isAtEnd) {
      const page = (await get(`${stream}/predictions?limit=7&from=${from}`, '/streams/{name}/predictions')).json()
      expect(page.records.length).toBeLessThanOrEqual(7)
      seen.push(...page.records)
      from = page.next
      isAtEnd = page.isAtEnd
    }
    expect(seen.map((record) => JSON.stringify(record)).sort()).toEqual(await committedPredictions(log))
    expect((await get(`${stream}/predictions?from=${from}`, '/streams/{name}/predictions')).json()).toMatchObject({
      records: [],
      next: from,
      isAtEnd: true,
    })
  })

  it('begins pages at a date and time', async () => {
    await run()
    const middle = new Date(flights(120, 1)[60].departedAt).toISOString()
    const { records } = (await get(`${stream}/predictions?from=${middle}`, '/streams/{name}/predictions')).json()
    expect(records.map(({ id }: { id: string }) => Number(id)).sort((a: number, b: number) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, i) => 60 + i),
    )
    expect((await get(`${stream}/predictions?from=end`, '/streams/{name}/predictions')).json().records).toEqual([])
    expect((await get(`${stream}/signals`, '/streams/{name}/signals')).json()).toMatchObject({
      records: [],
      isAtEnd: true,
    })
    expect((await get(`${stream}/models`, '/streams/{name}/models')).json()).toMatchObject({
      records: [],
      isAtEnd: true,
    })
  })

  it('gives each answer its id, that of the request where it has one', async () => {
    const given = await service.app.inject({ url: '/health', headers: { 'x-request-id': 'mine-1' } })
    expect(given.headers['x-request-id']).toBe('mine-1')
    const made = await service.app.inject({ url: '/nowhere', headers: { 'x-request-id': 'not\tplain' } })
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.json().requestId).toBe(made.headers['x-request-id'])
  })
})
