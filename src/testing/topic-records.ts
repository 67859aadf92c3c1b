import type { Log, TopicPartition } from '../log/log.ts'
import type { OutgoingBatch } from '../log/outgoing-batch.ts'
import type { RecordBatch } from '../log/record-batch.ts'

const READ_BYTES = 1 << 22

/** All committed records of a partition that are still there, from an offset on. */
export async function partitionBatches(log: Log, place: TopicPartition, from = 0): Promise<RecordBatch[]> {
  const { start } = await log.bounds(place)
  const reader = await log.reader([{ ...place, offset: Math.max(start, from) }])
  const batches: RecordBatch[] = []
  do batches.push(...(await reader.poll(READ_BYTES, 0)))
  while (reader.position(0) < reader.readableEnd(0))
  await reader.close()
  return batches
}

/** A record as text: timestamp, key and value, to be compared. */
export function recordText(batch: OutgoingBatch | RecordBatch, i: number): string {
  const { bytes, timestamps, keyStarts, keyEnds, valueStarts, valueEnds } = batch
  const hex = (from: number, to: number): string => (from < 0 ? '-' : Buffer.from(bytes.subarray(from, to)).toString('hex'))
  return `${timestamps[i]} ${hex(keyStarts[i], keyEnds[i])} ${hex(valueStarts[i], valueEnds[i])}`
}
