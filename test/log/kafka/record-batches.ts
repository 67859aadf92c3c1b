import { gzipSync, zstdCompressSync } from 'node:zlib'
import { crc32c } from '../../../src/log/kafka/crc32c.ts'
import { RecordWriter } from '../../../src/log/kafka/record-writer.ts'
import { outgoing, type TestRecord } from '../../contracts/log-records.ts'

export const compressed = { gzip: [1, gzipSync], zstd: [4, zstdCompressSync] } as const

export interface BatchOptions {
  readonly producerId?: number
  readonly isTransactional?: boolean
  readonly control?: 'commit' | 'abort'
  readonly codec?: readonly [number, (bytes: Buffer) => Buffer]
}

/** A record batch as a broker keeps it, its records from `offset` on. */
export function batchAt(offset: number, records: readonly TestRecord[], options: BatchOptions = {}): Buffer {
  const writer = new RecordWriter()
  const { producerId = -1, isTransactional = false, control, codec } = options
  const batch = outgoing('t', 0, records)
  writer.write(batch, 0, batch.count, 1_000_000, { producerId, epoch: 0, sequence: 0, isTransactional })
  let bytes = Buffer.from(writer.bytes.subarray(0, writer.used))
  let attributes = bytes.readInt16BE(21)
  if (control !== undefined) attributes |= 32
  if (codec !== undefined) {
    bytes = Buffer.concat([bytes.subarray(0, 61), codec[1](bytes.subarray(61))])
    bytes.writeInt32BE(bytes.length - 12, 8)
    attributes |= codec[0]
  }
  bytes.writeInt16BE(attributes, 21)
  bytes.writeBigInt64BE(BigInt(offset), 0)
  bytes.writeUInt32BE(crc32c(bytes, 21), 17)
  return bytes
}

/** The marker that ends a producer's transaction in a partition. */
export function markerAt(offset: number, producerId: number, control: 'commit' | 'abort'): Buffer {
  const key = control === 'commit' ? '\0\0\0\u0001' : '\0\0\0\0'
  return batchAt(offset, [{ key, value: '\0\0\0\0\0\0', timestamp: 1 }], { producerId, isTransactional: true, control })
}
