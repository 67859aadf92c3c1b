import type { Log, TopicPartition } from '../log/log.ts'
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
