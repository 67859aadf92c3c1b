import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { MillraceError } from '../errors.ts'
import type { ApiContext } from './api-context.ts'
import { failed } from './problem-response.ts'

const health = Type.Object(
  { status: Type.Literal('ok'), version: Type.String(), uptimeSeconds: Type.Number() },
  { description: 'The process answers.', examples: [{ status: 'ok', version: '0.1.0', uptimeSeconds: 12.5 }] },
)

const ready = Type.Object(
  { status: Type.Literal('ready'), streams: Type.Array(Type.Object({ name: Type.String(), phase: Type.String() })) },
  {
    description:
      'Every stream predicts and learns, or is paused by a command, here or, where this process stands by, in another process of its group.',
    examples: [{ status: 'ready', streams: [{ name: 'flight-delay', phase: 'running' }] }],
  },
)

/** Whether the process lives, and whether its streams are at work. */
export const healthRoutes: FastifyPluginAsync<ApiContext> = async (app, context) => {
  app.get(
    '/health',
    {
      schema: {
        operationId: 'getHealth',
        tags: ['health'],
        summary: 'Whether the process answers',
        response: { 200: health, '5xx': failed },
      },
    },
    async () => ({ status: 'ok', version: context.version, uptimeSeconds: process.uptime() }),
  )
  app.get(
    '/ready',
    {
      schema: {
        operationId: 'getReady',
        tags: ['health'],
        summary:
          'Whether every stream is at work: its task has recovered and runs, or is paused, or this process stands by for it',
        response: { 200: ready, 503: failed, '5xx': failed },
      },
    },
    async (_, reply) => {
      const streams = context.streams().map((stream) => ({ name: stream.name, ...stream.phase() }))
      // A stream that is paused is ready: whoever is to resume it must reach it.
      const waiting = streams.filter(({ phase }) => !['running', 'paused', 'standby'].includes(phase))
      if (waiting.length > 0) {
        const wrong = waiting.map(({ name, phase, reason }) => `'${name}' is ${phase} (${reason})`).join('; ')
        void reply.header('retry-after', '1')
        throw new MillraceError('MILLRACE_API_NOT_READY', 'service', wrong, 'Try again in a moment')
      }
      return { status: 'ready', streams: streams.map(({ name, phase }) => ({ name, phase })) }
    },
  )
}
