import type { BlobStore } from '../store/store.ts'
import { readManifest } from './read-manifest.ts'
import type { SnapshotReference } from './snapshot-manifest.ts'
import { parseSnapshotName } from './snapshot-name.ts'

/** Who collects: a task, in an incarnation that has just committed. */
export interface Collector {
  /** Begins the names of all blobs of the stream, as given to the writer. */
  readonly prefix: string
  readonly task: number
  readonly incarnation: number
}

/**
 * Deletes the blobs of a task's snapshots that nobody needs any more, and gives their names: those of this or an earlier
 * incarnation, older than the newest snapshot in `kept`, and named by none of them. `kept` are the registered
 * snapshots. Deletes nothing and throws MILLRACE_TASK_SNAPSHOT when the manifest of one of them can't be read.
 */
export async function collectSnapshots(
  blobs: BlobStore,
  { prefix, task, incarnation }: Collector,
  kept: readonly SnapshotReference[],
): Promise<readonly string[]> {
  const needed = new Set<string>()
  let newest = -1
  for (const reference of kept) {
    needed.add(reference.name)
    for (const { name } of (await readManifest(blobs, reference)).blobs) needed.add(name)
    newest = Math.max(newest, reference.seq)
  }
  const unneeded = (await blobs.list(`${prefix}${task}-`)).filter((name) => {
    const owner = parseSnapshotName(prefix, name)
    if (owner === undefined || owner.task !== task || owner.incarnation > incarnation) return false
    return owner.seq < newest && !needed.has(name) // a snapshot of the newest's own or a later transaction may be about to be registered
  })
  for (const name of unneeded) await blobs.delete(name)
  return unneeded
}
