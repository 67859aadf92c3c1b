import { MillraceError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Graph } from '../stream/graph.ts'
import type { TaskPartition } from './partition-feed.ts'

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
