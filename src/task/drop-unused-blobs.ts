import { liveBytes } from './live-bytes.ts'
import type { SnapshotBlob, SnapshotManifest } from './snapshot-manifest.ts'

/** The snapshot without the blobs that no page of it lies in. Numbers the others anew, in its own tables. */
export function dropUnusedBlobs(manifest: SnapshotManifest): SnapshotManifest {
  const live = liveBytes(manifest)
  const blobs: SnapshotBlob[] = []
  const renumbered = manifest.blobs.map((blob, i) => (live[i] > 0 ? blobs.push(blob) - 1 : -1))
  if (blobs.length < manifest.blobs.length) {
    for (const { blobs: table } of manifest.parts.flatMap((part) => part.regions)) {
      for (let page = 0; page < table.length; page++) table[page] = renumbered[table[page]]
    }
  }
  return { ...manifest, blobs }
}
