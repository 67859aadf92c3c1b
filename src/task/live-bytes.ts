import { regionPageBytes } from './region-pages.ts'
import type { SnapshotManifest } from './snapshot-manifest.ts'

/** Bytes of each blob of a snapshot that pages of the state lie in, each from a multiple of 8 on. */
export function liveBytes({ blobs, parts }: SnapshotManifest): Float64Array {
  const live = new Float64Array(blobs.length)
  for (const { regions } of parts) {
    for (const { type, length, blobs: table } of regions) {
      for (let page = 0; page < table.length; page++)
        live[table[page]] += Math.ceil(regionPageBytes(type, length, page) / 8) * 8
    }
  }
  return live
}
