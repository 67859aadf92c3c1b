import { hash } from 'node:crypto'
import type { BlobStore } from '../store/store.ts'
import { dropUnusedBlobs } from './drop-unused-blobs.ts'
import { PAGE_BYTES, regionPages } from './region-pages.ts'
import type { CapturedPages, CapturedPart, CapturedRegion } from './snapshot-capture.ts'
import {
  encodeSnapshotManifest,
  type ManifestPart,
  type ManifestRegion,
  type SnapshotBlob,
  type SnapshotManifest,
  type SnapshotReference,
} from './snapshot-manifest.ts'
import { type SnapshotIdentity, snapshotName } from './snapshot-name.ts'
import { type StalePages, stalePages } from './stale-pages.ts'

const NOWHERE = 0xffffffff

/** A snapshot that is durable, and what the next capture is to hold besides what has changed. */
export interface WrittenSnapshot {
  readonly reference: SnapshotReference
  readonly stale: readonly StalePages[]
}

/**
 * Makes captures durable, one at a time: a blob of the pages that changed, then a manifest that names for every page of
 * the state the blob that holds it, this one or an earlier one. A write that fails leaves the snapshot before as it was.
 */
export class SnapshotAssembler {
  private readonly blobs: BlobStore
  private readonly prefix: string
  private base: SnapshotManifest | undefined

  /** `prefix` begins the names of all blobs; `base` is the snapshot that the state was loaded from. */
  constructor(blobs: BlobStore, prefix: string, base?: SnapshotManifest) {
    this.blobs = blobs
    this.prefix = prefix
    this.base = base
  }

  /** Durable when it resolves. Rejects as the store does. */
  async write(captured: CapturedPages, id: SnapshotIdentity): Promise<WrittenSnapshot> {
    const put = async (bytes: Uint8Array, kind: 'manifest' | 'pages'): Promise<SnapshotBlob> => {
      const digest = hash('sha256', bytes)
      const name = snapshotName(this.prefix, id, digest, kind)
      await this.blobs.put(name, bytes)
      return { name, digest, bytes: bytes.length }
    }
    const blobs = [...(this.base?.blobs ?? [])]
    const parts = captured.parts.map((part) => this.place(part, blobs.length))
    if (captured.bytes > 0) blobs.push(await put(new Uint8Array(captured.buffer, 0, captured.bytes), 'pages'))
    const manifest = dropUnusedBlobs({ id, blobs, parts })
    const { name, digest, bytes } = await put(encodeSnapshotManifest(manifest), 'manifest')
    this.base = manifest
    return { reference: { name, digest, bytes, seq: id.seq }, stale: stalePages(manifest) }
  }

  /** Where a part's pages lie: those that were captured in the new blob, the others where they were. */
  private place({ path, definition, regions }: CapturedPart, blob: number): ManifestPart {
    const before = this.base?.parts.find((part) => part.path === path)?.regions ?? []
    return {
      path,
      definition,
      regions: regions.map((region) => {
        const old = before.find(({ name, type }) => name === region.name && type === region.type)
        return placeRegion(path, region, old, blob)
      }),
    }
  }
}

function placeRegion(
  path: string,
  { name, type, length, pages, at }: CapturedRegion,
  old: ManifestRegion | undefined,
  blob: number,
): ManifestRegion {
  const count = regionPages(type, length)
  const blobs = new Uint32Array(count).fill(NOWHERE)
  const offsets = new Uint32Array(count)
  if (old !== undefined) {
    blobs.set(old.blobs.subarray(0, count))
    offsets.set(old.offsets.subarray(0, count))
  }
  for (let i = 0; i < pages.length; i++) {
    blobs[pages[i]] = blob
    offsets[pages[i]] = (at + i * PAGE_BYTES) / 8
  }
  if (blobs.includes(NOWHERE)) throw new Error(`a page of '${path}' region '${name}' is in no blob`)
  return { name, type, length, blobs, offsets }
}
