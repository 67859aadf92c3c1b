import { Observable } from 'rxjs'
import type { Log, TopicPartition } from '../log/log.ts'
import type { RecordBatch } from '../log/record-batch.ts'

const POLL_BYTES = 1 << 20
const POLL_MS = 1000

/** Committed records of some partitions, each from its offset on: to its `end`, else the end as it is then, or, with `follow`, for as long as somebody listens. The last batch may go beyond. */
export function committedBatches(
  log: Log,
  from: readonly (TopicPartition & { readonly offset: number; readonly end?: number })[],
  options: { readonly follow?: boolean } = {},
): Observable<RecordBatch> {
  return new Observable((subscriber) => {
    const read = async (): Promise<void> => {
      const ends = await Promise.all(from.map(async (place) => place.end ?? (await log.bounds(place)).readableEnd))
      const reader = await log.reader(from)
      subscriber.add(() => void reader.close())
      const isMore = (): boolean => options.follow === true || ends.some((end, i) => reader.position(i) < end)
      while (!subscriber.closed && isMore()) {
        for (const batch of await reader.poll(POLL_BYTES, options.follow === true ? POLL_MS : 0)) subscriber.next(batch)
      }
      await reader.close()
      subscriber.complete()
    }
    read().catch((error: unknown) => {
      if (!subscriber.closed) subscriber.error(error)
    })
  })
}
