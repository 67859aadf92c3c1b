import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import { MillraceError } from '../errors.ts'
import { type Clock, systemClock } from '../log/clock.ts'
import { nearest } from '../stream/nearest.ts'
import type { ServiceMetrics } from '../telemetry/service-metrics.ts'
import { answerBrokenRequest } from './answer-broken-request.ts'
import { answerErrors, sendProblem } from './answer-errors.ts'
import type { ApiContext } from './api-context.ts'
import { commandRoutes } from './command-routes.ts'
import { describeApi } from './describe-api.ts'
import { Followers } from './followers.ts'
import { healthRoutes } from './health-routes.ts'
import { metricsRoutes } from './metrics-routes.ts'
import { recordRoutes } from './record-routes.ts'
import { requestValidator } from './request-validator.ts'
import { streamRoutes } from './stream-routes.ts'
import type { StreamView } from './stream-view.ts'
import { topicRoutes } from './topic-routes.ts'

export interface ApiOptions {
  /** The streams as they are at each request. */
  readonly streams: () => readonly StreamView[]
  readonly metrics: ServiceMetrics
  readonly logger: Logger
  /** Of Millrace. */
  readonly version: string
  readonly clock?: Clock
  /** Bound of a request's body. Default 8 MiB. */
  readonly maxBodyBytes?: number
  /** Clients that may follow topics at once. Default 100. */
  readonly maxFollowers?: number
  /** How often a client that follows a quiet topic is told that the connection lives. Default 15 s. */
  readonly heartbeatMs?: number
  /** A client that follows and takes nothing for so long is closed. Default 30 s. */
  readonly stallMs?: number
}

const REQUEST_MS = 60_000 // to send a request whole
const plainId = /^[\w.:-]{1,100}$/

/** The HTTP API, not yet listening (`listenApi`). Closing it ends those who follow and lets other requests finish. */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const { metrics, logger, version } = options
  const followers = new Followers(options.maxFollowers ?? 100, (count) => metrics.followers.set(count))
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.maxBodyBytes ?? 8 * 1024 * 1024,
    requestTimeout: REQUEST_MS,
    requestIdHeader: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request, withHeaders(request, reply)) // a path that can't be read: hooks were not run
    },
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && plainId.test(given) ? given : randomUUID()
    },
  }) as unknown as FastifyInstance
  app.removeContentTypeParser('text/plain') // what a foreign page may post without asking is never taken
  app.setValidatorCompiler(requestValidator)
  app.setSerializerCompiler(() => JSON.stringify)
  app.addHook('onRequest', async (request, reply) => void withHeaders(request, reply))
  answerErrors(app)
  measure(app, metrics)
  endConnections(app, followers)
  refuseUnknownQueries(app)
  await describeApi(app, version)
  app.get('/', { schema: { hide: true } }, async (_, reply) => reply.redirect('/docs'))
  const context: ApiContext = {
    version,
    clock: options.clock ?? systemClock,
    metrics,
    followers,
    heartbeatMs: options.heartbeatMs ?? 15_000,
    stallMs: options.stallMs ?? 30_000,
    streams: options.streams,
    stream: (name) => streamOf(options.streams(), name),
  }
  for (const routes of [healthRoutes, streamRoutes, recordRoutes, topicRoutes, commandRoutes, metricsRoutes]) {
    await app.register(routes, context)
  }
  return app
}

function withHeaders({ id }: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.headers({ 'x-request-id': id, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
}

function streamOf(streams: readonly StreamView[], name: string): StreamView {
  const found = streams.find((stream) => stream.name === name)
  if (found !== undefined) return found
  const remedy = nearest(
    name,
    streams.map((stream) => stream.name),
  )
  throw new MillraceError('MILLRACE_API_UNKNOWN_STREAM', 'API', `there is no stream '${name}'`, remedy)
}

/** A route that says nothing of a query takes none: no parameter is passed over in silence. */
function refuseUnknownQueries(app: FastifyInstance): void {
  app.addHook('onRoute', ({ schema }) => {
    if (schema === undefined || schema.hide === true) return
    schema.querystring ??= { type: 'object', properties: {}, additionalProperties: false }
  })
}

/**
 * When the API closes, those who follow are ended, and no connection is kept for a request after the one under way; nor one
 * that has not asked for anything yet, as browsers open them ahead.
 */
function endConnections(app: FastifyInstance, followers: Followers): void {
  const sockets = new Set<Socket>()
  let isClosing = false
  app.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  app.addHook('preClose', async () => {
    isClosing = true
    followers.close()
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  })
  app.addHook('onSend', async (_, reply) => {
    if (isClosing) void reply.header('connection', 'close')
  })
}

function measure(app: FastifyInstance, metrics: ServiceMetrics): void {
  app.addHook('onResponse', async (_, reply) => {
    metrics.requests.inc()
    if (reply.statusCode >= 500) metrics.failedRequests.inc()
    const isFollowed = String(reply.raw.getHeader('content-type')).startsWith('text/event-stream')
    if (!isFollowed) metrics.requestTime.observe(reply.elapsedTime / 1000)
  })
}
