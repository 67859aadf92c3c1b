import type { Log } from '../log/log.ts'
import { partitionOfKey } from '../log/partition-of-key.ts'

const SAMPLE = 100
const POLL_BYTES = 1 << 20

/** How many of the latest records with a key lie on another partition than Java's default partitioner gives their keys. */
export async function misplacedKeys(
  log: Log,
  topic: string,
  partitions: number,
): Promise<{ readonly sampled: number; readonly misplaced: number }> {
  let sampled = 0
  let misplaced = 0
  for (let partition = 0; partition < partitions; partition++) {
    const place = { topic, partition }
    const { start, readableEnd } = await log.bounds(place)
    const reader = await log.reader([{ ...place, offset: Math.max(start, readableEnd - SAMPLE) }])
    while (reader.position(0) < readableEnd) {
      for (const { count, bytes, keyStarts, keyEnds } of await reader.poll(POLL_BYTES, 1000)) {
        for (let i = 0; i < count; i++) {
          if (keyStarts[i] < 0) continue
          sampled++
          if (partitionOfKey(bytes, keyStarts[i], keyEnds[i], partitions) !== partition) misplaced++
        }
      }
    }
    await reader.close()
  }
  return { sampled, misplaced }
}
