import type { JournalRecord } from './journal-record.ts'
import { type TaskPartition, partitionName } from './partition-feed.ts'
import { SnapshotCapture } from './snapshot-capture.ts'
import { SnapshotWriter } from './snapshot-writer.ts'
import type { RecoveredTask } from './start-task.ts'

/**
 * Takes partitions in that were added to the inputs, each from its first record on. A snapshot of the state with their places
 * is made durable first, and the journal record that names them registers it: so no replay ever crosses the change. The
 * next start goes on with them.
 */
export async function adoptPartitions(recovered: RecoveredTask, partitions: readonly TaskPartition[]): Promise<void> {
  const { options, state, computation, producer, journal, first, base } = recovered
  const { blobs, blobFolder: folder, graph, log, task, clock } = options
  const names = partitions.map(partitionName)
  state.noteFeeds(computation.feeds)
  const places = await Promise.all(
    names.map(async (name, i) => {
      const known = first.partitions.indexOf(name)
      if (known >= 0) return state.placeOf(known)
      return { position: (await log.bounds(partitions[i])).start, arrival: Number.NEGATIVE_INFINITY }
    }),
  )
  const grown = state.withPartitions(partitions, places)
  const captured = new SnapshotCapture(base).capture(grown.parts())
  if (captured === undefined) throw new Error('a capture that nobody began is busy')
  const writer = new SnapshotWriter({ blobs, folder, prefix: `${graph.name}-`, base })
  const id = { task, incarnation: first.incarnation, seq: first.seq }
  const reference = await writer.write(captured, id).finally(() => writer.close())
  const record: JournalRecord = {
    ...first,
    seq: first.seq + 1,
    partitions: names,
    from: places.map(({ position }) => position),
    decisions: [{ kind: 'partitions', added: names.filter((name) => !first.partitions.includes(name)) }],
    schemas: recovered.schemas.takeFresh(),
    sequences: Array.from(state.sequences.values),
    snapshots: [{ ...reference, journalOffset: (await journal.bounds()).readableEnd }],
  }
  await producer.send([journal.batchOf(record, clock.now())])
  await producer.commit()
}
