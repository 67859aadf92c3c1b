import { addToChunks } from './add-to-chunks.ts'
import { checkOutgoing } from './check-outgoing.ts'
import type { ChunkBuilder } from './chunk-builder.ts'
import type { TopicPartition } from './log.ts'
import { logErrors } from './log-errors.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'

interface PendingPartition extends TopicPartition {
  readonly id: number
  readonly builders: ChunkBuilder[]
}

/** What was sent and is not yet written, by partition. */
export class PendingRecords {
  readonly partitions = new Map<string, PendingPartition>()
  readonly #place: string
  readonly #maxBytes: number
  readonly #maxRecordBytes: number
  readonly #find: (place: TopicPartition) => { readonly id: number }
  #bytes = 0

  constructor(
    place: string,
    maxBytes: number,
    maxRecordBytes: number,
    find: (place: TopicPartition) => { readonly id: number },
  ) {
    this.#place = place
    this.#maxBytes = maxBytes
    this.#maxRecordBytes = maxRecordBytes
    this.#find = find
  }

  add(batches: readonly OutgoingBatch[]): void {
    for (const batch of batches) {
      const { topic, partition } = batch
      const size = checkOutgoing(batch, this.#maxRecordBytes)
      this.#bytes += size + 16 * batch.count
      if (this.#bytes > this.#maxBytes) throw logErrors.transactionTooLarge(this.#place, this.#bytes, this.#maxBytes)
      const key = `${topic}/${partition}`
      let pending = this.partitions.get(key)
      if (!pending) {
        pending = { topic, partition, id: this.#find(batch).id, builders: [] }
        this.partitions.set(key, pending)
      }
      addToChunks(pending.builders, batch, size)
    }
  }
}
