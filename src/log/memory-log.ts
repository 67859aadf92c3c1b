import { GuardedProducer } from './guarded-producer.ts'
import type { Log, LogReader, TopicDescription, TopicOptions, TopicPartition, TransactionalProducer } from './log.ts'
import { logErrors } from './log-errors.ts'
import { MemoryBroker } from './memory-broker.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'
import { PollingReader } from './polling-reader.ts'

/** A call whose effect a hook may hold apart from its answer; `marker` is one partition's part of a commit or an abort. */
export type MemoryLogCall = 'fence' | 'send' | 'commit' | 'abort' | 'marker' | 'append' | 'poll' | 'bounds' | 'offsetAt'

/**
 * Called around the effect of each call, with the transactional id or `topic/partition` it is about. What it awaits
 * delays the call, what it throws is what the caller gets: thrown by `before`, the request was lost; by `after`, its answer.
 */
export interface MemoryLogHooks {
  before?(call: MemoryLogCall, place: string): void | Promise<void>
  after?(call: MemoryLogCall, place: string): void | Promise<void>
}

export interface MemoryLogOptions {
  /** Whose state to work on; default one of its own, without markers. */
  readonly broker?: MemoryBroker
  readonly hooks?: MemoryLogHooks
}

/** One process's door to a log in memory: closing it leaves the broker as it is. Deterministic for a manual clock. */
export class MemoryLog implements Log {
  readonly broker: MemoryBroker
  readonly #hooks: MemoryLogHooks
  #closed = false

  constructor(options: MemoryLogOptions = {}) {
    this.broker = options.broker ?? new MemoryBroker()
    this.#hooks = options.hooks ?? {}
  }

  async createTopic(name: string, options: TopicOptions): Promise<void> {
    this.#ensureOpen()
    this.broker.createTopic(name, options)
  }

  async topics(): Promise<readonly TopicDescription[]> {
    this.#ensureOpen()
    return this.broker.topics()
  }

  async deleteTopic(name: string): Promise<void> {
    this.#ensureOpen()
    this.broker.deleteTopic(name)
  }

  bounds(place: TopicPartition): Promise<{ readonly start: number; readonly readableEnd: number }> {
    return this.#hooked('bounds', nameOf(place), () => this.broker.bounds(this.broker.partition(place)))
  }

  offsetAt(place: TopicPartition, timestampMs: number): Promise<number> {
    return this.#hooked('offsetAt', nameOf(place), () =>
      this.broker.offsetAt(this.broker.partition(place), timestampMs),
    )
  }

  async deleteBefore(place: TopicPartition, offset: number): Promise<void> {
    this.#ensureOpen()
    this.broker.deleteBefore(place, offset)
  }

  async reader(from: readonly (TopicPartition & { readonly offset: number })[]): Promise<LogReader> {
    this.#ensureOpen()
    const { broker } = this
    const sources = from.map((place) => {
      const partition = broker.partition(place)
      return {
        bounds: () => broker.bounds(partition),
        chunkAt: (offset: number) => broker.chunkAt(partition, offset),
      }
    })
    const { clock, wakeUp } = broker
    const ensureOpen = () => this.#ensureOpen()
    const reader = new PollingReader(from, sources, { clock, wakeUp, ensureOpen, closed: () => this.#closed })
    if (!this.#hooks.before && !this.#hooks.after) return reader
    const poll = reader.poll.bind(reader)
    reader.poll = async (maxBytes, maxWaitMs) => {
      const places = from.map(nameOf).join(',')
      await this.#hooks.before?.('poll', places)
      const batches = await poll(maxBytes, maxWaitMs)
      await this.#hooks.after?.('poll', places)
      return batches
    }
    return reader
  }

  async transactionalProducer(id: string): Promise<TransactionalProducer> {
    const { broker } = this
    const epoch = await this.#hooked('fence', id, () => broker.fence(id))
    return new GuardedProducer(id, {
      ensureOpen: () => this.#ensureOpen(),
      send: (batches) => this.#hooked('send', id, () => broker.send(id, epoch, batches)),
      commit: () => this.#end(id, epoch, 'commit'),
      abort: () => this.#end(id, epoch, 'abort'),
    })
  }

  append(batches: readonly OutgoingBatch[]): Promise<void> {
    return this.#hooked('append', batches.map(nameOf).join(','), () => this.broker.append(batches))
  }

  async close(): Promise<void> {
    this.#closed = true
    this.broker.wakeUp.notify()
  }

  async #end(id: string, epoch: number, how: 'commit' | 'abort'): Promise<void> {
    const { broker } = this
    await this.#hooks.before?.(how, id)
    const transaction = broker.decide(id, epoch, how === 'commit' ? 'committing' : 'aborting')
    if (transaction) {
      for (const partition of transaction.parts.keys()) {
        const place = nameOf(partition)
        if (this.#hooks.before) await this.#hooks.before('marker', place)
        broker.writeMarker(transaction, partition)
        if (this.#hooks.after) await this.#hooks.after('marker', place)
      }
      broker.end(transaction)
    }
    await this.#hooks.after?.(how, id)
  }

  async #hooked<Result>(call: MemoryLogCall, place: string, effect: () => Result): Promise<Result> {
    this.#ensureOpen()
    if (this.#hooks.before) await this.#hooks.before(call, place)
    const result = effect()
    if (this.#hooks.after) await this.#hooks.after(call, place)
    return result
  }

  #ensureOpen(): void {
    if (this.#closed) throw logErrors.logClosed('log in memory')
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
