import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { MillraceError } from '../errors.ts'
import { problemOf } from './problem.ts'

const statuses: Readonly<Record<string, readonly [status: number, wrong: string, remedy: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'its headers are too large', 'Send fewer, or shorter ones'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'it did not come whole in time', 'Send it again, in smaller parts'],
}
const broken = [400, 'it is no HTTP', 'Look the routes up at /docs'] as const

/** Answers what could not be read as a request of HTTP, and closes its connection. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const [status, wrong, remedy] = statuses[error.code ?? ''] ?? broken
  const problem = problemOf(new MillraceError('MILLRACE_API_REQUEST', 'request', wrong, remedy), randomUUID())
  const body = JSON.stringify({ ...problem, status })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${problem.requestId}`,
    'connection: close',
  ]
  if (socket.writable) socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  else socket.destroy(error)
}
