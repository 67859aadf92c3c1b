import { AvroRecordDecoder } from '../codec/avro-record-decoder.ts'
import { publishedSchemas } from '../codec/published-schemas.ts'
import type { MillraceError } from '../errors.ts'
import { type Clock, systemClock } from '../log/clock.ts'
import type { OutgoingBatch } from '../log/outgoing-batch.ts'
import type { LearningState } from '../operators/learning-state.ts'
import { RedisConnection, type RedisConnectionOptions } from '../store/redis-connection.ts'
import type { ComputedTransaction } from '../task/task-options.ts'
import type { ProjectionFigures } from '../telemetry/projection-figures.ts'
import { ChangedFeatures } from './changed-features.ts'
import { PendingKeys, type PendingValue } from './pending-keys.ts'
import { predictionTexts } from './prediction-texts.ts'
import { RedisLayout } from './redis-layout.ts'
import { RedisWriter } from './redis-writer.ts'

export interface RedisProjectionOptions extends RedisConnectionOptions {
  readonly application: string
  readonly stream: string
  /** How long a key stays after it was last written. */
  readonly ttlMs: number
  /** Keys that may wait to be written. Default 50,000. */
  readonly maxPending?: number
  readonly clock?: Clock
  /** As `RedisWriterOptions`. */
  readonly onChange?: (failure: MillraceError | undefined) => void
  /** For tests: what happens where this check is off. */
  readonly guards?: { readonly afterCommit: boolean }
}

const MOST_PENDING = 50_000
/** Keys of each table whose features one transaction reads, so that it takes no longer than some milliseconds. */
const KEYS_A_TRANSACTION = 1000
const STOP_MS = 2000
const FOLLOWED_MS = 60_000

/** What a transaction changes, kept until it is committed. */
interface Staged {
  readonly seq: number
  readonly keys: string[]
  readonly values: PendingValue[]
}

/**
 * Writes the latest predictions and features by key to Redis, for others to read, once they are committed. It never holds
 * up the task: what can't be written waits, the latest value of each key, up to a bound.
 */
export class RedisProjection {
  private readonly layout: RedisLayout
  private readonly options: RedisProjectionOptions
  private readonly pending: PendingKeys
  private readonly writer: RedisWriter
  private readonly maxPending: number
  private readonly clock: Clock
  private staged: Staged[] = []
  /** As a standby: what the last minute or two changed, the older half first. */
  private followedKeys: readonly [PendingKeys, PendingKeys]
  private followedSinceMs = Number.NEGATIVE_INFINITY
  private learning: LearningState | undefined
  private features: ChangedFeatures | undefined

  private constructor(options: RedisProjectionOptions, decoder: AvroRecordDecoder) {
    const { application, stream, ttlMs, clock = systemClock, onChange } = options
    this.options = options
    this.clock = clock
    this.maxPending = options.maxPending ?? MOST_PENDING
    this.layout = new RedisLayout(application, stream)
    this.pending = new PendingKeys(this.maxPending)
    this.followedKeys = this.noKeys()
    this.writer = new RedisWriter({
      connection: new RedisConnection(options),
      pending: this.pending,
      writer: this.layout.writer,
      ttlMs,
      clock,
      textsOf: (value) => textsOf(value, decoder),
      onChange: (failure) => {
        if (failure === undefined) this.features?.touchAll() // the server may have lost what it held
        onChange?.(failure)
      },
    })
  }

  /** Connects when there is something to write. */
  static async open(options: RedisProjectionOptions): Promise<RedisProjection> {
    const { prediction } = await publishedSchemas()
    return new RedisProjection(options, new AvroRecordDecoder(prediction, 'millrace/prediction.avsc'))
  }

  get figures(): ProjectionFigures {
    const { failure, written } = this.writer
    return {
      state: failure === undefined ? 'writing' : 'waiting',
      reason: failure?.message.replace(/\.$/, '') ?? '',
      pending: this.pending.count,
      written,
      superseded: this.pending.superseded,
      dropped: this.pending.dropped,
    }
  }

