import { AvroRecordDecoder } from '../codec/avro-record-decoder.ts'
import { type PublishedName, publishedSchemas } from '../codec/published-schemas.ts'
import type { Log } from '../log/log.ts'
import type { ModelEvent } from '../operators/graph-output.ts'

/** A record of `<stream>.predictions`, decoded. */
export interface PredictionRecord {
  /** The event's key. */
  readonly id: string
  /** Milliseconds since 1970, as all times here. */
  readonly eventTime: number
  readonly modelVersion: string
  /** Binary: the probability of true. Regression: the value. Multiclass: the probability of the class predicted. */
  readonly prediction: number
  readonly class: string | null
  readonly probabilities: Readonly<Record<string, number>> | null
  readonly lower: number | null
  readonly upper: number | null
  readonly task: number
  readonly sequence: number
}

/** A record of `<stream>.signals`, decoded. */
export interface SignalRecord {
  readonly kind: 'other' | 'warning' | 'drift' | 'improved' | 'data_quality' | 'stalled' | 'resumed'
  readonly path: string
  readonly eventTime: number
  readonly detector: string
  readonly modelVersion: string | null
  readonly statistic: number | null
  readonly threshold: number | null
  readonly evidence: Readonly<Record<string, number>>
  readonly message: string
  readonly task: number
  readonly sequence: number
}

/** A record of `<stream>.models`, decoded. */
export interface ModelRecord {
  readonly kind: 'other' | ModelEvent['kind']
  readonly modelVersion: string
  readonly parent: string | null
  readonly eventTime: number
  readonly algorithm: string
  readonly reason: string
  readonly requestedBy: string | null
  readonly numbers: Readonly<Record<string, number>>
  readonly blob: string | null
  readonly digest: string | null
  readonly task: number
  readonly sequence: number
}

/** A record of `<stream>.dead-letters`, decoded. */
export interface DeadLetterRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly stage: 'other' | 'decode' | 'validate' | 'time' | 'key' | 'arrow' | 'label' | 'poison'
  readonly cause: string
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly size: number
  readonly sha256: string | null
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array }[]
  readonly task: number
  readonly sequence: number
}

/** All that a stream has put out, each in the order in which its task numbered it. */
export interface StreamOutputs {
  readonly predictions: readonly PredictionRecord[]
  readonly signals: readonly SignalRecord[]
  readonly models: readonly ModelRecord[]
  readonly deadLetters: readonly DeadLetterRecord[]
}

const READ_BYTES = 1 << 22

/** Reads and decodes the committed records of a stream's output topics. */
export async function readOutputs(log: Log, stream: string): Promise<StreamOutputs> {
  const schemas = await publishedSchemas()
  const read = async <R>(topic: string, name: PublishedName): Promise<R[]> => {
    const decoder = new AvroRecordDecoder(schemas[name], `millrace/${name}.avsc`)
    const records = await topicRecords(log, `${stream}.${topic}`, decoder)
    return (records as { task: number; sequence: number }[]).sort(
      (a, b) => a.task - b.task || a.sequence - b.sequence,
    ) as R[]
  }
  return {
    predictions: await read('predictions', 'prediction'),
    signals: await read('signals', 'signal'),
    models: await read('models', 'model-event'),
    deadLetters: await read('dead-letters', 'dead-letter'),
  }
}

async function topicRecords(log: Log, topic: string, decoder: AvroRecordDecoder): Promise<unknown[]> {
  const partitions = (await log.topics()).find(({ name }) => name === topic)?.partitions ?? 0
  const records: unknown[] = []
  for (let partition = 0; partition < partitions; partition++) {
    const { start } = await log.bounds({ topic, partition })
    const reader = await log.reader([{ topic, partition, offset: start }])
    do {
      for (const { count, bytes, valueStarts, valueEnds } of await reader.poll(READ_BYTES, 0)) {
        for (let i = 0; i < count; i++)
          records.push({ ...(decoder.decode(bytes.subarray(valueStarts[i], valueEnds[i])) as object) })
      }
    } while (reader.position(0) < reader.readableEnd(0))
    await reader.close()
  }
  return records
}
