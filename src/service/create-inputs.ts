import type { Log } from '../log/log.ts'
import type { Graph } from '../stream/graph.ts'

/** Topics that a stream reads are made where they are not there yet; whoever produces later finds them. */
export async function createInputs(log: Log, { inputs }: Pick<Graph, 'inputs'>): Promise<void> {
  const there = new Set((await log.topics()).map(({ name }) => name))
  for (const { topic } of inputs) if (!there.has(topic)) await log.createTopic(topic, { partitions: 1 })
}
