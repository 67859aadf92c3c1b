import { AvroDecoder } from '../codec/avro-decoder.ts'
import { AvroEncoder } from '../codec/avro-encoder.ts'
import type { AvroSchema } from '../codec/avro-schema.ts'
import { EmbeddedRegistry } from '../codec/embedded-registry.ts'
import type { HistoryRecord } from '../backtest/record-writer.ts'
import type { EventDecoder } from '../codec/event-decoder.ts'
import type { EventSchema } from '../codec/event-schema.ts'
import { JsonDecoder } from '../codec/json-decoder.ts'
import { readSchemas } from '../codec/read-schemas.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import { MillraceError } from '../errors.ts'
import { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'
import { partitionOfKey } from '../log/partition-of-key.ts'
import { MemoryRecordStore } from '../store/memory-record-store.ts'
import { buildGraph } from '../stream/build-graph.ts'
import type { Stream } from '../stream/define-stream.ts'
import type { Graph, GraphInput } from '../stream/graph.ts'
import { nearest } from '../stream/nearest.ts'
import type { Schemas, Timestamp } from '../stream/schema.ts'
import type { TaskOptions } from '../task/task-options.ts'
import type { MemoryProcess } from './memory-process.ts'

type Plain<V> = V extends Timestamp ? number : V

/** A record as a test writes it: as its schema says, with times as plain milliseconds; bytes as they are; or null, a tombstone. */
export type SimulatedRecord<S> = { readonly [F in keyof S]: Plain<S[F]> } | Uint8Array | null

/** The records of each input, in any order. */
export type Simulated<N> = {
  readonly [K in keyof N]?: readonly SimulatedRecord<N[K] extends keyof Schemas ? Schemas[N[K]] : never>[]
}

/** When a record of an input could first be known, ms: by default its arrival field, else its time field. */
export type Arrivals<N> = {
  readonly [K in keyof N]?: (
    record: {
      readonly [F in keyof Schemas[N[K] & keyof Schemas]]: Plain<Schemas[N[K] & keyof Schemas][F]>
    },
  ) => number
}

/** Where schemas come from: a folder, or what was read from one. */
export type SchemaSource = string | ReadonlyMap<string, EventSchema>

type PlainRecord = Readonly<Record<string, unknown>>

/** A record on its way into the log. */
export interface TimedRecord {
  readonly input: number
  readonly record: PlainRecord | Uint8Array | null
  readonly arrivalMs: number
}

/** A stream with its graph, schemas and a registry of its own: what it takes to run it on a log in memory. */
export class StreamHarness {
  readonly graph: Graph
  readonly registry: SchemaRegistry
  private readonly schemas: ReadonlyMap<string, EventSchema>

  private constructor(graph: Graph, schemas: ReadonlyMap<string, EventSchema>, registry?: SchemaRegistry) {
    this.graph = graph
    this.schemas = schemas
    this.registry = remembering(registry ?? new EmbeddedRegistry(new MemoryRecordStore()))
  }

  /** What every task of a simulation runs on, in a process; cuts and the like are added. */
  taskOptions(process: MemoryProcess) {
    return {
      application: 'simulation',
      graph: this.graph,
      task: 0,
      log: process.log,
      blobs: process.blobs,
      registry: this.registry,
      decoder: this.decoder,
      code: 'simulation',
      clock: process.clock,
      pause: process.pause,
    } satisfies TaskOptions
  }

  /** Reads the schemas and builds the graph; `registry` is one in memory by default. Throws MILLRACE_CODEC_* and MILLRACE_STREAM_*. */
  static async of(
    stream: Stream<any>,
    source: SchemaSource = './schemas',
    registry?: SchemaRegistry,
  ): Promise<StreamHarness> {
    const schemas = typeof source === 'string' ? await readSchemas(source) : source
    const fields = Object.fromEntries([...schemas].map(([file, schema]) => [file, schema.fields]))
    return new StreamHarness(buildGraph(stream, fields), schemas, registry)
  }

  /** A harness with the same graph and a registry of its own. */
  anew(): StreamHarness {
    return new StreamHarness(this.graph, this.schemas)
  }

  readonly decoder = (input: number): EventDecoder => {
    const { fields, format } = this.graph.inputs[input]
    const schema = this.schemaOf(input)
    return format === 'json' ? new JsonDecoder(schema, fields) : new AvroDecoder(schema, fields)
  }

  /** The topics that the stream reads. */
  get topics(): string[] {
    return [...new Set(this.graph.inputs.map(({ topic }) => topic))]
  }

  /** All records by arrival; raw bytes and tombstones arrive with the record before them. Throws MILLRACE_BACKTEST_INPUT for an input that the stream has not. */
  timed(records: Readonly<Record<string, unknown>>, arrivals: Readonly<Record<string, unknown>> = {}): TimedRecord[] {
    const all: TimedRecord[] = []
    for (const [name, list] of Object.entries(records)) {
      const input = this.inputOf(name)
      const arrivalOf = (arrivals[name] ?? this.defaultArrival(input)) as (record: PlainRecord) => number
      const ofInput = (list ?? []) as TimedRecord['record'][]
      let arrivalMs = arrivalOf(ofInput.find(isPlain) ?? {})
      for (const record of ofInput) {
        if (isPlain(record)) arrivalMs = arrivalOf(record)
        all.push({ input, record, arrivalMs: arrivalMs ?? 0 })
      }
    }
    return all.sort((a, b) => a.arrivalMs - b.arrivalMs || a.input - b.input)
  }

  /** A record of history on its way into the log. Throws as `timed` does. */
  timedOf({ input: name, record, arrival }: HistoryRecord): TimedRecord {
    const input = this.inputOf(name)
    const plain = record as PlainRecord
    return { input, record: plain, arrivalMs: arrival ?? this.defaultArrival(input)(plain) }
  }

  /** Encodes records, in their order, into batches for the partitions of their topics; a record goes to the partition of its key. */
  async encode(records: readonly TimedRecord[], partitions = 1): Promise<OutgoingBatchBuilder[]> {
    const encoders = await Promise.all(this.graph.inputs.map((input, i) => this.encoderOf(input, i)))
    const batches = new Map<string, OutgoingBatchBuilder[]>()
    for (const topic of this.topics) {
      batches.set(
        topic,
        Array.from({ length: partitions }, (_, p) => new OutgoingBatchBuilder(topic, p)),
      )
    }
    for (const { input, record, arrivalMs } of records) {
      const { topic, fields, key: keyField } = this.graph.inputs[input]
      const key = isPlain(record) ? Buffer.from(String(record[fields[keyField].name])) : null
      const ofTopic = batches.get(topic) as OutgoingBatchBuilder[]
      const builder = ofTopic[key === null ? 0 : partitionOfKey(key, 0, key.length, partitions)]
      builder.add(Math.max(0, arrivalMs)) // a log's timestamps begin in 1970
      if (key !== null) builder.setKey(key)
      if (record instanceof Uint8Array) builder.setValue(record)
      else if (record !== null) encoders[input](builder, record)
    }
    return [...batches.values()].flat()
  }

  private inputOf(name: string): number {
    const names = this.graph.inputs.map((input) => input.name)
    const input = names.indexOf(name)
    if (input >= 0) return input
    const wrong = `there are records for the input '${name}', which it does not have`
    throw new MillraceError('MILLRACE_BACKTEST_INPUT', `stream '${this.graph.name}'`, wrong, nearest(name, names))
  }

  private defaultArrival(input: number): (record: PlainRecord) => number {
    const { arrival, time, fields } = this.graph.inputs[input]
    const { name } = fields[arrival >= 0 ? arrival : time]
    return (record) => record[name] as number
  }

  private async encoderOf(
    { topic, format }: GraphInput,
    input: number,
  ): Promise<(builder: OutgoingBatchBuilder, record: object) => void> {
    if (format === 'json') return (builder, record) => builder.setValueText(JSON.stringify(record))
    const { avro } = this.schemaOf(input)
    const encoder = new AvroEncoder(
      avro,
      await this.registry.register(`${topic}-value`, avro),
      this.graph.inputs[input].schema,
    )
    return (builder, record) => encoder.record(builder, record)
  }

  private schemaOf(input: number): EventSchema {
    return this.schemas.get(this.graph.inputs[input].schema) as EventSchema
  }
}

function isPlain(record: TimedRecord['record']): record is PlainRecord {
  return record !== null && !(record instanceof Uint8Array)
}

/** Asks a registry once for each schema: a task registers the same ones at every start. */
function remembering(registry: SchemaRegistry): SchemaRegistry {
  const ids = new Map<string, { readonly schema: AvroSchema; readonly id: Promise<number> }>()
  return {
    register: (subject, schema) => {
      const known = ids.get(subject)
      if (known !== undefined && known.schema === schema) return known.id
      const id = registry.register(subject, schema)
      ids.set(subject, { schema, id })
      return id
    },
    schemaOf: (id) => registry.schemaOf(id),
    close: () => registry.close(),
  }
}
