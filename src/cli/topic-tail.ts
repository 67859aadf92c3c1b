import type { Log } from '../log/log.ts'

const POLL_BYTES = 8 * 1024 * 1024
const POLL_MS = 100

/** What a topic of one partition holds, and its last records; their timestamps never decrease. */
export interface TopicTail {
  readonly records: number
  /** Timestamp of the last record, ms; -Infinity where there is none. */
  readonly latest: number
  /** How many records have that timestamp. */
  readonly newest: number
  /** Offset after the last record. */
  readonly next: number
  /** The readable end: in Kafka it lies beyond `next` where a transaction was the last. */
  readonly end: number
}

/** Reads what a topic holds. Where its offsets have no gaps only its last records are read, else all of them are counted. */
export async function topicTail(log: Log, topic: string, isGapless: boolean): Promise<TopicTail> {
  const place = { topic, partition: 0 }
  const { start, readableEnd: end } = await log.bounds(place)
  const from = isGapless ? Math.max(start, end - 1) : start
  let [records, latest, newest, next] = [from, Number.NEGATIVE_INFINITY, 0, from]
  const reader = await log.reader([{ ...place, offset: from }])
  try {
    while (reader.position(0) < end) {
      for (const { count, timestamps, offsets } of await reader.poll(POLL_BYTES, POLL_MS)) {
        records += count
        next = offsets[count - 1] + 1
        for (let i = 0; i < count; i++) {
          newest = timestamps[i] === latest ? newest + 1 : 1
          latest = timestamps[i]
        }
      }
    }
  } finally {
    await reader.close()
  }
  if (isGapless && next > start) newest = next - (await log.offsetAt(place, latest))
  return { records, latest, newest, next, end }
}
