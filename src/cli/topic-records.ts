import { concatMap, type Observable } from 'rxjs'
import { MillraceError } from '../errors.ts'
import type { Log, TopicPartition } from '../log/log.ts'
import { committedBatches } from '../service/committed-batches.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import { ValueReader } from '../service/value-reader.ts'
import { nearest } from '../stream/nearest.ts'

/** A record of a topic, decoded. */
export interface TopicRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: unknown
}

/** Records of some partitions, decoded, in the order in which each partition has them, up to its `end` where it is given. */
export function topicRecords(
  { log, registry }: Pick<EmbeddedPlatform, 'log' | 'registry'>,
  from: readonly (TopicPartition & { readonly offset: number; readonly end?: number })[],
  options: { readonly follow?: boolean } = {},
): Observable<TopicRecord> {
  const values = new ValueReader(registry)
  const text = new TextDecoder()
  return committedBatches(log, from, options).pipe(
    concatMap(async function* ({
      topic,
      partition,
      count,
      offsets,
      timestamps,
      bytes,
      keyStarts,
      keyEnds,
      valueStarts,
      valueEnds,
    }) {
      const end = from.find((place) => place.topic === topic && place.partition === partition)?.end ?? Infinity
      for (let i = 0; i < count && offsets[i] < end; i++) {
        const key = keyStarts[i] < 0 ? null : text.decode(bytes.subarray(keyStarts[i], keyEnds[i]))
        const value = await values.read(valueStarts[i] < 0 ? null : bytes.subarray(valueStarts[i], valueEnds[i]))
        yield { topic, partition, offset: offsets[i], timestamp: timestamps[i], key, value }
      }
    }),
  )
}

/** The partitions of a topic with their bounds. Throws MILLRACE_LOG_UNKNOWN_TOPIC with the nearest name. */
export async function topicBounds(log: Log, topic: string) {
  const topics = await log.topics()
  const found = topics.find(({ name }) => name === topic)
  if (found === undefined) {
    throw new MillraceError(
      'MILLRACE_LOG_UNKNOWN_TOPIC',
      `topic '${topic}'`,
      'there is no such topic',
      nearest(
        topic,
        topics.map(({ name }) => name),
      ),
    )
  }
  return Promise.all(
    Array.from({ length: found.partitions }, async (_, partition) => ({
      topic,
      partition,
      ...(await log.bounds({ topic, partition })),
    })),
  )
}
