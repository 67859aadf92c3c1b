import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemOf } from '../../src/api/problem.ts'
import { errors, MillraceError } from '../../src/errors.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { flights, writeFlights } from '../task/flight-log.ts'
import { FlightService } from './flight-service.ts'

let service: FlightService

// One for all: only the last test that asks it anything breaks it.
beforeAll(async () => {
  service = await FlightService.open({ log: new MemoryLog(), api: { maxBodyBytes: 1000 } })
  await writeFlights(service.log, service.registry, flights(20, 1))
  await service.start()
  await service.committed(40)
})

afterAll(() => service.close())

const json = { 'content-type': 'application/json' }
const departures = '/streams/flight-delay/inputs/departures/records'
const commands = '/streams/flight-delay/commands'

const faults: readonly {
  name: string
  request: { url: string; method?: 'GET' | 'POST'; headers?: Record<string, string>; payload?: string }
  problem: object
}[] = [
  {
    name: 'an unknown route',
    request: { url: '/stream' },
    problem: { status: 404, code: 'MILLRACE_API_UNKNOWN_ROUTE', detail: expect.stringContaining('GET /stream') },
  },
  {
    name: 'an unknown stream',
    request: { url: '/streams/flight-dely' },
    problem: {
      status: 404,
      code: 'MILLRACE_API_UNKNOWN_STREAM',
      detail: expect.stringContaining("Did you mean 'flight-delay'?"),
    },
  },
  {
    name: 'an unknown input',
    request: { method: 'POST', url: departures.replace('departures', 'departure'), headers: json, payload: '{}' },
    problem: {
      status: 404,
      code: 'MILLRACE_API_UNKNOWN_INPUT',
      detail: expect.stringContaining("Did you mean 'departures'?"),
    },
  },
  {
    name: 'a wrong number in the query',
    request: { url: '/streams/flight-delay/predictions?limit=0' },
    problem: {
      status: 400,
      code: 'MILLRACE_API_REQUEST',
      errors: [{ field: 'querystring.limit', wrong: 'must be >= 1', allowed: 1 }],
    },
  },
  {
    name: 'a name that the query has not',
    request: { url: '/streams/flight-delay/predictions?form=end' },
    problem: {
      status: 400,
      code: 'MILLRACE_API_REQUEST',
      errors: [{ field: 'querystring.form', wrong: 'is not known here' }],
    },
  },
  {
    name: 'a query where none is taken',
    request: { url: '/streams/flight-delay/metrics?limit=1' },
    problem: { status: 400, errors: [{ field: 'querystring.limit', wrong: 'is not known here' }] },
  },
  {
    name: 'a command that is none',
    request: { method: 'POST', url: commands, headers: json, payload: '{"command":"stop"}' },
    problem: {
      status: 400,
      detail: expect.stringContaining('one of the allowed values: promote, roll_back, retrain, pause, resume'),
    },
  },
  {
    name: 'no records',
    request: { method: 'POST', url: departures, headers: json, payload: '[]' },
    problem: { status: 400, errors: [{ field: 'body', wrong: 'must NOT have fewer than 1 items', allowed: 1 }] },
  },
  {
    name: 'a record that is none',
    request: { method: 'POST', url: departures, headers: json, payload: '[1]' },
    problem: { status: 400, errors: [{ field: 'body.0', wrong: 'must be object', allowed: 'object' }] },
  },
  {
    name: 'neither a record nor records',
    request: { method: 'POST', url: departures, headers: json, payload: '5' },
    problem: {
      status: 400,
      errors: [{ field: 'body', wrong: 'must be array or object', allowed: 'array or object' }],
    },
  },
  {
    name: 'a text that is not of the form',
    request: { method: 'POST', url: `${departures}?timestamp=noon`, headers: json, payload: '{}' },
    problem: {
      status: 400,
      detail: expect.stringContaining('querystring.timestamp is not of the form that /docs shows'),
    },
  },
  {
    name: 'a path that cannot be read',
    request: { url: '/streams/%zz' },
    problem: { status: 400, code: 'MILLRACE_API_REQUEST', detail: expect.stringContaining('/streams/%zz') },
  },
  {
    name: 'a cursor that is none',
    request: { url: '/streams/flight-delay/predictions?from=1.2.3' },
    problem: { status: 400, code: 'MILLRACE_API_CURSOR', detail: expect.stringContaining('it has 2 partitions') },
  },
  {
    name: 'a cursor beyond the end',
    request: { url: '/streams/flight-delay/predictions?from=0.999' },
    problem: {
      status: 410,
      code: 'MILLRACE_LOG_OUT_OF_RANGE',
      detail: expect.stringContaining('It is a cursor of another topic'),
    },
  },
  {
    name: 'a missing field',
    request: { method: 'POST', url: commands, headers: json, payload: '{}' },
    problem: { status: 400, code: 'MILLRACE_API_REQUEST', errors: [{ field: 'body.command', wrong: 'is missing' }] },
  },
  {
    name: 'a value of the wrong type',
    request: { method: 'POST', url: commands, headers: json, payload: '{"command":"pause","task":"0"}' },
    problem: { status: 400, errors: [{ field: 'body.task', wrong: 'must be integer', allowed: 'integer' }] },
  },
  {
    name: 'JSON that is none',
    request: { method: 'POST', url: commands, headers: json, payload: '{"command":' },
    problem: { status: 400, code: 'MILLRACE_API_REQUEST' },
  },
  {
    name: 'no body',
    request: { method: 'POST', url: commands, headers: json },
    problem: { status: 400, code: 'MILLRACE_API_REQUEST' },
  },
  {
    name: 'a body that is not declared as JSON',
    request: {
      method: 'POST',
      url: commands,
      headers: { 'content-type': 'text/plain' },
      payload: '{"command":"pause"}',
    },
    problem: { status: 415, code: 'MILLRACE_API_MEDIA_TYPE' },
  },
  {
    name: 'a body that is too large',
    request: { method: 'POST', url: departures, headers: json, payload: `[${'1'.repeat(2000)}]` },
    problem: { status: 413, code: 'MILLRACE_API_TOO_LARGE' },
  },
  {
    name: 'a timestamp that is none',
    request: { method: 'POST', url: `${departures}?timestamp=2001-13-01T00:00Z`, headers: json, payload: '{}' },
    problem: { status: 400, code: 'MILLRACE_API_REQUEST', detail: expect.stringContaining('2001-13-01') },
  },
]

