import { MillraceError } from '../errors.ts'
import type { LogReader, TopicPartition } from '../log/log.ts'
import type { RecordBatch } from '../log/record-batch.ts'
import { decodeJournalRecord, endOf, type JournalRecord } from './journal-record.ts'

const READ_BYTES = 4 * 1024 * 1024

/** Reads a journal as it grows, and checks that its records follow from one another. */
export class JournalFollower {
  private readonly place: TopicPartition
  private readonly reader: LogReader
  private before: JournalRecord | undefined

  constructor(place: TopicPartition, reader: LogReader) {
    this.place = place
    this.reader = reader
  }

  /** Where the records after those given begin. */
  get offset(): number {
    return this.reader.position(0)
  }

  /** Offsets that were readable when it last looked, and are not given yet: two for a transaction on Kafka. */
  get lag(): number {
    return Math.max(0, this.reader.readableEnd(0) - this.reader.position(0))
  }

  /** The next committed records, none where there are none within this time. Throws MILLRACE_TASK_JOURNAL when their numbers have a gap. */
  async next(maxWaitMs: number): Promise<JournalRecord[]> {
    const records: JournalRecord[] = []
    for (const batch of await this.reader.poll(READ_BYTES, maxWaitMs)) this.append(records, batch)
    return records
  }

  /** A `next` under way resolves. */
  async close(): Promise<void> {
    await this.reader.close()
  }

  private append(records: JournalRecord[], batch: RecordBatch): void {
    for (let i = 0; i < batch.count; i++) {
      const record = decodeJournalRecord(batch.bytes.slice(batch.valueStarts[i], batch.valueEnds[i]))
      const wrong = this.before === undefined ? undefined : misfit(this.before, record)
      if (wrong !== undefined) {
        throw new MillraceError(
          'MILLRACE_TASK_JOURNAL',
          `journal ${this.place.topic}/${this.place.partition}, offset ${batch.offsets[i]}`,
          wrong,
          'The journal was written by something else than its task: restore it from a copy, or begin anew with millrace reset',
        )
      }
      records.push(record)
      this.before = record
    }
  }
}

/** Why a record can't follow another; undefined when it can. */
function misfit(before: JournalRecord, record: JournalRecord): string | undefined {
  if (record.seq !== before.seq + 1) return `transaction ${record.seq} follows ${before.seq}`
  if (record.incarnation < before.incarnation) return `incarnation ${record.incarnation} follows ${before.incarnation}`
  const ends = endOf(before)
  const goesOn = before.partitions.every((name, i) => record.from[record.partitions.indexOf(name)] === ends[i])
  if (goesOn) return undefined
  return `transaction ${record.seq} begins at ${record.from.join()}, and the one before ended at ${ends.join()}`
}
