import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { HistoryRecord } from '../backtest/record-writer.ts'
import { AvroEncoder } from '../codec/avro-encoder.ts'
import type { EventField, EventSchema } from '../codec/event-schema.ts'
import type { Log, TopicPartition } from '../log/log.ts'
import { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import type { LoadedStream } from '../service/load-stream.ts'
import { writeEvent } from '../service/write-event.ts'

const TICK_MS = 25
const BATCH_RECORDS = 4000
const LAG_RECORDS = 200_000 // the stream is never left farther behind than this

export interface PlayOptions {
  /** Milliseconds of arrival time for each that passes; Infinity: as fast as possible. */
  readonly speed: number
  /** Records in the topics, at the most. */
  readonly limit: number
  /** Records that the stream has not taken yet. */
  readonly lag: () => number
  readonly stop: AbortSignal
}

interface InputWriter {
  readonly topic: string
  readonly fields: readonly EventField[]
  readonly key: string
  readonly time: string
  readonly encoder: AvroEncoder
  readonly builder: OutgoingBatchBuilder
  /** Records in the topic, and how many of them arrived at the latest arrival of all topics. */
  written: number
  newest: number
}

/**
 * Plays a history into the topics of a stream's inputs, by the clock, in appends across all topics: what the topics hold is
 * always a beginning of the history, so where to go on is read from the topics themselves.
 */
export class HistoryProducer {
  private readonly log: Log
  private readonly writers: ReadonlyMap<string, InputWriter>
  /** Records played, in all runs together. */
  played: number
  private pending = 0
  private latest: number

  private constructor(log: Log, writers: ReadonlyMap<string, InputWriter>, latest: number) {
    this.latest = latest
    this.log = log
    this.writers = writers
    this.played = [...writers.values()].reduce((sum, { written }) => sum + written, 0)
  }

  /** Creates the topics that are not there, registers their schemas, and reads how far they are. */
  static async open(
    loaded: LoadedStream,
    { log, registry }: Pick<EmbeddedPlatform, 'log' | 'registry'>,
  ): Promise<HistoryProducer> {
    const writers = new Map<string, InputWriter>()
    let latest = Number.NEGATIVE_INFINITY
    for (const input of loaded.graph.inputs) {
      const { topic, schema } = input
      await log.createTopic(topic, { partitions: 1 })
      const { avro, fields } = loaded.schemas.get(schema) as EventSchema
      const id = await registry.register(`${topic}-value`, avro)
      const place = { topic, partition: 0 }
      const { start, readableEnd } = await log.bounds(place)
      if (readableEnd > start) latest = Math.max(latest, await timestampOf(log, place, readableEnd - 1))
      writers.set(input.name, {
        topic,
        fields,
        key: input.fields[input.key].name,
        time: input.fields[input.arrival >= 0 ? input.arrival : input.time].name,
        encoder: new AvroEncoder(avro, id, schema),
        builder: new OutgoingBatchBuilder(topic, 0, BATCH_RECORDS),
        written: readableEnd,
        newest: 0,
      })
    }
    for (const writer of writers.values()) {
      writer.newest = writer.written - (await log.offsetAt({ topic: writer.topic, partition: 0 }, latest))
    }
    return new HistoryProducer(log, writers, latest)
  }

  /** Arrival of the latest record in the topics, ms; -Infinity where they are empty. The history may be told from here on. */
  get arrivalMs(): number {
    return this.latest
  }

  /** Plays what the topics do not hold yet. Whether it came to the end of the history. */
  async play(history: AsyncIterable<HistoryRecord>, { speed, limit, lag, stop }: PlayOptions): Promise<boolean> {
    const since = this.latest
    const held = new Map([...this.writers].map(([name, { newest }]) => [name, newest]))
    const paced = Number.isFinite(speed)
    let told = Number.NEGATIVE_INFINITY
    let playedTo = Number.NaN
    let wall = 0
    let skipped = 0
    for await (const { input, record, arrival } of history) {
      if (this.played + this.pending >= limit) break
      const writer = this.writers.get(input) as InputWriter
      const at = Math.max(told, arrival ?? (record as Record<string, number>)[writer.time])
      told = at
      const left = at === since ? (held.get(input) as number) : 0
      if (at < since || left > 0) {
        if (left > 0) held.set(input, left - 1)
        if (++skipped % BATCH_RECORDS === 0) await nextTurn() // the stream recovers meanwhile
        if (stop.aborted) return false
        continue
      }
      this.add(writer, record, at)
      if (playedTo !== playedTo) {
        playedTo = at
        wall = performance.now()
      }
      if (this.pending < BATCH_RECORDS && (!paced || at <= playedTo)) continue
      await this.flush()
      do {
        await sleep(paced ? TICK_MS : 0)
        const now = performance.now()
        if (lag() < LAG_RECORDS) playedTo += Math.min(now - wall, 10 * TICK_MS) * (paced ? speed : 0)
        wall = now
        if (stop.aborted) return false
      } while (paced ? at > playedTo : lag() >= LAG_RECORDS)
    }
    await this.flush()
    return true
  }

  private add(writer: InputWriter, record: object, arrival: number): void {
    const { builder, encoder, fields, key } = writer
    if (arrival > this.latest) this.latest = arrival
    builder.add(this.latest)
    builder.setKeyText(String((record as Record<string, unknown>)[key]))
    writeEvent(encoder, fields, builder, record)
    this.pending++
  }

  private async flush(): Promise<void> {
    if (this.pending === 0) return
    const writers = [...this.writers.values()].filter(({ builder }) => builder.count > 0)
    await this.log.append(writers.map(({ builder }) => builder))
    for (const writer of writers) {
      writer.written += writer.builder.count
      writer.builder.clear()
    }
    this.played += this.pending
    this.pending = 0
  }
}

async function timestampOf(log: Log, place: TopicPartition, offset: number): Promise<number> {
  const reader = await log.reader([{ ...place, offset }])
  try {
    const [batch] = await reader.poll(1, 0)
    return batch.timestamps[0]
  } finally {
    await reader.close()
  }
}
