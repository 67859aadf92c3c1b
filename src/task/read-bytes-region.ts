import type { BlobStore } from '../store/store.ts'
import { readVerified } from './read-verified.ts'
import type { SnapshotManifest } from './snapshot-manifest.ts'

/** What a snapshot holds of one region of bytes, without loading the rest; undefined where it has none of that name. Throws MILLRACE_TASK_SNAPSHOT. */
export async function readBytesRegion(
  blobs: BlobStore,
  { blobs: all, parts }: SnapshotManifest,
  path: string,
  name: string,
): Promise<Uint8Array | undefined> {
  const region = parts.find((part) => part.path === path)?.regions.find((one) => one.name === name)
  if (region === undefined || region.type !== 'bytes') return undefined
  if (region.length === 0) return new Uint8Array(0)
  const bytes = await readVerified(blobs, all[region.blobs[0]])
  const from = region.offsets[0] * 8
  return bytes.slice(from, from + region.length)
}
