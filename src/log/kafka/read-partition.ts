import type { TopicPartition } from '../log.ts'
import type { FetchedRecords } from './fetched-records.ts'

/** A partition as a reader stands in it. */
export class ReadPartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** Of the topic when the reader was made: one deleted since and made anew is another. */
  readonly incarnation: number
  /** The next offset to hand out. */
  position: number
  /** The readable end as of the last completed fetch. */
  end = 0
  /**
   * What the readable end was at the least when `leader` was asked for it: a broker that has just become leader may give an
   * older one with what is fetched, but not when it is asked (KIP-207).
   */
  endAtLeast = 0
  leader = -1
  paused = false
  /** Fetched and not yet handed out. */
  fetched: FetchedRecords | undefined

  constructor({ topic, partition, offset }: TopicPartition & { readonly offset: number }, incarnation: number) {
    this.topic = topic
    this.partition = partition
    this.position = offset
    this.incarnation = incarnation
  }

  /** Whether records are to be fetched: not while it is paused, nor while some wait to be handed out. */
  get isWanted(): boolean {
    return !this.paused && this.fetched === undefined
  }

  /** Asking at the end as it was brings the bounds, and records only where there are new ones. */
  get offsetToAsk(): number {
    return this.isWanted ? this.position : Math.max(this.position, this.end)
  }
}
