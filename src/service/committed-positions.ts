import type { TopicPartition } from '../log/log.ts'
import { endOf, type JournalRecord } from '../task/journal-record.ts'

/** Where each partition is to be read on after a transaction. */
export function committedPositions(record: JournalRecord): (TopicPartition & { readonly offset: number })[] {
  const ends = endOf(record)
  return record.partitions.map((name, i) => {
    const slash = name.lastIndexOf('/')
    return { topic: name.slice(0, slash), partition: Number(name.slice(slash + 1)), offset: ends[i] }
  })
}
