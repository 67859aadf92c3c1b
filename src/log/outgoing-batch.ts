import type { Headers } from './record-batch.ts'

/** Records to write to one partition, in columns over one slab of bytes. A key or value that starts at -1 is null. Timestamps are whole ms, 0 or later. The writer may reuse the arrays once `send` has resolved. */
export interface OutgoingBatch {
  readonly topic: string
  readonly partition: number
  readonly count: number
  /** Record timestamps, ms. */
  readonly timestamps: Float64Array
  readonly bytes: Uint8Array
  readonly keyStarts: Int32Array
  readonly keyEnds: Int32Array
  readonly valueStarts: Int32Array
  readonly valueEnds: Int32Array
  readonly headers?: ReadonlyMap<number, Headers>
}
