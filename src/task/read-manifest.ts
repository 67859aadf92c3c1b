import type { BlobStore } from '../store/store.ts'
import { badSnapshot, readVerified } from './read-verified.ts'
import { decodeSnapshotManifest, type SnapshotManifest, type SnapshotReference } from './snapshot-manifest.ts'

/** The manifest of a snapshot. Throws MILLRACE_TASK_SNAPSHOT when it isn't there or not what was registered. */
export async function readManifest(blobs: BlobStore, reference: SnapshotReference): Promise<SnapshotManifest> {
  const bytes = await readVerified(blobs, reference)
  try {
    return decodeSnapshotManifest(bytes)
  } catch (cause) {
    throw badSnapshot(reference.name, `it is no manifest (${(cause as Error).message})`, cause)
  }
}
