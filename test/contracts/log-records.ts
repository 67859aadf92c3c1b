import { OutgoingBatchBuilder } from '../../src/log/outgoing-batch-builder.ts'
import type { Log, LogReader, TopicPartition } from '../../src/log/log.ts'
import type { OutgoingBatch } from '../../src/log/outgoing-batch.ts'
import type { RecordBatch } from '../../src/log/record-batch.ts'

/** A record as tests write and compare it; null is null, not empty. */
export interface TestRecord {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
  readonly headers?: readonly (readonly [string, string])[]
}

export interface ReadRecord extends TestRecord {
  readonly offset: number
}

/** Records with the values `<prefix>0`, `<prefix>1` and so on. */
export function numbered(prefix: string, count: number, timestamp = 1_700_000_000_000): TestRecord[] {
  return Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: `${prefix}${i}`, timestamp: timestamp + i }))
}

export function outgoing(topic: string, partition: number, records: readonly TestRecord[]): OutgoingBatch {
  const batch = new OutgoingBatchBuilder(topic, partition)
  for (const { key, value, timestamp, headers } of records) {
    batch.add(timestamp)
    if (key !== null) batch.setKeyText(key)
    if (value !== null) batch.setValueText(value)
    if (headers) batch.setHeaders(headers.map(([name, text]) => [name, Buffer.from(text)] as const))
  }
  return batch
}

export function recordsOf(batch: RecordBatch): ReadRecord[] {
  const text = (start: number, end: number) =>
    start < 0 ? null : Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset + start, end - start).toString()
  const records: ReadRecord[] = []
  for (let i = 0; i < batch.count; i++) {
    const headers = batch.headers?.get(i)?.map(([name, value]) => [name, Buffer.from(value).toString()] as const)
    records.push({
      offset: batch.offsets[i],
      timestamp: batch.timestamps[i],
      key: text(batch.keyStarts[i], batch.keyEnds[i]),
      value: text(batch.valueStarts[i], batch.valueEnds[i]),
      ...(headers ? { headers } : {}),
    })
  }
  return records
}

/** What a reader gives until it is caught up with every partition, by index. */
export async function readToEnd(reader: LogReader, partitions = 1, maxBytes = 1 << 20): Promise<ReadRecord[][]> {
  const records: ReadRecord[][] = Array.from({ length: partitions }, () => [])
  const places = new Map<string, number>()
  for (let caughtUp = false; !caughtUp; ) {
    for (const batch of await reader.poll(maxBytes, 0)) {
      const place = `${batch.topic}/${batch.partition}`
      if (!places.has(place)) places.set(place, places.size)
      records[places.get(place)!].push(...recordsOf(batch))
    }
    caughtUp = records.every((_, index) => reader.position(index) >= reader.readableEnd(index))
  }
  return records
}

/** Everything a new reader can read of a partition, from its start on. */
export async function readAll(log: Log, place: TopicPartition, maxBytes?: number): Promise<ReadRecord[]> {
  const { start } = await log.bounds(place)
  const reader = await log.reader([{ ...place, offset: start }])
  const [records] = await readToEnd(reader, 1, maxBytes)
  await reader.close()
  return records
}

export async function valuesOf(log: Log, place: TopicPartition): Promise<(string | null)[]> {
  return (await readAll(log, place)).map(({ value }) => value)
}