  /** A task is about to start: what the one before had not committed is forgotten. */
  starting(): void {
    this.staged = []
    this.learning = undefined
    this.features = undefined
  }

  /** For `onComputed` of a standby: whoever is at work writes, and may die before it has. Kept for when this process takes over. */
  followed({ seq, predictions }: ComputedTransaction): void {
    const nowMs = this.clock.now()
    if (nowMs - this.followedSinceMs > FOLLOWED_MS) {
      this.followedKeys = [this.followedKeys[1], this.noKeys()[1]]
      this.followedSinceMs = nowMs
    }
    const staged: Staged = { seq, keys: [], values: [] }
    for (const batch of predictions) this.stagePredictions(staged, batch)
    staged.keys.forEach((key, i) => this.followedKeys[1].set(key, staged.values[i]))
  }

  /** For `onComputed` of the task. */
  computed(transaction: ComputedTransaction): void {
    const { seq, incarnation, isCommitted, predictions, learning } = transaction
    this.takeOver()
    this.writer.incarnation = incarnation
    const staged: Staged = { seq, keys: [], values: [] }
    for (const batch of predictions) this.stagePredictions(staged, batch)
    this.stageFeatures(staged, learning)
    this.stageStatus(staged, transaction)
    this.staged.push(staged)
    if (isCommitted || this.options.guards?.afterCommit === false) this.committed({ seq })
  }

  /** For `onCommit` of the task: up to this transaction all is committed. */
  committed({ seq }: { readonly seq: number }): void {
    while (this.staged.length > 0 && this.staged[0].seq <= seq) {
      const { keys, values } = this.staged.shift() as Staged
      for (let i = 0; i < keys.length; i++) this.pending.set(keys[i], values[i])
    }
    this.writer.wake()
  }

  /** Writes what is committed and still waits, for two seconds at the most. */
  async close(): Promise<void> {
    this.staged = []
    await this.writer.close(STOP_MS)
  }

  /** The first transaction here: what was followed last is written, whether it is there already or not. */
  private takeOver(): void {
    for (const keys of this.followedKeys) {
      for (const [key, value] of keys.take(this.maxPending)) this.pending.set(key, value)
    }
  }

  private noKeys(): [PendingKeys, PendingKeys] {
    return [new PendingKeys(this.maxPending), new PendingKeys(this.maxPending)]
  }

  private stagePredictions({ keys, values }: Staged, batch: OutgoingBatch): void {
    const { count, keyStarts, keyEnds, valueStarts, valueEnds } = batch
    const bytes = batch.bytes as Buffer
    for (let i = 0; i < count; i++) {
      keys.push(this.layout.prediction(bytes.toString('utf8', keyStarts[i], keyEnds[i])))
      values.push(Buffer.from(bytes.subarray(valueStarts[i], valueEnds[i]))) // the batch is used again
    }
  }

  private stageFeatures({ keys, values }: Staged, learning: LearningState): void {
    if (this.learning !== learning) {
      this.learning = learning
      this.features = new ChangedFeatures(learning)
    }
    if (this.pending.count > this.maxPending >> 1) return // they can wait: it is noted which
    this.features?.read(KEYS_A_TRANSACTION, (feature, key, value) => {
      keys.push(this.layout.feature(feature, key))
      values.push(value)
    })
  }

  private stageStatus({ keys, values }: Staged, { seq, incarnation, learning }: ComputedTransaction): void {
    const status = {
      transaction: seq,
      incarnation,
      modelVersion: learning.models.serving.version,
      streamTime: learning.count('nowMs'),
    }
    keys.push(this.layout.status)
    values.push(JSON.stringify(status))
  }
}

function textsOf(value: PendingValue, decoder: AvroRecordDecoder): readonly string[] {
  if (value === null) return []
  if (typeof value === 'string') return [value]
  const prediction = decoder.decode(value)
  return prediction === undefined ? [] : predictionTexts(prediction as object)
}
