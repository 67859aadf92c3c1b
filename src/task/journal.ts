import type { Log } from '../log/log.ts'
import { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'
import type { RecordBatch } from '../log/record-batch.ts'
import { MillraceError } from '../errors.ts'
import { decodeJournalRecord, encodeJournalRecord, endOf, type JournalRecord } from './journal-record.ts'

const READ_BYTES = 4 * 1024 * 1024

/** A task's journal: one partition of `<stream>.journal`, written only by the task's transactional producer. */
export class Journal {
  readonly topic: string
  readonly partition: number
  private readonly log: Log
  private readonly builder: OutgoingBatchBuilder

  constructor(log: Log, stream: string, task: number) {
    this.log = log
    this.topic = `${stream}.journal`
    this.partition = task
    this.builder = new OutgoingBatchBuilder(this.topic, task, 1)
  }

  /** The batch that holds a record, to be sent in its transaction; valid until the next call. */
  batchOf(record: JournalRecord, timestampMs: number): OutgoingBatchBuilder {
    const { builder } = this
    builder.clear()
    builder.add(timestampMs)
    builder.setKeyText(String(this.partition))
    builder.setValue(encodeJournalRecord(record))
    return builder
  }

  /** The last committed record; undefined when there is none. Looks back from the end, farther each time. */
  async last(): Promise<JournalRecord | undefined> {
    for (let back = 8; ; back *= 8) {
      const { start, readableEnd } = await this.bounds()
      const from = Math.max(start, readableEnd - back)
      try {
        const records = await this.read(from)
        if (records.length > 0) return records[records.length - 1]
      } catch (error) {
        const { start: now } = await this.bounds()
        if (now <= from) throw error
        continue // whoever ran the task before was still trimming
      }
      if (from === start) return undefined
    }
  }

  /** All committed records from an offset on. Throws MILLRACE_TASK_JOURNAL when their numbers have a gap. */
  async read(from: number): Promise<JournalRecord[]> {
    const reader = await this.log.reader([{ topic: this.topic, partition: this.partition, offset: from }])
    const records: JournalRecord[] = []
    try {
      do {
        for (const batch of await reader.poll(READ_BYTES, 0)) this.append(records, batch)
      } while (reader.position(0) < reader.readableEnd(0))
    } finally {
      await reader.close()
    }
    return records
  }

  bounds(): Promise<{ readonly start: number; readonly readableEnd: number }> {
    return this.log.bounds({ topic: this.topic, partition: this.partition })
  }

  /** Records below an offset are needed no more. */
  async trim(offset: number): Promise<void> {
    await this.log.deleteBefore({ topic: this.topic, partition: this.partition }, offset)
  }

  private append(records: JournalRecord[], batch: RecordBatch): void {
    for (let i = 0; i < batch.count; i++) {
      const record = decodeJournalRecord(batch.bytes.slice(batch.valueStarts[i], batch.valueEnds[i]))
      const before = records[records.length - 1]
      const wrong = before === undefined ? undefined : misfit(before, record)
      if (wrong !== undefined) {
        throw new MillraceError(
          'MILLRACE_TASK_JOURNAL',
          `journal ${this.topic}/${this.partition}, offset ${batch.offsets[i]}`,
          wrong,
          'The journal was written by something else than its task: restore it from a copy, or begin anew with millrace reset',
        )
      }
      records.push(record)
    }
  }
}

/** Why a record can't follow another; undefined when it can. */
function misfit(before: JournalRecord, record: JournalRecord): string | undefined {
  if (record.seq !== before.seq + 1) return `transaction ${record.seq} follows ${before.seq}`
  if (record.incarnation < before.incarnation) return `incarnation ${record.incarnation} follows ${before.incarnation}`
  if (record.from.join() === endOf(before).join()) return undefined
  return `transaction ${record.seq} begins at ${record.from.join()}, and the one before ended at ${endOf(before).join()}`
}
