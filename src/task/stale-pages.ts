import { liveBytes } from './live-bytes.ts'
import { regionPageBytes } from './region-pages.ts'
import type { SnapshotManifest } from './snapshot-manifest.ts'

/** Pages of a region that a blob is kept for which holds little else. */
export interface StalePages {
  readonly path: string
  readonly region: string
  readonly pages: Uint32Array
}

const MOST_BLOBS = 64 // loading opens each, and each costs a read, a digest and a line of the manifest
const SMALL = 1 << 20 // below this a half that is dead is not worth a write
const MOST_BYTES = 32 * 1024 * 1024 // the task stands still while they are copied

/**
 * The pages that the next capture is to hold whether they change or not, so that blobs can go and a snapshot keeps its
 * bounds: at least half of what its blobs hold is live, and they are at most 64. Where 32 MiB are not enough for that,
 * the snapshots after it go on. What the task has in memory is copied rather than the blob, which would have to be read.
 */
export function stalePages(manifest: SnapshotManifest): StalePages[] {
  const stale: StalePages[] = []
  let room = MOST_BYTES
  for (const blob of emptiest(manifest)) {
    for (const { path, regions } of manifest.parts) {
      for (const { name, type, length, blobs: table } of regions) {
        const pages: number[] = []
        for (let page = table.indexOf(blob); page >= 0 && room > 0; page = table.indexOf(blob, page + 1)) {
          pages.push(page)
          room -= regionPageBytes(type, length, page)
        }
        if (pages.length > 0) stale.push({ path, region: name, pages: Uint32Array.from(pages) })
      }
    }
  }
  return stale
}

/** The blobs to empty: by live share while too much is dead, then by live bytes down to half of the most. */
function emptiest(manifest: SnapshotManifest): number[] {
  const { blobs } = manifest
  const live = liveBytes(manifest)
  const used = blobs.map((_, blob) => blob).filter((blob) => live[blob] > 0)
  const liveSum = used.reduce((sum, blob) => sum + live[blob], 0)
  let held = used.reduce((sum, blob) => sum + blobs[blob].bytes, 0)
  const chosen = new Set<number>()
  for (const blob of used.toSorted((a, b) => live[a] / blobs[a].bytes - live[b] / blobs[b].bytes)) {
    if (held <= 2 * liveSum + SMALL) break
    chosen.add(blob)
    held -= blobs[blob].bytes - live[blob]
  }
  const rest = used.filter((blob) => !chosen.has(blob))
  if (rest.length <= MOST_BLOBS) return [...chosen]
  const few = rest.toSorted((a, b) => live[a] - live[b]).slice(0, rest.length - MOST_BLOBS / 2)
  return [...chosen, ...few]
}
