import type { BlobStore } from '../store/store.ts'
import { readVerified } from './read-verified.ts'
import { regionPageBytes } from './region-pages.ts'
import type { ManifestRegion, SnapshotBlob, SnapshotManifest } from './snapshot-manifest.ts'

const MOST_BLOBS = 64 // loading opens each, and each costs a read, a digest and a line of the manifest
const SMALL = 1 << 20 // below this a half that is dead is not worth a write

/**
 * A manifest of the same state in which blobs that no page lies in are gone, and which keeps its bounds: at least half of
 * what the blobs hold is live, and they are at most 64. To keep them, the live pages of the emptiest blobs are written anew
 * by `put`; the memory needed is that of those pages and of one blob. Throws MILLRACE_TASK_SNAPSHOT when such a blob has gone bad.
 */
export async function compactSnapshot(
  blobs: BlobStore,
  manifest: SnapshotManifest,
  put: (bytes: Uint8Array) => Promise<SnapshotBlob>,
): Promise<SnapshotManifest> {
  const regions = manifest.parts.flatMap((part) => part.regions)
  const live = liveBytes(manifest.blobs.length, regions)
  const emptied = emptiest(manifest.blobs, live)
  if (emptied.length === 0) return withoutUnused(manifest, live)
  const target = Buffer.alloc(emptied.reduce((sum, blob) => sum + live[blob], 0))
  const compacted = manifest.blobs.length
  let end = 0
  for (const blob of emptied) {
    const source = await readVerified(blobs, manifest.blobs[blob])
    for (const { type, length, blobs: table, offsets } of regions) {
      for (let page = table.indexOf(blob); page >= 0; page = table.indexOf(blob, page + 1)) {
        const bytes = regionPageBytes(type, length, page)
        Buffer.from(source.buffer, source.byteOffset + offsets[page] * 8, bytes).copy(target, end)
        table[page] = compacted
        offsets[page] = end / 8
        end += aligned(bytes)
      }
    }
    live[blob] = 0
  }
  const all = [...manifest.blobs, await put(target)]
  return withoutUnused({ ...manifest, blobs: all }, liveBytes(all.length, regions))
}

/** Bytes of each blob that pages of the state lie in. */
function liveBytes(blobs: number, regions: readonly ManifestRegion[]): Float64Array {
  const live = new Float64Array(blobs)
  for (const { type, length, blobs: table } of regions) {
    for (let page = 0; page < table.length; page++) live[table[page]] += aligned(regionPageBytes(type, length, page))
  }
  return live
}

/** The blobs to write anew: by live share while too much is dead, then by live bytes down to half of the most. */
function emptiest(blobs: readonly SnapshotBlob[], live: Float64Array): number[] {
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

/** Drops blobs that no page lies in, and numbers the others anew. */
function withoutUnused(manifest: SnapshotManifest, live: Float64Array): SnapshotManifest {
  const blobs: SnapshotBlob[] = []
  const renumbered = manifest.blobs.map((blob, i) => (live[i] > 0 ? blobs.push(blob) - 1 : -1))
  if (blobs.length < manifest.blobs.length) {
    for (const { blobs: table } of manifest.parts.flatMap((part) => part.regions)) {
      for (let page = 0; page < table.length; page++) table[page] = renumbered[table[page]]
    }
  }
  return { ...manifest, blobs }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}