describe('problems', () => {
  it.each(faults)('$name', async ({ request, problem }) => {
    const response = await service.app.inject({ method: 'GET', ...request })
    expect(response.json()).toMatchObject(problem)
    expect(response.json()).toMatchObject({
      type: `urn:millrace:error:${response.json().code}`,
      status: response.statusCode,
      requestId: response.headers['x-request-id'],
    })
    expect(response.headers['content-type']).toContain('application/problem+json')
  })

  it.each([
    ['PUT', '/streams', 'GET, HEAD'],
    ['DELETE', '/streams/flight-delay?now', 'GET, HEAD'],
    ['GET', departures, 'POST'],
    ['POST', '/metrics', 'GET, HEAD'],
  ] as const)('name the methods of a path for one that it has not: %s %s', async (method, url, allow) => {
    const response = await service.app.inject({ method, url })
    expect(response.statusCode).toBe(405)
    expect(response.headers.allow).toBe(allow)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(response.json()).toMatchObject({ code: 'MILLRACE_API_METHOD', status: 405 })
    expect(response.json().detail).toContain(
      `there is no ${method} ${url.split('?')[0]}. Use ${allow.replace(', ', ' or ')}`,
    )
  })

  it('have the headers of every answer, also where the path cannot be read', async () => {
    const response = await service.app.inject({ url: '/streams/%zz', headers: { 'x-request-id': 'id-7' } })
    expect(response.headers).toMatchObject({ 'x-request-id': 'id-7', 'x-content-type-options': 'nosniff' })
    expect(response.json().requestId).toBe('id-7')
  })

  it('tells nothing of what nobody meant to throw, and logs it under the id of the request', async () => {
    await service.log.close()
    service.app.log.level = 'error'
    const broken = new Error('password=x')
    expect(problemOf(broken, 'id-1')).toMatchObject({ status: 500, code: 'MILLRACE_API_INTERNAL', requestId: 'id-1' })
    expect(JSON.stringify(problemOf(broken, 'id-1'))).not.toContain('password')
    const response = await service.app.inject({ url: '/streams/flight-delay', headers: { 'x-request-id': 'id-2' } })
    expect(response.json()).toMatchObject({ status: 503, code: 'MILLRACE_LOG_CLOSED' })
    expect(service.logged.join('')).toContain('"requestId":"id-2"')
  })

  it('has a status of its code for every error there is', () => {
    for (const [code, row] of Object.entries(errors)) {
      const problem = problemOf(new MillraceError(code as keyof typeof errors, 'place', 'wrong', 'Remedy'), 'id')
      expect(problem.title).toMatch(/^[A-Z]+: [a-z ]+$/)
      expect(problem).toMatchObject({
        code,
        status: row.status,
        retryable: row.retryable,
        detail: 'place: wrong. Remedy.',
      })
    }
  })
})
