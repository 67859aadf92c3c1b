import { AvroDecoder } from '../../src/codec/avro-decoder.ts'
import { AvroEncoder } from '../../src/codec/avro-encoder.ts'
import { AvroRecordDecoder } from '../../src/codec/avro-record-decoder.ts'
import { EmbeddedRegistry } from '../../src/codec/embedded-registry.ts'
import type { EventSchema } from '../../src/codec/event-schema.ts'
import { publishedSchemas } from '../../src/codec/published-schemas.ts'
import { readSchemas } from '../../src/codec/read-schemas.ts'
import type { SchemaRegistry } from '../../src/codec/schema-registry.ts'
import type { Log } from '../../src/log/log.ts'
import { OutgoingBatchBuilder } from '../../src/log/outgoing-batch-builder.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { MemoryRecordStore } from '../../src/store/memory-record-store.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'
import type { Graph } from '../../src/stream/graph.ts'
import flightDelay from '../../streams/flight-delay.ts'

const schemas = await readSchemas('schemas')
const published = await publishedSchemas()

/** A made-up flight: at busy airports in the evening it is late more often. */
export interface Flight {
  readonly flightId: string
  readonly departedAt: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
  readonly landedAt: number
  readonly delayMinutes: number
}

/** `count` flights, `everyMs` apart, by departure. */
export function flights(count: number, seed: number, everyMs = 5000): Flight[] {
  const random = new SeededRandom(seed)
  const airports = ['ATL', 'ORD', 'DFW', 'LAX', 'JFK', 'SEA', 'BOS']
  return Array.from({ length: count }, (_, i) => {
    const departedAt = Date.UTC(2001, 0, 1) + i * everyMs
    const origin = random.nextInt(airports.length)
    const distance = 100 + random.nextInt(2500)
    const late = random.next() < 0.1 + 0.05 * origin
    return {
      flightId: String(i),
      departedAt,
      distance,
      origin: airports[origin],
      destination: airports[random.nextInt(airports.length)],
      landedAt: departedAt + Math.round((30 + distance / 7.5) * 60_000),
      delayMinutes: late ? 16 + random.nextInt(60) : random.nextInt(15),
    }
  })
}

/** The graph of the flight-delay stream. */
export function flightGraph(): Graph {
  return buildGraph(
    flightDelay as never,
    Object.fromEntries([...schemas].map(([file, schema]) => [file, schema.fields])),
  )
}

export function flightDecoder(graph: Graph, input: number): AvroDecoder {
  return new AvroDecoder(schemas.get(graph.inputs[input].schema) as EventSchema, graph.inputs[input].fields)
}

export function newRegistry(): SchemaRegistry {
  return new EmbeddedRegistry(new MemoryRecordStore())
}

/** Creates the topics of the flight-delay stream and writes flights to them, dealt over the partitions by id. */
export async function writeFlights(
  log: Log,
  registry: SchemaRegistry,
  all: readonly Flight[],
  partitions = 2,
): Promise<void> {
  for (const topic of ['flights.departures', 'flights.arrivals']) await log.createTopic(topic, { partitions })
  const departure = new AvroEncoder(
    schemas.get('departure.avsc')!.avro,
    await registry.register('flights.departures-value', schemas.get('departure.avsc')!.avro),
    'departure',
  )
  const arrival = new AvroEncoder(
    schemas.get('arrival.avsc')!.avro,
    await registry.register('flights.arrivals-value', schemas.get('arrival.avsc')!.avro),
    'arrival',
  )
  const batches = ['flights.departures', 'flights.arrivals'].map((topic) =>
    Array.from({ length: partitions }, (_, p) => new OutgoingBatchBuilder(topic, p)),
  )
  all.forEach((flight, i) => {
    const builder = batches[0][i % partitions]
    builder.add(flight.departedAt)
    builder.setKeyText(flight.flightId)
    departure.record(builder, flight)
  })
  const landings = [...all].sort((a, b) => a.landedAt - b.landedAt)
  for (const flight of landings) {
    const builder = batches[1][Number(flight.flightId) % partitions]
    builder.add(flight.landedAt)
    builder.setKeyText(flight.flightId)
    arrival.record(builder, flight)
  }
  await log.append(batches.flat())
}

/** All records of a topic, decoded, by partition and offset. */
export async function decodedTopic(
  log: Log,
  topic: string,
  name: 'prediction' | 'signal' | 'model-event' | 'dead-letter',
): Promise<Record<string, unknown>[]> {
  const decoder = new AvroRecordDecoder(published[name], name)
  const description = (await log.topics()).find((candidate) => candidate.name === topic)
  const records: Record<string, unknown>[] = []
  for (let partition = 0; partition < (description?.partitions ?? 0); partition++) {
    const { start } = await log.bounds({ topic, partition })
    const reader = await log.reader([{ topic, partition, offset: start }])
    do {
      for (const batch of await reader.poll(1 << 20, 0)) {
        for (let i = 0; i < batch.count; i++) {
          const value = decoder.decode(Buffer.from(batch.bytes.subarray(batch.valueStarts[i], batch.valueEnds[i])))
          records.push({ ...(value as object), $partition: partition, $timestamp: batch.timestamps[i] })
        }
      }
    } while (reader.position(0) < reader.readableEnd(0))
    await reader.close()
  }
  return records
}
