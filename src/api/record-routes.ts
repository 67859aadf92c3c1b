import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import { MillraceError } from '../errors.ts'
import type { ApiContext } from './api-context.ts'
import { failed, problemResponse, refused } from './problem-response.ts'
import type { AppendOptions } from './stream-view.ts'

const MOST_RECORDS = 10_000

const params = Type.Object({
  name: Type.String({ description: 'The stream’s name.', examples: ['flight-delay'] }),
  input: Type.String({ description: 'The name that the stream gives the input.', examples: ['departures'] }),
})

const query = Type.Object(
  {
    partial: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Append the good records and report the others.',
        examples: [true],
      }),
    ),
    timestamp: Type.Optional(
      Type.String({
        default: 'now',
        pattern: '^(now|event|\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:\\d\\d))$',
        description:
          'The records’ timestamps, by which inputs are merged: now, the event time of each, or an ISO 8601 date and time. A label must not have one before it could be known.',
        examples: ['now', 'event', '2001-01-01T08:00:00Z'],
      }),
    ),
  },
  { additionalProperties: false },
)

const record = Type.Record(Type.String(), Type.Unknown())
const body = Type.Union([Type.Array(record, { minItems: 1, maxItems: MOST_RECORDS }), record], {
  description:
    'A record, or an array of them, with the fields of the input’s schema; timestamps are milliseconds since 1970 or ISO 8601.',
  examples: [
    [{ flightId: 'mine-1', departedAt: '2001-01-01T08:00:00Z', distance: 733, origin: 'ORD', destination: 'LGA' }],
  ],
})

const wrongDistance = {
  index: 1,
  field: 'distance',
  wrong: "the string 'far', not a number",
  value: 'far',
  allowed: 'a whole number from -2147483648 to 2147483647',
}

const report = Type.Object(
  {
    appended: Type.Integer(),
    rejected: Type.Array(
      Type.Object({
        index: Type.Integer({ description: 'Index of the record in the request.' }),
        field: Type.Union([Type.String(), Type.Null()]),
        wrong: Type.String(),
        value: Type.Optional(Type.Unknown({ description: 'What was given.' })),
        allowed: Type.Optional(Type.Unknown({ description: 'What would be right.' })),
      }),
      { description: 'All that is wrong with the records that were left out; of one record there may be several.' },
    ),
  },
  {
    description: 'The records are durable in the topic.',
    examples: [
      {
        appended: 1,
        rejected: [wrongDistance],
      },
    ],
  },
)

const badRecords = problemResponse('Records are not what the input’s schema says. Nothing was appended.', {
  code: 'MILLRACE_API_RECORDS',
  place: "input 'departures'",
  wrong: '1 of 2 records are not what departure.avsc says, and nothing was appended',
  remedy: 'Mend the records that are listed, or append the others alone by partial=true',
  errors: [wrongDistance],
})

/** Input records over HTTP. */
export const recordRoutes: FastifyPluginAsync<ApiContext> = async (app, context) => {
  app.post<{ Params: Static<typeof params>; Querystring: Static<typeof query>; Body: Static<typeof body> }>(
    '/streams/:name/inputs/:input/records',
    {
      schema: {
        operationId: 'appendRecords',
        tags: ['records'],
        summary: 'Append records to an input’s topic',
        description:
          'Each is checked by the input’s schema. All are appended together, or none, unless partial=true: then the good ones are.',
        params,
        querystring: query,
        body,
        response: { 200: report, 422: badRecords, '4xx': refused, '5xx': failed },
      },
    },
    async ({ params: { name, input }, query: { partial = false, timestamp = 'now' }, body: given }) => {
      const records = Array.isArray(given) ? given : [given]
      if (!Array.isArray(given)) refuseWrapped(given)
      const done = await context.stream(name).append(input, records, { partial, timestamp: timestampOf(timestamp) })
      context.metrics.appended.inc(done.appended)
      return done
    },
  )
}

/** `{"records": [...]}` is a guess that many make; as a record it would only lack every field. */
function refuseWrapped(given: Readonly<Record<string, unknown>>): void {
  const [name, ...others] = Object.keys(given)
  if (others.length > 0 || !Array.isArray(given[name])) return
  throw new MillraceError(
    'MILLRACE_API_REQUEST',
    'request body',
    `it is an object with an array '${name}'`,
    'Send the array itself, or one record',
  )
}

function timestampOf(text: string): AppendOptions['timestamp'] {
  if (text === 'now' || text === 'event') return text
  const time = Date.parse(text)
  if (time >= 0) return time
  throw new MillraceError(
    'MILLRACE_API_REQUEST',
    'request',
    `timestamp '${text}' is no date and time since 1970`,
    "Use 'now', 'event' or ISO 8601",
  )
}
