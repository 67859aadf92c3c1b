import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listenApi } from '../../src/api/listen-api.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { FlightService } from './flight-service.ts'

let service: FlightService
let url: string

beforeAll(async () => {
  service = await FlightService.open({ log: new MemoryLog() })
  url = await listenApi(service.app, { port: 0 })
})

afterAll(() => service.close())

/** What comes back on a connection until it is closed. */
function answerTo(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
    socket.setEncoding('utf8').on('data', (data: string) => {
      answer += data
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

it.each([
  ['text that is no HTTP', 'hello\r\n\r\n', 400, 'it is no HTTP'],
  [
    'headers that are too large',
    `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    431,
    'its headers are too large',
  ],
])('%s is answered with a problem, and the connection is closed', async (_, text, status, wrong) => {
  const [head, body] = (await answerTo(text)).split('\r\n\r\n')
  expect(head).toContain(`HTTP/1.1 ${status} `)
  expect(head).toContain('content-type: application/problem+json')
  const problem = JSON.parse(body)
  expect(problem).toMatchObject({ status, code: 'MILLRACE_API_REQUEST', detail: expect.stringContaining(wrong) })
  expect(head).toContain(`x-request-id: ${problem.requestId}`)
})
