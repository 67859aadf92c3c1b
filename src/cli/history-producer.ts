import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { History } from '../backtest/history-batches.ts'
import { recordsOf } from '../backtest/history-records.ts'
import { AvroEncoder } from '../codec/avro-encoder.ts'
import type { EventField, EventSchema } from '../codec/event-schema.ts'
import { MillraceError } from '../errors.ts'
import type { Log, TransactionalProducer } from '../log/log.ts'
import { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import type { LoadedStream } from '../service/load-stream.ts'
import { writeEvent } from '../service/write-event.ts'
import { type TopicTail, topicTail } from './topic-tail.ts'

const TICK_MS = 25
const MOST_MS = 250 // of the clock at a time: what a busy process missed is not made up for in one rush
const BATCH_RECORDS = 4000
const LAG_RECORDS = 200_000 // the stream is never left farther behind than this

export interface PlayOptions {
  /** Milliseconds of arrival time for each that passes; Infinity: as fast as possible. */
  readonly speed: number
  /** Records in the topics, at the most. */
  readonly limit: number
  /** Records that the stream has not taken yet. */
  readonly lag: () => number
  readonly stop: { readonly aborted: boolean }
}

/** How far a reader of the topics has come. */
export interface TopicPositions {
  readonly partitions: readonly string[]
  readonly positions: readonly number[]
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
  readonly newest: number
  /** Offset after the topic's last record, and where the next one will be: the end of a transaction takes an offset too. */
  next: number
  end: number
}

/**
 * Plays a history into the topics of a stream's inputs, by the clock, in appends across all topics: what the topics hold is
 * always a beginning of the history, so where to go on is read from the topics themselves.
 */
export class HistoryProducer {
  private readonly log: Log
  private readonly writers: ReadonlyMap<string, InputWriter>
  private readonly producer: TransactionalProducer | undefined
  /** Records played, in all runs together. */
  played: number
  private pending = 0
  private latest: number

  private constructor(
    log: Log,
    writers: ReadonlyMap<string, InputWriter>,
    latest: number,
    producer: TransactionalProducer | undefined,
  ) {
    this.latest = latest
    this.producer = producer
    this.log = log
    this.writers = writers
    this.played = [...writers.values()].reduce((sum, { written }) => sum + written, 0)
  }

  /**
   * Creates the topics that are not there, registers their schemas, and reads how far they are. With a transactional id,
   * whoever played by it before is fenced first: what is read then is what stays, and each record is played once, whichever
   * process plays. Without one nobody else may play.
   */
  static async open(
    loaded: LoadedStream,
    { log, registry }: Pick<EmbeddedPlatform, 'log' | 'registry'>,
    transactionalId?: string,
  ): Promise<HistoryProducer> {
    const { inputs } = loaded.graph
    for (const { topic } of inputs) await log.createTopic(topic, { partitions: 1 })
    const producer = transactionalId === undefined ? undefined : await log.transactionalProducer(transactionalId)
    const tails: TopicTail[] = []
    for (const { topic } of inputs) tails.push(await topicTail(log, topic, producer === undefined))
    const latest = Math.max(Number.NEGATIVE_INFINITY, ...tails.map((tail) => tail.latest))
    const writers = new Map<string, InputWriter>()
    for (const [index, input] of inputs.entries()) {
      const { topic, schema } = input
      const { avro, fields } = loaded.schemas.get(schema) as EventSchema
      const id = await registry.register(`${topic}-value`, avro)
      const tail = tails[index]
      writers.set(input.name, {
        topic,
        fields,
        key: input.fields[input.key].name,
        time: input.fields[input.arrival >= 0 ? input.arrival : input.time].name,
        encoder: new AvroEncoder(avro, id, schema),
        builder: new OutgoingBatchBuilder(topic, 0, BATCH_RECORDS),
        written: tail.records,
        newest: tail.latest === latest ? tail.newest : 0,
        next: tail.next,
        end: tail.end,
      })
    }
    return new HistoryProducer(log, writers, latest, producer)
  }

  /** Arrival of the latest record in the topics, ms; -Infinity where they are empty. The history may be told from here on. */
  get arrivalMs(): number {
    return this.latest
  }

  /** Records that are in the topics, and not before these positions, which are named as `topic/partition`. */
  lagOf({ partitions, positions }: TopicPositions): number {
    let lag = 0
    for (const { topic, next } of this.writers.values()) {
      const index = partitions.indexOf(`${topic}/0`)
      lag += index < 0 ? next : Math.max(0, next - positions[index])
    }
    return lag
  }

  /** Somebody else may play. */
  async close(): Promise<void> {
    await this.producer?.close()
  }

  /** Plays what the topics do not hold yet. Whether it came to the end of the history. */
  async play(history: History, options: PlayOptions): Promise<boolean> {
    const { limit, stop } = options
    const held = new HeldRecords(this.latest, this.writers)
    const pace = new Pace(options)
    for await (const told of history) {
      for (const { input, record, arrival } of recordsOf(told)) {
        if (this.played + this.pending >= limit) break
        const writer = this.writers.get(input) as InputWriter
        const at = arrival ?? (record as Record<string, number>)[writer.time]
        if (held.has(input, at)) continue
        this.add(writer, record, at)
        if (this.pending < BATCH_RECORDS && !pace.isAhead(at)) continue
        await this.flush()
        if (!(await pace.wait(at))) return false
      }
      if (stop.aborted) return false
      if (this.played + this.pending >= limit) break
      if (held.skipping) await nextTurn() // the stream recovers meanwhile
    }
    await this.flush()
    return true
  }

  private add(writer: InputWriter, record: object, arrival: number): void {
    const { builder, encoder, fields, key } = writer
    if (arrival < 0)
      throw new MillraceError(
        'MILLRACE_CLI_DATA',
        `history, topic ${writer.topic}`,
        'a record arrives before 1970, when the timestamps of a log begin',
        'Score it with backtest, which needs no log, or write the file to the topic with produce --timestamp now',
      )
    if (arrival > this.latest) this.latest = arrival
    builder.add(this.latest)
    builder.setKeyText(String((record as Record<string, unknown>)[key]))
    writeEvent(encoder, fields, builder, record)
    this.pending++
  }

  private async flush(): Promise<void> {
    if (this.pending === 0) return
    const writers = [...this.writers.values()].filter(({ builder }) => builder.count > 0)
    const batches = writers.map(({ builder }) => builder)
    if (this.producer === undefined) await this.log.append(batches)
    else {
      await this.producer.send(batches)
      await this.producer.commit()
    }
    for (const writer of writers) {
      writer.written += writer.builder.count
      writer.next = writer.end + writer.builder.count
      writer.end = writer.next + (this.producer === undefined ? 0 : 1)
      writer.builder.clear()
    }
    this.played += this.pending
    this.pending = 0
  }
}

/** What of a history's beginning the topics hold already: all that arrived before their latest record, and some of what arrived with it. */
class HeldRecords {
  /** Whether the latest record asked for was one of them. */
  skipping = false
  private readonly latest: number
  private readonly newest: Map<string, number>
  private told = Number.NEGATIVE_INFINITY

  constructor(latest: number, writers: ReadonlyMap<string, InputWriter>) {
    this.latest = latest
    this.newest = new Map([...writers].map(([name, writer]) => [name, writer.newest]))
  }

  /** Records are asked for in their order. */
  has(input: string, arrival: number): boolean {
    if (arrival > this.told) this.told = arrival
    const left = this.told === this.latest ? (this.newest.get(input) as number) : 0
    if (left > 0) this.newest.set(input, left - 1)
    this.skipping = this.told < this.latest || left > 0
    return this.skipping
  }
}

/** How far a history has been played by the clock. */
class Pace {
  private readonly options: PlayOptions
  private readonly paced: boolean
  private playedTo = Number.NaN
  private wallMs = 0

  constructor(options: PlayOptions) {
    this.options = options
    this.paced = Number.isFinite(options.speed)
  }

  /** Whether it is too early for a record of this arrival; the first one begins the clock. */
  isAhead(arrival: number): boolean {
    if (!this.paced) return false
    if (this.playedTo !== this.playedTo) {
      this.playedTo = arrival
      this.wallMs = performance.now()
    }
    return arrival > this.playedTo
  }

  /** Waits until it is time and the stream is not too far behind: then the clock stands still. False: it is to stop. */
  async wait(arrival: number): Promise<boolean> {
    const { speed, lag, stop } = this.options
    do {
      await sleep(this.paced ? TICK_MS : 0)
      const now = performance.now()
      const isBehind = lag() >= LAG_RECORDS
      if (this.paced && !isBehind) this.playedTo += Math.min(now - this.wallMs, MOST_MS) * speed
      this.wallMs = now
      if (stop.aborted) return false
      if (!this.paced && !isBehind) return true
    } while (!this.paced || arrival > this.playedTo)
    return true
  }
}
