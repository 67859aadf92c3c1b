/** A record's headers, in order. */
export type Headers = readonly (readonly [name: string, value: Uint8Array])[]

/**
 * Records of one partition in offset order, in columns over one slab of bytes. A key or value that starts at -1 is null.
 * Offsets may have gaps (transaction markers, aborted or compacted records); `next` is the position after the batch,
 * beyond any of those.
 */
export interface RecordBatch {
  readonly topic: string
  readonly partition: number
  readonly count: number
  readonly offsets: Float64Array
  /** Record timestamps, ms. */
  readonly timestamps: Float64Array
  readonly bytes: Uint8Array
  readonly keyStarts: Int32Array
  readonly keyEnds: Int32Array
  readonly valueStarts: Int32Array
  readonly valueEnds: Int32Array
  /** Headers by record index; undefined where none has any. */
  readonly headers: ReadonlyMap<number, Headers> | undefined
  readonly next: number
}
