import type { Log } from '../log/log.ts'
import { decodeJournalRecord, endOf, type JournalRecord } from '../task/journal-record.ts'
import { partitionBatches } from './partition-batches.ts'

/** Every committed record that a task's journal ever held, also those that were trimmed since. */
export class JournalHistory {
  private readonly log: Log
  private readonly topic: string
  private readonly byOffset = new Map<number, JournalRecord>()

  constructor(log: Log, topic: string) {
    this.log = log
    this.topic = topic
  }

  /** Reads what is new; to be called before anything is trimmed. */
  async collect(): Promise<void> {
    if (!(await this.log.topics()).some(({ name }) => name === this.topic)) return
    for (const batch of await partitionBatches(this.log, { topic: this.topic, partition: 0 })) {
      for (let i = 0; i < batch.count; i++) {
        if (this.byOffset.has(batch.offsets[i])) continue
        const bytes = batch.bytes.slice(batch.valueStarts[i], batch.valueEnds[i])
        this.byOffset.set(batch.offsets[i], decodeJournalRecord(bytes))
      }
    }
  }

  /** In the order of the journal. */
  get records(): readonly JournalRecord[] {
    return [...this.byOffset].sort(([a], [b]) => a - b).map(([, record]) => record)
  }

  /** What of a journal's promises is broken: numbers without gaps, ranges that go on where the last ended, owners that never go back. */
  violation(): string | undefined {
    const { records } = this
    for (const [i, record] of records.entries()) {
      const at = `transaction ${record.seq} (incarnation ${record.incarnation}, generation ${record.generation})`
      if (record.seq !== i) return `${at} is number ${i} of the journal`
      let from = record.from
      for (const to of record.segments) {
        if (to.some((offset, p) => offset < from[p])) return `${at} has a segment from ${from.join()} to ${to.join()}`
        from = to
      }
      if (i === 0) continue
      const before = records[i - 1]
      if (record.from.join() !== endOf(before).join())
        return `${at} begins at ${record.from.join()}, not ${endOf(before).join()}`
      if (record.generation < before.generation) return `${at} follows generation ${before.generation}`
      const next = record.incarnation - before.incarnation
      if (next !== 0 && next !== 1) return `${at} follows incarnation ${before.incarnation}`
    }
    return undefined
  }
}
