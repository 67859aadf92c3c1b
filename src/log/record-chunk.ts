import type { Headers, RecordBatch } from './record-batch.ts'

/** A run of records as a driver keeps it: columns over contiguous bytes, each record's key and then its value. */
export interface RecordChunk {
  readonly count: number
  readonly timestamps: Float64Array
  /** Two ends a record, of its key and of its value; each begins where the one before ended. A null one is stored as the complement of the same place. */
  readonly ends: Int32Array
  readonly bytes: Uint8Array
  readonly headers: ReadonlyMap<number, Headers> | undefined
}

/** Records `from` up to `to` of a chunk whose first record has offset `base`. */
export interface ChunkSlice {
  readonly chunk: RecordChunk
  readonly base: number
  readonly from: number
  readonly to: number
}

/** The slices, in order, as one batch; a whole chunk alone is not copied. */
export function batchOfSlices(
  topic: string,
  partition: number,
  slices: readonly ChunkSlice[],
  next: number,
): RecordBatch {
  let count = 0
  for (const slice of slices) count += slice.to - slice.from
  const alone = slices.length === 1
  const offsets = new Float64Array(count)
  const timestamps = alone ? slices[0].chunk.timestamps.subarray(slices[0].from, slices[0].to) : new Float64Array(count)
  const keyStarts = new Int32Array(count)
  const keyEnds = new Int32Array(count)
  const valueStarts = new Int32Array(count)
  const valueEnds = new Int32Array(count)
  const bytes = alone ? slices[0].chunk.bytes : new Uint8Array(bytesOf(slices))
  let headers: Map<number, Headers> | undefined
  let record = 0
  let written = 0
  for (const { chunk, base, from, to } of slices) {
    const { ends } = chunk
    let start = from === 0 ? 0 : place(ends[2 * from - 1])
    const shift = alone ? 0 : written - start
    if (!alone) {
      timestamps.set(chunk.timestamps.subarray(from, to), record)
      const end = place(ends[2 * to - 1])
      bytes.set(chunk.bytes.subarray(start, end), written)
      written += end - start
    }
    for (let i = from; i < to; i++, record++) {
      offsets[record] = base + i
      const keyEnd = ends[2 * i]
      const keyPlace = keyEnd < 0 ? ~keyEnd : keyEnd
      keyStarts[record] = keyEnd < 0 ? -1 : start + shift
      keyEnds[record] = keyEnd < 0 ? -1 : keyPlace + shift
      const valueEnd = ends[2 * i + 1]
      valueStarts[record] = valueEnd < 0 ? -1 : keyPlace + shift
      valueEnds[record] = valueEnd < 0 ? -1 : valueEnd + shift
      start = valueEnd < 0 ? ~valueEnd : valueEnd
    }
    if (chunk.headers) {
      headers ??= new Map()
      for (const [index, value] of chunk.headers) {
        if (index >= from && index < to) headers.set(record - to + index, value)
      }
    }
  }
  const columns = { offsets, timestamps, bytes, keyStarts, keyEnds, valueStarts, valueEnds }
  return { topic, partition, count, ...columns, headers: headers?.size ? headers : undefined, next }
}

/** The bytes of one record, key and value, as a budget counts them. */
export function recordSize(chunk: RecordChunk, index: number): number {
  return place(chunk.ends[2 * index + 1]) - (index === 0 ? 0 : place(chunk.ends[2 * index - 1])) + 16
}

function place(end: number): number {
  return end < 0 ? ~end : end
}

function bytesOf(slices: readonly ChunkSlice[]): number {
  let total = 0
  for (const { chunk, from, to } of slices) {
    total += place(chunk.ends[2 * to - 1]) - (from === 0 ? 0 : place(chunk.ends[2 * from - 1]))
  }
  return total
}
