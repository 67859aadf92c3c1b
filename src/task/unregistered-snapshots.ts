import type { BlobStore } from '../store/store.ts'
import type { RegisteredSnapshot } from './journal-record.ts'
import { parseSnapshotName } from './snapshot-name.ts'

/**
 * All snapshots of a task whose manifests lie in the store, newest first, registered or not: what a task without the
 * guard `registration` would trust. Only the simulator asks for it.
 */
export async function unregisteredSnapshots(
  blobs: BlobStore,
  prefix: string,
  task: number,
): Promise<RegisteredSnapshot[]> {
  const found: RegisteredSnapshot[] = []
  for (const name of await blobs.list(`${prefix}${task}-`)) {
    const parsed = parseSnapshotName(prefix, name)
    if (parsed === undefined || parsed.kind !== 'manifest') continue
    const bytes = (await blobs.get(name))?.length ?? 0
    found.push({ name, digest: parsed.digest, bytes, seq: parsed.seq, journalOffset: 0 })
  }
  return found.sort((a, b) => b.seq - a.seq)
}
