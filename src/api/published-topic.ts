import type { AvroSchema } from '../codec/avro-schema.ts'
import { AvroRecordDecoder } from '../codec/avro-record-decoder.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import type { Log } from '../log/log.ts'
import { MillraceError } from '../errors.ts'
import { TopicFollower } from './topic-follower.ts'
import { parseTopicCursor, type TopicCursor } from './topic-cursor.ts'

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/

/** A topic that a stream publishes, read from any place on; only what is committed can be read. */
export class PublishedTopic {
  readonly topic: string
  private readonly log: Log
  private readonly registry: SchemaRegistry
  private readonly fallback: AvroRecordDecoder
  private readonly decoders = new Map<number, AvroRecordDecoder>()

  /** `schema` reads records whose writer's schema the registry does not have. */
  constructor(topic: string, schema: AvroSchema, log: Log, registry: SchemaRegistry) {
    this.topic = topic
    this.log = log
    this.registry = registry
    this.fallback = new AvroRecordDecoder(schema, topic)
  }

  /** The place that a text names: `start`, `end`, a cursor, or a date and time. Throws MILLRACE_API_CURSOR, MILLRACE_LOG_OUT_OF_RANGE. */
  async cursor(from: string): Promise<TopicCursor> {
    const partitions = await this.partitions()
    const bounds = await Promise.all(partitions.map((place) => this.log.bounds(place)))
    if (from === 'start') return bounds.map(({ start }) => start)
    if (from === 'end') return bounds.map(({ readableEnd }) => readableEnd)
    if (dateTime.test(from)) {
      const time = Date.parse(from)
      if (time >= 0) return Promise.all(partitions.map((place) => this.log.offsetAt(place, time)))
    }
    const cursor = parseTopicCursor(from, partitions.length, this.topic)
    bounds.forEach(({ start, readableEnd }, partition) => {
      if (cursor[partition] >= start && cursor[partition] <= readableEnd) return
      throw new MillraceError(
        'MILLRACE_LOG_OUT_OF_RANGE',
        `topic ${this.topic}, partition ${partition}`,
        `offset ${cursor[partition]} was asked for, and ${start} to ${readableEnd} can be read`,
        cursor[partition] < start
          ? "Read on from 'start', knowing that what lay before is gone"
          : "It is a cursor of another topic, or of this one before it was begun anew: read from 'start' or 'end'",
      )
    })
    return cursor
  }

  /** Follows the topic from a place on; the caller closes it. */
  async follow(cursor: TopicCursor): Promise<TopicFollower> {
    const partitions = await this.partitions()
    const reader = await this.log.reader(partitions.map((place, i) => ({ ...place, offset: cursor[i] })))
    return new TopicFollower(reader, cursor, (value) => this.decode(value))
  }

  private async partitions(): Promise<{ topic: string; partition: number }[]> {
    const { topic } = this
    const found = (await this.log.topics()).find(({ name }) => name === topic)
    if (found !== undefined) return Array.from({ length: found.partitions }, (_, partition) => ({ topic, partition }))
    throw new MillraceError(
      'MILLRACE_API_NOT_READY',
      `topic ${topic}`,
      'it is not there yet',
      'Try again when the stream runs',
    )
  }

  /** The record of a value by its writer's schema, or a promise of it; undefined where it is none. */
  private decode(value: Uint8Array): unknown {
    const id = AvroRecordDecoder.schemaId(value)
    if (id === undefined) return undefined
    const known = this.decoders.get(id)
    return known === undefined ? this.decodeFirst(id, value) : known.decode(value)
  }

  private async decodeFirst(id: number, value: Uint8Array): Promise<unknown> {
    const schema = await this.registry.schemaOf(id)
    const decoder = schema === undefined ? this.fallback : new AvroRecordDecoder(schema, this.topic)
    this.decoders.set(id, decoder)
    return decoder.decode(value)
  }
}
