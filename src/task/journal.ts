import type { Log } from '../log/log.ts'
import { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'
import { JournalFollower } from './journal-follower.ts'
import { encodeJournalRecord, type JournalRecord } from './journal-record.ts'

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
    const follower = await this.follow(from)
    const records: JournalRecord[] = []
    try {
      do records.push(...(await follower.next(0)))
      while (follower.lag > 0)
    } finally {
      await follower.close()
    }
    return records
  }

  /** Reads committed records from an offset on, also those that are yet to come. */
  async follow(from: number): Promise<JournalFollower> {
    const place = { topic: this.topic, partition: this.partition }
    return new JournalFollower(place, await this.log.reader([{ ...place, offset: from }]))
  }

  bounds(): Promise<{ readonly start: number; readonly readableEnd: number }> {
    return this.log.bounds({ topic: this.topic, partition: this.partition })
  }

  /** Records below an offset are needed no more. */
  async trim(offset: number): Promise<void> {
    await this.log.deleteBefore({ topic: this.topic, partition: this.partition }, offset)
  }
}
