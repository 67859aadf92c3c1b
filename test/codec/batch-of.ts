import type { RecordBatch } from '../../src/log/record-batch.ts'

/** A batch of one partition that holds these values, at offsets 100, 101, ..., with timestamps 1000, 1001, ... */
export function batchOf(values: readonly (Uint8Array | null)[]): RecordBatch {
  const count = values.length
  const bytes = Buffer.concat([
    Buffer.from('before'),
    ...values.map((value) => value ?? new Uint8Array(0)),
    Buffer.from('after'),
  ])
  const valueStarts = new Int32Array(count).fill(-1)
  const valueEnds = new Int32Array(count).fill(-1)
  let at = 6
  values.forEach((value, i) => {
    if (value === null) return
    valueStarts[i] = at
    valueEnds[i] = at += value.length
  })
  const none = new Int32Array(count).fill(-1)
  return {
    topic: 'events',
    partition: 3,
    count,
    offsets: Float64Array.from({ length: count }, (_, i) => 100 + i),
    timestamps: Float64Array.from({ length: count }, (_, i) => 1000 + i),
    bytes,
    keyStarts: none,
    keyEnds: none,
    valueStarts,
    valueEnds,
    headers: undefined,
    next: 100 + count,
  }
}

/** A value in Confluent's wire format. */
export function framed(schemaId: number, record: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(schemaId, 1)
  return Buffer.concat([prefix, record])
}
