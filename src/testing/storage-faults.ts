import type { MemoryBroker, MemoryPartition } from '../log/memory-broker.ts'
import type { SeededRandom } from '../stats/seeded-random.ts'
import { endOf, type JournalRecord } from '../task/journal-record.ts'
import type { StreamHarness } from './stream-harness.ts'

/** What was done to storage, and how to take it back. */
export interface StorageFault {
  readonly what: string
  readonly undo: () => void
}

/** Changes, cuts off or deletes a blob of a snapshot; says which. Undefined when there is none. */
export function corruptBlob(blobs: Map<string, Uint8Array>, random: SeededRandom): string | undefined {
  const names = [...blobs.keys()].filter((name) => !name.startsWith('schema-'))
  if (names.length === 0) return undefined
  const name = names[random.nextInt(names.length)]
  const bytes = new Uint8Array(blobs.get(name) as Uint8Array)
  const how = ['changed', 'cut off', 'gone'][random.nextInt(3)]
  if (how === 'gone') blobs.delete(name)
  else if (how === 'cut off') blobs.set(name, bytes.subarray(0, random.nextInt(bytes.length)))
  else {
    bytes[random.nextInt(bytes.length)] ^= 1 + random.nextInt(255)
    blobs.set(name, bytes)
  }
  return `blob ${name} is ${how}`
}

/** Deletes records of the journal or of an input that a start may still need. */
export function trimPartition(
  broker: MemoryBroker,
  harness: StreamHarness,
  records: readonly JournalRecord[],
  random: SeededRandom,
): StorageFault | undefined {
  const topics = [`${harness.graph.name}.journal`, ...harness.topics]
  const partitions = topics.flatMap((topic) => broker.partitions.get(topic) ?? [])
  if (records.length === 0) return undefined
  const partition = partitions[random.nextInt(partitions.length)]
  const { start, entries } = partition
  const { readableEnd } = broker.bounds(partition)
  if (readableEnd === start) return undefined
  const offset = start + 1 + random.nextInt(readableEnd - start)
  const before = [...entries]
  broker.deleteBefore(partition, offset)
  const undo = (): void => {
    if (partition.topic === topics[0]) return // its history is kept apart
    partition.start = start
    partition.entries = [...before, ...partition.entries.filter((entry) => !before.includes(entry))]
  }
  return { what: `${partition.topic}/${partition.partition} is deleted up to ${offset}`, undo }
}

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
