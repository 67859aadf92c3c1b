import type { MemoryBroker, MemoryPartition } from '../log/memory-broker.ts'
import type { SeededRandom } from '../stats/seeded-random.ts'
import { endOf, type JournalRecord } from '../task/journal-record.ts'
import type { StreamHarness } from './stream-harness.ts'
import type { StorageFault } from './trim-partition.ts'

/** Changes a character of the id of an event that is committed and would be read again by a start: as after a replica without the latest writes has become leader. */
export function mutateRecord(
  broker: MemoryBroker,
  harness: StreamHarness,
  records: readonly JournalRecord[],
  random: SeededRandom,
): StorageFault | undefined {
  const last = records.at(-1)
  if (last === undefined) return undefined
  const { graph } = harness
  const { topic } = graph.inputs[graph.events[graph.label.events].input]
  const kept = records.find(({ seq }) => seq === last.snapshots[0]?.seq)
  const from = kept === undefined ? records[0].from : endOf(kept)
  const candidates = (broker.partitions.get(topic) ?? []).flatMap((partition) => {
    const index = last.partitions.indexOf(`${topic}/${partition.partition}`)
    return idPlaces(partition, from[index], endOf(last)[index])
  })
  if (candidates.length === 0) return undefined
  const { bytes, at, offset, partition } = candidates[random.nextInt(candidates.length)]
  const original = bytes[at]
  bytes[at] = original === 120 ? 121 : 120
  const undo = (): void => {
    bytes[at] = original
  }
  return { what: `${topic}/${partition}, offset ${offset} has another id`, undo }
}

interface IdPlace {
  readonly bytes: Uint8Array
  /** A byte of the id within the record's value. */
  readonly at: number
  readonly offset: number
  readonly partition: number
}

/** The ids in the values of the committed records between two offsets. */
function idPlaces({ entries, partition }: MemoryPartition, from: number, to: number): IdPlace[] {
  const places: IdPlace[] = []
  for (const { base, chunk, state } of entries) {
    if (chunk === undefined || state !== 'committed') continue
    for (let i = 0; i < chunk.count; i++) {
      const offset = base + i
      if (offset < from || offset >= to) continue
      const [keyEnd, valueEnd] = [chunk.ends[2 * i], chunk.ends[2 * i + 1]]
      if (keyEnd < 0 || valueEnd < 0) continue
      const before = i === 0 ? 0 : chunk.ends[2 * i - 1]
      const keyStart = before < 0 ? ~before : before
      const bytes = Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.length)
      const at = bytes.indexOf(bytes.subarray(keyStart, keyEnd), keyEnd)
      if (at >= 0 && at < valueEnd) places.push({ bytes: chunk.bytes, at, offset, partition })
    }
  }
  return places
}
