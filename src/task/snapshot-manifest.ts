import { decodeBinary, encodeBinary } from '../stats/binary-format.ts'
import { PAGE_BYTES, regionPages } from './region-pages.ts'
import type { RegionType } from './region-type.ts'
import type { SnapshotIdentity } from './snapshot-name.ts'

/** An immutable blob that holds pages of one or more regions. */
export interface SnapshotBlob {
  readonly name: string
  /** SHA-256 in lower-case hexadecimal. */
  readonly digest: string
  readonly bytes: number
}

/** Where a region lies: page `p` begins at `offsets[p]` * 8 of blob `blobs[p]`. A region of bytes is one page, or none when empty. */
export interface ManifestRegion {
  readonly name: string
  readonly type: RegionType
  /** Elements; bytes for `bytes`. */
  readonly length: number
  readonly blobs: Uint32Array
  readonly offsets: Uint32Array
}

export interface ManifestPart {
  readonly path: string
  readonly definition: string
  readonly regions: readonly ManifestRegion[]
}

/** A snapshot: names for every part, region and page the bytes that hold it. */
export interface SnapshotManifest {
  readonly id: SnapshotIdentity
  readonly blobs: readonly SnapshotBlob[]
  readonly parts: readonly ManifestPart[]
}

/** What a journal registers of a snapshot. */
export interface SnapshotReference {
  /** The manifest's blob. */
  readonly name: string
  /** SHA-256 of the manifest in lower-case hexadecimal. */
  readonly digest: string
  /** Length of the manifest. */
  readonly bytes: number
  readonly seq: number
}

const KIND = 'snapshot-manifest'

type EncodedRegion = [name: string, type: RegionType, length: number]

interface EncodedManifest {
  pageBytes: number
  id: SnapshotIdentity
  blobs: [name: string, digest: string, bytes: number][]
  parts: [path: string, definition: string, regions: EncodedRegion[]][]
}

/** The bytes of a manifest: all page tables one after the other in two arrays, everything else in the header. */
export function encodeSnapshotManifest({ id, blobs, parts }: SnapshotManifest): Uint8Array {
  const regions = parts.flatMap((part) => part.regions)
  let pages = 0
  for (const region of regions) pages += region.blobs.length
  const tables = { blobs: new Uint32Array(pages), offsets: new Uint32Array(pages) }
  let at = 0
  for (const region of regions) {
    tables.blobs.set(region.blobs, at)
    tables.offsets.set(region.offsets, at)
    at += region.blobs.length
  }
  const header = {
    pageBytes: PAGE_BYTES,
    id,
    blobs: blobs.map(({ name, digest, bytes }) => [name, digest, bytes]),
    parts: parts.map(({ path, definition, regions: own }) => [
      path,
      definition,
      own.map(({ name, type, length }) => [name, type, length]),
    ]),
  }
  return encodeBinary(KIND, header, tables)
}

/** A manifest of its bytes. Throws MILLRACE_STATS_BINARY on bytes that are none, and an Error on another size of page. */
export function decodeSnapshotManifest(bytes: Uint8Array): SnapshotManifest {
  const { header, arrays } = decodeBinary(KIND, bytes)
  const { pageBytes, id, blobs, parts } = header as unknown as EncodedManifest
  if (pageBytes !== PAGE_BYTES) throw new Error(`pages have ${pageBytes} bytes, not ${PAGE_BYTES}`)
  let at = 0
  const take = ([name, type, length]: EncodedRegion): ManifestRegion => {
    const from = at
    at += regionPages(type, length)
    const tables = [arrays.blobs, arrays.offsets].map((table) => (table as Uint32Array).subarray(from, at))
    return { name, type, length, blobs: tables[0], offsets: tables[1] }
  }
  return {
    id,
    blobs: blobs.map(([name, digest, length]) => ({ name, digest, bytes: length })),
    parts: parts.map(([path, definition, regions]) => ({ path, definition, regions: regions.map(take) })),
  }
}
