import type { MemoryBroker } from '../log/memory-broker.ts'
import type { StreamHarness } from './stream-harness.ts'

/** Whether offsets, in the order of a task's partitions, lie behind every committed record of the stream's inputs. */
export function isTaken(broker: MemoryBroker, harness: StreamHarness, ends: readonly number[]): boolean {
  let index = 0
  for (const topic of harness.topics.toSorted()) {
    const readers = harness.graph.inputs.filter((input) => input.topic === topic).length
    for (const { entries } of broker.partitions.get(topic) ?? []) {
      const last = entries.findLast(({ chunk, state }) => chunk !== undefined && state === 'committed')
      for (let reader = 0; reader < readers; reader++) if (ends[index++] < (last?.end ?? 0)) return false
    }
  }
  return true
}
