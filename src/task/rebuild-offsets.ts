import { MillraceError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Graph } from '../stream/graph.ts'
import type { TaskPartition } from './partition-feed.ts'
import { rebuildTime } from './rebuild-time.ts'

const FIRST_BYTES = 64 * 1024

/**
 * Where history begins that state is rebuilt from, by partition: `from` is `beginning`, a duration back from the stream's
 * time such as `30d`, or a date. An input whose arrival is a field is read from its first record, for its records are in no order
 * of arrival that the log knows. Throws MILLRACE_TASK_REBUILD where it is none of these or lies ahead, or where records after
 * it have been deleted.
 */
export async function rebuildOffsets(
  from: string,
  nowMs: number,
  graph: Graph,
  log: Log,
  partitions: readonly TaskPartition[],
): Promise<number[]> {
  const sinceMs = rebuildTime(from, nowMs, graph.name)
  if (sinceMs > nowMs && nowMs > 0) throw ahead(from, nowMs, graph.name)
  return Promise.all(
    partitions.map(async (place) => {
      const { start } = await log.bounds(place)
      const isByField = graph.inputs[place.input].arrival >= 0
      const offset = isByField || sinceMs === Number.NEGATIVE_INFINITY ? start : await log.offsetAt(place, sinceMs)
      if (start > 0 && offset <= start) throw await deleted(from, log, place, start, graph.name)
      return offset
    }),
  )
}

function ahead(from: string, nowMs: number, stream: string): MillraceError {
  return new MillraceError(
    'MILLRACE_TASK_REBUILD',
    `stream '${stream}', --rebuild ${from}`,
    `that is after the latest record that the stream has taken, of ${new Date(nowMs).toISOString()}`,
    'Give an earlier time',
  )
}

async function deleted(
  from: string,
  log: Log,
  { topic, partition }: TaskPartition,
  start: number,
  stream: string,
): Promise<MillraceError> {
  const reader = await log.reader([{ topic, partition, offset: start }])
  const [batch] = await reader.poll(FIRST_BYTES, 0)
  await reader.close()
  const first = batch === undefined ? 'none' : `of ${new Date(batch.timestamps[0] + 1).toISOString()}`
  return new MillraceError(
    'MILLRACE_TASK_REBUILD',
    `stream '${stream}', --rebuild ${from}`,
    `the records of ${topic}/${partition} before offset ${start} have been deleted, and some may lie after that; the first that is kept is ${first}`,
    'Rebuild from a later time, or start without --rebuild and let what is new begin empty',
  )
}
