import { readInt64 } from './int64.ts'
import { kafkajsInternals, type KafkajsRequest } from './kafkajs-internals.ts'

/** One partition's record batch. */
export interface ProducedTo {
  readonly topic: string
  readonly partition: number
  readonly records: Buffer
}

export interface ProducedPartition {
  readonly topic: string
  readonly partition: number
  readonly code: number
  readonly baseOffset: number
}

const VERSION = 7

/** Produce 7, acknowledged by all replicas that are in sync. */
export function produceRequest(
  to: readonly ProducedTo[],
  transactionalId: string | undefined,
  timeoutMs: number,
): KafkajsRequest<readonly ProducedPartition[]> {
  return {
    request: {
      apiKey: kafkajsInternals.apiKeys.Produce,
      apiVersion: VERSION,
      apiName: 'Produce',
      encode: async () => {
        const body = encode(to, transactionalId, timeoutMs)
        return { buf: body, buffer: body }
      },
    },
    response: { decode: async (payload) => decode(payload), parse: async (decoded) => decoded },
  }
}

function encode(to: readonly ProducedTo[], transactionalId: string | undefined, timeoutMs: number): Buffer {
  let size = 2 + Buffer.byteLength(transactionalId ?? '') + 10
  for (const { topic, records } of to) size += 2 + Buffer.byteLength(topic) + 12 + records.length
  const body = Buffer.allocUnsafe(size)
  let at = 2
  if (transactionalId === undefined) body.writeInt16BE(-1, 0)
  else {
    const length = body.write(transactionalId, 2)
    body.writeInt16BE(length, 0)
    at += length
  }
  body.writeInt16BE(-1, at)
  body.writeInt32BE(timeoutMs, at + 2)
  body.writeInt32BE(to.length, at + 6)
  at += 10
  for (const { topic, partition, records } of to) {
    const length = body.write(topic, at + 2)
    body.writeInt16BE(length, at)
    at += 2 + length
    body.writeInt32BE(1, at)
    body.writeInt32BE(partition, at + 4)
    body.writeInt32BE(records.length, at + 8)
    at += 12 + records.copy(body, at + 12)
  }
  return body.subarray(0, at)
}

function decode(payload: Buffer): readonly ProducedPartition[] & { clientSideThrottleTime?: number } {
  const produced: ProducedPartition[] = []
  let topics = payload.readInt32BE(0)
  let at = 4
  for (; topics > 0; topics--) {
    const length = payload.readInt16BE(at)
    const topic = payload.toString('utf8', at + 2, at + 2 + length)
    at += 2 + length
    let partitions = payload.readInt32BE(at)
    at += 4
    for (; partitions > 0; partitions--, at += 30) {
      const partition = payload.readInt32BE(at)
      produced.push({ topic, partition, code: payload.readInt16BE(at + 4), baseOffset: readInt64(payload, at + 6) })
    }
  }
  return Object.assign(produced, { clientSideThrottleTime: payload.readInt32BE(at) })
}
