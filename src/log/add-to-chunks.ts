import { outgoingSize } from './check-outgoing.ts'
import { ChunkBuilder, chunkBytes, chunkRecords } from './chunk-builder.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'

/** Adds a checked batch of `size` bytes in all to the last builder, or to new ones where it is full. */
export function addToChunks(builders: ChunkBuilder[], batch: OutgoingBatch, size: number): void {
  let from = 0
  let left = size
  while (from < batch.count) {
    let builder = builders.at(-1)
    if (!builder?.fits(1, outgoingSize(batch, from))) {
      builder = new ChunkBuilder(Math.min(batch.count - from, chunkRecords), Math.min(left, chunkBytes))
      builders.push(builder)
    }
    let to = batch.count
    let bytes = left
    if (!builder.fits(to - from, left) || left > chunkBytes || to - from > chunkRecords) {
      bytes = outgoingSize(batch, from)
      to = from + 1
      while (to < batch.count && bytes + outgoingSize(batch, to) <= chunkBytes) {
        const more = bytes + outgoingSize(batch, to)
        if (!builder.fits(to + 1 - from, more) || to + 1 - from > chunkRecords) break
        bytes = more
        to++
      }
    }
    builder.add(batch, from, to, bytes)
    left -= bytes
    from = to
  }
}
