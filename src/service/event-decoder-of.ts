import { AvroDecoder } from '../codec/avro-decoder.ts'
import type { EventDecoder } from '../codec/event-decoder.ts'
import { JsonDecoder } from '../codec/json-decoder.ts'
import type { EventSchema } from '../codec/event-schema.ts'
import type { LoadedStream } from './load-stream.ts'

/** The decoder of a stream's input, of the fields that the graph uses. */
export function eventDecoderOf({ graph, schemas }: LoadedStream, input: number): EventDecoder {
  const { schema, fields, format } = graph.inputs[input]
  const reader = schemas.get(schema) as EventSchema // the graph was built with it
  return format === 'json' ? new JsonDecoder(reader, fields) : new AvroDecoder(reader, fields)
}
