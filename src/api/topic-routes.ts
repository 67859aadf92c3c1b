import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { type Static, Type, type TSchema } from 'typebox'
import type { ApiContext } from './api-context.ts'
import { followTopic } from './follow-topic.ts'
import { failed, refused } from './problem-response.ts'
import { publishedRecordSchemas } from './published-record-schemas.ts'
import type { PublishedTopic } from './published-topic.ts'
import type { PublishedKind } from './stream-view.ts'

const EVENTS = 'text/event-stream; charset=utf-8'

const params = Type.Object({ name: Type.String({ description: 'The stream’s name.', examples: ['flight-delay'] }) })

const query = Type.Object(
  {
    from: Type.Optional(
      Type.String({
        maxLength: 4000,
        description:
          "Where to begin: 'start', 'end', an ISO 8601 date and time, or a cursor that the API gave. Default: a page begins at the start, following at the end.",
        examples: ['start', '120.118', '2001-01-01T08:00:00Z'],
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        default: 100,
        description: 'Records of a page at the most.',
        examples: [100],
      }),
    ),
  },
  { additionalProperties: false },
)

const headers = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      maxLength: 4000,
      description: 'Resumes following after the event of this id.',
      examples: ['120.118'],
    }),
  ),
})

interface TopicRequest {
  Params: Static<typeof params>
  Querystring: Static<typeof query>
}

/** What each topic holds: the route, the name of its events, and what it is. */
const kinds: readonly {
  readonly kind: PublishedKind
  readonly event: string
  readonly operationId: string
  readonly summary: string
}[] = [
  { kind: 'predictions', event: 'prediction', operationId: 'readPredictions', summary: 'What was predicted' },
  { kind: 'signals', event: 'signal', operationId: 'readSignals', summary: 'Drift, warnings, data quality' },
  { kind: 'models', event: 'model', operationId: 'readModels', summary: 'The steps in the lives of models' },
]

/** The topics that a stream publishes, as pages and followed. */
export const topicRoutes: FastifyPluginAsync<ApiContext> = async (app, context) => {
  for (const { kind, event, operationId, summary } of kinds) {
    app.get<TopicRequest>(
      `/streams/:name/${kind}`,
      {
        schema: {
          operationId,
          tags: ['topics'],
          summary: `${summary}: a page, or followed as server-sent events`,
          description:
            'Committed records only: each partition in its order, and what is read together by timestamp. With `Accept: text/event-stream` records are sent as they are committed; an event’s id is the cursor after it.',
          params,
          querystring: query,
          headers,
          response: {
            200: pageResponse(publishedRecordSchemas[kind], event),
            '4xx': refused,
            '5xx': failed,
          },
        },
      },
      async (request, reply) => {
        const topic = context.stream(request.params.name).topic(kind)
        const { from, limit = 100 } = request.query
        if (!String(request.headers.accept).includes('text/event-stream')) return pageOf(topic, from ?? 'start', limit)
        const resumed = request.headers['last-event-id']
        const place = typeof resumed === 'string' && resumed !== '' ? resumed : (from ?? 'end')
        if (request.method === 'HEAD') {
          await topic.cursor(place)
          return reply.type(EVENTS).send()
        }
        const begin = () => beginEvents(reply)
        await followTopic({ topic, from: place, event, requestId: request.id, begin }, context)
        return reply
      },
    )
  }
}

async function pageOf(topic: PublishedTopic, from: string, limit: number) {
  const follower = await topic.follow(await topic.cursor(from))
  try {
    const records: unknown[] = []
    const undecodable: { partition: number; offset: number }[] = []
    do {
      for (const { partition, offset, value } of await follower.read(limit - records.length - undecodable.length, 0)) {
        if (value === undefined) undecodable.push({ partition, offset })
        else records.push(value)
      }
    } while (records.length + undecodable.length < limit && !follower.isAtEnd)
    return { records, undecodable, next: follower.cursor, isAtEnd: follower.isAtEnd }
  } finally {
    await follower.close()
  }
}

/** Takes the response over; what the API has set on it goes along. */
function beginEvents(reply: FastifyReply) {
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  raw.setHeader('content-type', EVENTS)
  raw.setHeader('cache-control', 'no-store')
  raw.setHeader('x-accel-buffering', 'no')
  reply.hijack()
  raw.writeHead(200)
  return raw
}

function pageResponse({ schema, example }: { schema: TSchema; example: object }, event: string) {
  const page = Type.Object(
    {
      records: Type.Array(schema),
      undecodable: Type.Array(Type.Object({ partition: Type.Integer(), offset: Type.Integer() }), {
        description: 'Places of records that somebody else wrote and that are not of the schema.',
      }),
      next: Type.String({ description: 'The cursor to read on from.' }),
      isAtEnd: Type.Boolean({ description: 'Whether there was nothing more to read.' }),
    },
    { examples: [{ records: [example], undecodable: [], next: '121.118', isAtEnd: false }] },
  )
  const events = Type.String({
    description: `Events '${event}'; ': heartbeat' comments while nothing comes; an event 'problem' before the end when reading fails.`,
    examples: [`id: 121.118\nevent: ${event}\ndata: ${JSON.stringify(example)}\n\n`],
  })
  return {
    description: 'A page, or the records as they are committed.',
    content: { 'application/json': { schema: page }, 'text/event-stream': { schema: events } },
  }
}
