import { readInt64, writeInt64 } from './int64.ts'
import { kafkajsInternals, type KafkajsRequest } from './kafkajs-internals.ts'

export interface FetchedFrom {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly maxBytes: number
}

/** Records from `firstOffset` on that this producer wrote were aborted, up to its next marker. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/** A broker's answer for one partition. */
export interface FetchedPartition {
  readonly topic: string
  readonly partition: number
  readonly code: number
  readonly lastStableOffset: number
  readonly logStart: number
  readonly aborted: readonly AbortedTransaction[]
  /** Record batches, one after the other; the last one may be cut off. */
  readonly records: Buffer
}

export interface FetchOptions {
  /** How long the broker waits while there is nothing to give. */
  readonly waitMs: number
  readonly maxBytes: number
}

const VERSION = 11

/** Fetch 11, read committed, without a session; partitions are filled in the order given. */
export function fetchRequest(
  from: readonly FetchedFrom[],
  { waitMs, maxBytes }: FetchOptions,
): KafkajsRequest<readonly FetchedPartition[]> {
  const body = encode(from, waitMs, maxBytes)
  return {
    request: {
      apiKey: kafkajsInternals.apiKeys.Fetch,
      apiVersion: VERSION,
      apiName: 'Fetch',
      encode: async () => ({ buf: body, buffer: body }),
    },
    response: { decode: async (payload) => decode(payload), parse: async (decoded) => decoded },
  }
}

function encode(from: readonly FetchedFrom[], waitMs: number, maxBytes: number): Buffer {
  let size = 25 + 4 + 4 + 2
  for (const { topic } of from) size += 2 + Buffer.byteLength(topic) + 4 + 28
  const body = Buffer.allocUnsafe(size)
  body.writeInt32BE(-1, 0) // replica: none
  body.writeInt32BE(waitMs, 4)
  body.writeInt32BE(waitMs > 0 ? 1 : 0, 8)
  body.writeInt32BE(maxBytes, 12)
  body[16] = 1 // read committed
  body.writeInt32BE(0, 17)
  body.writeInt32BE(-1, 21)
  body.writeInt32BE(from.length, 25)
  let at = 29
  for (const { topic, partition, offset, maxBytes: most } of from) {
    const length = body.write(topic, at + 2)
    body.writeInt16BE(length, at)
    at += 2 + length
    body.writeInt32BE(1, at)
    body.writeInt32BE(partition, at + 4)
    body.writeInt32BE(-1, at + 8)
    writeInt64(body, at + 12, offset)
    writeInt64(body, at + 20, -1)
    body.writeInt32BE(most, at + 28)
    at += 32
  }
  body.writeInt32BE(0, at) // no forgotten topics
  body.writeInt16BE(0, at + 4) // no rack
  return body.subarray(0, at + 6)
}

function decode(payload: Buffer): readonly FetchedPartition[] & { clientSideThrottleTime?: number } {
  const fetched: FetchedPartition[] = []
  let at = 10 // throttle time, error code and session
  let topics = payload.readInt32BE(at)
  at += 4
  for (; topics > 0; topics--) {
    const length = payload.readInt16BE(at)
    const topic = payload.toString('utf8', at + 2, at + 2 + length)
    at += 2 + length
    let partitions = payload.readInt32BE(at)
    at += 4
    for (; partitions > 0; partitions--) {
      const partition = payload.readInt32BE(at)
      const code = payload.readInt16BE(at + 4)
      const lastStableOffset = readInt64(payload, at + 14)
      const logStart = readInt64(payload, at + 22)
      const count = payload.readInt32BE(at + 30)
      at += 34
      const aborted: AbortedTransaction[] = []
      for (let i = 0; i < count; i++, at += 16)
        aborted.push({ producerId: readInt64(payload, at), firstOffset: readInt64(payload, at + 8) })
      const size = Math.max(0, payload.readInt32BE(at + 4))
      at += 8
      const records = payload.subarray(at, at + size)
      at += size
      fetched.push({ topic, partition, code, lastStableOffset, logStart, aborted, records })
    }
  }
  return Object.assign(fetched, { clientSideThrottleTime: payload.readInt32BE(0) })
}
