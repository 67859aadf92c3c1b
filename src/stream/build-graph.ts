import { MillraceError } from '../errors.ts'
import { durationMs } from '../stats/duration.ts'
import type { Input, Stream } from './define-stream.ts'
import type { EventsBuilder } from './events-builder.ts'
import type { FieldType } from './field-type.ts'
import type { Graph } from './graph.ts'
import { GraphBuilder, type InputDraft } from './graph-builder.ts'
import { nearest } from './nearest.ts'
import { ownTopics } from './own-topics.ts'

/** The fields of each schema by file name, as the codec has read them. */
export type FieldsBySchema = Readonly<Record<string, readonly FieldType[]>>

/**
 * Calls a stream's `build` and gives the graph, checked: unknown schemas, fields, keys and times, impossible durations
 * and checks, arrows of no clear type, a model that does not suit the label. Throws MILLRACE_STREAM_*, each naming the
 * stream, the place and the nearest possible name.
 */
export function buildGraph(stream: Stream<any>, schemas: FieldsBySchema): Graph {
  const builder = new GraphBuilder(stream.name)
  if (!/^[a-z][a-z0-9-]*$/.test(stream.name)) {
    throw new MillraceError(
      'MILLRACE_STREAM_NAME',
      builder.place('name'),
      'is not possible',
      'Use small letters, digits and dashes, a letter first',
    )
  }
  builder.known(stream, ['name', 'inputs', 'build'], 'defineStream')
  const roots: Record<string, EventsBuilder<unknown>> = {}
  for (const [name, input] of Object.entries(stream.inputs as Record<string, Input>)) {
    builder.inputs.push(inputDraft(name, input, schemas, builder))
    roots[name] = builder.addEvents({
      input: builder.inputs.length - 1,
      parent: -1,
      checks: [],
      keep: undefined,
      place: builder.place(`input '${name}'`),
    })
  }
  ;(stream.build as (inputs: unknown) => unknown)(
    new Proxy(roots, { get: (_, name) => root(roots, String(name), builder) }),
  )
  return builder.graph()
}

function root(roots: Record<string, EventsBuilder<unknown>>, name: string, builder: GraphBuilder): unknown {
  if (Object.hasOwn(roots, name)) return roots[name]
  const remedy = nearest(name, Object.keys(roots))
  throw new MillraceError(
    'MILLRACE_STREAM_UNKNOWN_FIELD',
    builder.place('build'),
    `there is no input '${name}'`,
    remedy,
  )
}

function inputDraft(name: string, input: Input, schemas: FieldsBySchema, builder: GraphBuilder): InputDraft {
  const place = builder.place(`input '${name}'`)
  builder.known(input, ['topic', 'schema', 'key', 'time', 'arrival', 'format', 'maxAhead'], `input '${name}'`)
  if (typeof input.topic !== 'string' || input.topic === '') {
    throw new MillraceError(
      'MILLRACE_STREAM_NAME',
      place,
      'has no topic',
      "Name one, such as topic: 'flights.departures'",
    )
  }
  const own = ownTopics.find((end) => input.topic === `${builder.stream}.${end}`)
  if (own !== undefined) {
    throw new MillraceError(
      'MILLRACE_STREAM_NAME',
      place,
      `the topic '${input.topic}' is what this stream writes itself`,
      `Read another topic, or read ${own} in a stream of another name`,
    )
  }
  const schema = input.schema as string
  const fields = schemas[schema]
  if (fields === undefined) {
    throw new MillraceError(
      'MILLRACE_STREAM_UNKNOWN_SCHEMA',
      place,
      `there is no schema '${schema}'`,
      nearest(schema, Object.keys(schemas)),
    )
  }
  const typed = (field: string, what: string, types: readonly string[]): void => {
    const found = fields.find((candidate) => candidate.name === field)
    if (found === undefined) {
      throw new MillraceError(
        'MILLRACE_STREAM_UNKNOWN_FIELD',
        place,
        `${what} '${field}' is no field of ${schema}`,
        nearest(
          field,
          fields.map((candidate) => candidate.name),
        ),
      )
    }
    if (!types.includes(found.type)) {
      throw new MillraceError(
        'MILLRACE_STREAM_FIELD_TYPE',
        place,
        `${what} '${field}' is a ${found.type}`,
        `Name a field of type ${types.join(' or ')}`,
      )
    }
  }
  typed(input.key, 'key', ['string', 'number'])
  typed(input.time, 'time', ['timestamp'])
  if (input.arrival !== undefined) typed(input.arrival, 'arrival', ['timestamp'])
  return {
    name,
    topic: input.topic,
    schema,
    format: builder.choice(input.format ?? 'avro', `input '${name}', format`, ['avro', 'json']),
    fields,
    derived: [],
    key: input.key,
    time: input.time,
    arrival: input.arrival,
    maxAheadMs: durationMs(input.maxAhead ?? '1d', `${place}, maxAhead`),
  }
}
