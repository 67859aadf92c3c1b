import { MillraceError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Graph } from '../stream/graph.ts'
import { endOf, type JournalRecord } from './journal-record.ts'
import { partitionName, type TaskPartition } from './partition-feed.ts'

/** All partitions that a graph reads, in the order in which ties between them are broken. Throws MILLRACE_TASK_NO_TOPIC. */
export async function taskPartitions(graph: Graph, log: Log): Promise<TaskPartition[]> {
  const topics = new Map((await log.topics()).map((topic) => [topic.name, topic]))
  const partitions = graph.inputs.flatMap(({ topic, name }, input): TaskPartition[] => {
    const found = topics.get(topic)
    if (found === undefined) {
      const place = `stream '${graph.name}', input '${name}'`
      throw new MillraceError(
        'MILLRACE_TASK_NO_TOPIC',
        place,
        `there is no topic '${topic}'`,
        'Create it, or produce to it first',
      )
    }
    return Array.from({ length: found.partitions }, (_, partition) => ({ input, topic, partition }))
  })
  return partitions.sort((a, b) =>
    a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition || a.input - b.input,
  )
}

/** The partitions that a journal's record names, of those that there are now. Throws MILLRACE_TASK_PARTITIONS where some are gone. */
export function knownPartitions(
  before: readonly string[],
  now: readonly TaskPartition[],
  place: string,
): readonly TaskPartition[] {
  const known = now.filter((one) => before.includes(partitionName(one)))
  if (known.map(partitionName).join() === before.join()) return known
  throw otherPartitions(before, now, place)
}

/** Topics that were deleted and made anew with more partitions have not grown: refuses them. Throws MILLRACE_TASK_PARTITIONS. */
export async function checkGrown(
  log: Log,
  last: JournalRecord,
  now: readonly TaskPartition[],
  place: string,
): Promise<void> {
  const ends = endOf(last)
  for (const one of now) {
    const known = last.partitions.indexOf(partitionName(one))
    if (known >= 0 && (await log.bounds(one)).readableEnd < ends[known])
      throw otherPartitions(last.partitions, now, place)
  }
}

function otherPartitions(before: readonly string[], now: readonly TaskPartition[], place: string): MillraceError {
  return new MillraceError(
    'MILLRACE_TASK_PARTITIONS',
    place,
    `its inputs were ${before.join(', ')} and are now ${now.map(partitionName).join(', ')}, and records that it has taken are gone`,
    'Bring back what is gone, or begin anew with millrace reset',
  )
}
