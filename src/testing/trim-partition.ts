import type { MemoryBroker } from '../log/memory-broker.ts'
import type { SeededRandom } from '../stats/seeded-random.ts'
import type { JournalRecord } from '../task/journal-record.ts'
import type { StreamHarness } from './stream-harness.ts'

/** What was done to storage, and how to take it back. */
export interface StorageFault {
  readonly what: string
  readonly undo: () => void
}

/** Deletes records of the journal or of an input that a start may still need. */
export function trimPartition(
  broker: MemoryBroker,
  harness: StreamHarness,
  records: readonly JournalRecord[],
  random: SeededRandom,
): StorageFault | undefined {
  const topics = [`${harness.graph.name}.journal`, ...harness.topics]
  const partitions = topics.flatMap((topic) => broker.partitions.get(topic) ?? [])
  if (records.length === 0) return undefined
  const partition = partitions[random.nextInt(partitions.length)]
  const { start, entries } = partition
  const { readableEnd } = broker.bounds(partition)
  if (readableEnd === start) return undefined
  const offset = start + 1 + random.nextInt(readableEnd - start)
  const before = [...entries]
  broker.deleteBefore(partition, offset)
  const undo = (): void => {
    if (partition.topic === topics[0]) return // its history is kept apart
    partition.start = start
    partition.entries = [...before, ...partition.entries.filter((entry) => !before.includes(entry))]
  }
  return { what: `${partition.topic}/${partition.partition} is deleted up to ${offset}`, undo }
}
