import { MillraceError } from '../errors.ts'
import { Pages, type StateArray } from '../stats/pages.ts'
import type { StatePart, StateRegion, Stateful } from '../stats/state-region.ts'
import type { BlobStore } from '../store/store.ts'
import { readManifest } from './read-manifest.ts'
import { badSnapshot, readVerified } from './read-verified.ts'
import { PAGE_BYTES, regionPageBytes } from './region-pages.ts'
import { regionBytes, regionType } from './region-type.ts'
import type { ManifestPart, ManifestRegion, SnapshotManifest, SnapshotReference } from './snapshot-manifest.ts'

/** What loading a snapshot did to the parts of a task's state, by path. */
export interface LoadReport {
  /** Parts that are as they were saved, or carried over from that. */
  readonly kept: readonly string[]
  /** Of those, the ones that were saved under another definition, with how they are carried over. */
  readonly carried: Readonly<Record<string, string>>
  /** Parts that are left as built: the snapshot has none of that path, or one of another definition. */
  readonly reset: readonly string[]
  /** Parts of the snapshot that have no place any more. */
  readonly dropped: readonly string[]
  /** The snapshot as far as it was kept: what the next one is based on. */
  readonly base: SnapshotManifest
}

/** A region of the state and the bytes that are to fill it. */
interface Filling {
  readonly place: string
  readonly from: ManifestRegion
  readonly into: StateRegion
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * Fills the state with a snapshot: by path, where the definition is the same and the regions are. Nothing is touched
 * before the digests of the manifest and of every blob that is needed are verified; MILLRACE_TASK_SNAPSHOT tells which is
 * missing or changed. Afterwards pages count as unchanged. The memory needed is that of the state and of one blob. Throws
 * MILLRACE_TASK_SNAPSHOT_STATE when a region refuses what it once saved: then the state is half filled and of no use.
 */
export async function loadSnapshot(
  blobs: BlobStore,
  reference: SnapshotReference,
  parts: readonly StatePart[],
): Promise<LoadReport> {
  const manifest = await readManifest(blobs, reference)
  const saved = new Map(manifest.parts.map((part) => [part.path, part]))
  const kept = parts.filter((part) => fits(part, saved.get(part.path)))
  const fillings = kept.flatMap((part) => fillingsOf(part, saved.get(part.path) as ManifestPart))
  for (let blob = 0; blob < manifest.blobs.length; blob++) {
    if (fillings.some(({ from }) => from.blobs.includes(blob))) await readBlob(blobs, manifest, blob, fillings)
  }
  for (const filling of fillings) fill(filling)
  for (const state of new Set<Stateful>(kept.map((part) => part.state))) state.loaded?.()
  const paths = new Set(parts.map((part) => part.path))
  const keptPaths = new Set(kept.map((part) => part.path))
  return {
    kept: [...keptPaths],
    carried: Object.fromEntries(
      kept.flatMap((part) => {
        const { definition } = saved.get(part.path) as ManifestPart
        return definition === part.definition ? [] : [[part.path, part.carries?.(definition) ?? '']]
      }),
    ),
    reset: [...paths].filter((path) => !keptPaths.has(path)),
    dropped: [...saved.keys()].filter((path) => !paths.has(path)),
    base: { ...manifest, parts: manifest.parts.filter((part) => keptPaths.has(part.path)) },
  }
}

/** Whether a part of the state is what was saved under its path: the same definition, or one that is carried over, and the same regions. */
function fits(part: StatePart, saved: ManifestPart | undefined): boolean {
  if (saved === undefined) return false
  if (saved.definition !== part.definition && part.carries?.(saved.definition) === undefined) return false
  const regions = Object.entries(part.state.regions())
  if (regions.length !== saved.regions.length) return false
  return regions.every(([name, region]) =>
    saved.regions.some((one) => one.name === name && one.type === regionType(region)),
  )
}

function fillingsOf({ path, state }: StatePart, saved: ManifestPart): Filling[] {
  const regions = state.regions()
  return saved.regions.map((from) => {
    const bytes = new Uint8Array(regionBytes(from.type, from.length))
    return { place: `${path} ${from.name}`, from, into: regions[from.name], bytes }
  })
}

/** Reads a blob and copies what the regions need of it. */
async function readBlob(
  blobs: BlobStore,
  { blobs: all }: SnapshotManifest,
  blob: number,
  fillings: readonly Filling[],
): Promise<void> {
  const bytes = await readVerified(blobs, all[blob])
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (const { place, from, bytes: target } of fillings) {
    for (let page = from.blobs.indexOf(blob); page >= 0; page = from.blobs.indexOf(blob, page + 1)) {
      const start = from.offsets[page] * 8
      const end = start + regionPageBytes(from.type, from.length, page)
      if (end > source.length) throw badSnapshot(all[blob].name, `page ${page} of '${place}' would end behind it`)
      source.copy(target, page * PAGE_BYTES, start, end)
    }
  }
}

function fill({ place, from, into, bytes }: Filling): void {
  if (into instanceof Pages) {
    fillPages(into, from.length, bytes)
    return
  }
  try {
    into.load(bytes)
  } catch (cause) {
    throw new MillraceError(
      'MILLRACE_TASK_SNAPSHOT_STATE',
      `state '${place}'`,
      `what was saved of it cannot be loaded (${(cause as Error).message})`,
      'Run the release of Millrace that saved it, or start this stream anew with `millrace reset`',
      { cause },
    )
  }
}

/** Takes the bytes over as the region's array, or copies them where the region has room: what is behind them becomes zero. */
function fillPages(pages: Pages, length: number, bytes: Uint8Array<ArrayBuffer>): void {
  if (length > pages.values.length) {
    pages.values = new (pages.values.constructor as new (buffer: ArrayBuffer) => StateArray)(bytes.buffer)
  } else {
    const { values } = pages
    new Uint8Array(values.buffer, values.byteOffset, bytes.length).set(bytes)
    values.fill(0, length)
  }
  pages.resize(length)
  pages.clean()
}
