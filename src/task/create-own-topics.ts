import type { TaskOptions } from './task-options.ts'

/** Creates the topics that a stream itself writes to; gives the number of partitions of its predictions: as many as its events had when it began. */
export async function createOwnTopics({ graph, log }: Pick<TaskOptions, 'graph' | 'log'>): Promise<number> {
  const events = graph.inputs[graph.events[graph.label.events].input].topic
  const topics = await log.topics()
  const there = topics.find(({ name }) => name === `${graph.name}.predictions`)
  const partitions = (there ?? topics.find(({ name }) => name === events))?.partitions ?? 1
  await log.createTopic(`${graph.name}.predictions`, { partitions })
  for (const own of ['signals', 'models', 'dead-letters', 'journal', 'control'])
    await log.createTopic(`${graph.name}.${own}`, { partitions: 1 })
  return partitions
}
