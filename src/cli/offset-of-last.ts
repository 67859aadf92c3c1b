import type { Log, TopicPartition } from '../log/log.ts'

const POLL_BYTES = 1 << 20

/**
 * Where the last `count` records of a partition begin. Offsets may have gaps (Kafka's markers, aborted records), so that
 * it looks back from the end, farther each time, until there are as many. `bounds`: as they were when somebody asked,
 * where the partition may have grown since.
 */
export async function offsetOfLast(
  log: Log,
  place: TopicPartition,
  count: number,
  bounds?: { readonly start: number; readonly readableEnd: number },
): Promise<number> {
  const { start, readableEnd } = bounds ?? (await log.bounds(place))
  for (let back = count; ; back *= 4) {
    const from = Math.max(start, readableEnd - back)
    const offsets: number[] = []
    const reader = await log.reader([{ ...place, offset: from }])
    try {
      while (reader.position(0) < readableEnd)
        for (const batch of await reader.poll(POLL_BYTES, 0))
          for (const offset of batch.offsets.subarray(0, batch.count)) if (offset < readableEnd) offsets.push(offset)
    } finally {
      await reader.close()
    }
    if (offsets.length >= count) return offsets[offsets.length - count]
    if (from === start) return start
  }
}
