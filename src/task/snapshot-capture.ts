import { Pages } from '../stats/pages.ts'
import type { StatePart, StateRegion } from '../stats/state-region.ts'
import { PAGE_BYTES, regionPageBytes, regionPages } from './region-pages.ts'
import { type RegionType, regionBytes, regionType } from './region-type.ts'
import type { SnapshotManifest } from './snapshot-manifest.ts'
import type { StalePages } from './stale-pages.ts'

/** What was copied of a region. */
export interface CapturedRegion {
  readonly name: string
  readonly type: RegionType
  /** Elements; bytes for `bytes`. */
  readonly length: number
  /** The pages that were copied, ascending; a region of bytes is one page. */
  readonly pages: Uint32Array
  /** Where in the buffer the first of them begins; the others follow, `PAGE_BYTES` apart. */
  readonly at: number
}

export interface CapturedPart {
  readonly path: string
  readonly definition: string
  readonly regions: readonly CapturedRegion[]
}

/** A copy of all that changed, in one buffer; plain data, so that it can go to a worker. */
export interface CapturedPages {
  readonly parts: readonly CapturedPart[]
  /** The first `bytes` of it count. */
  readonly buffer: ArrayBuffer
  readonly bytes: number
  /** Bytes of the whole state, changed or not. */
  readonly stateBytes: number
}

/** What became of a capture: its pages are durable; they are not; or what earlier snapshots hold can't be relied on either. */
export type CaptureOutcome = 'written' | 'failed' | 'lost'

export interface CapturedState extends CapturedPages {
  /**
   * Ends the capture, once, and gives its buffer back (or another in its place): the next may begin, and holds the stale
   * pages too.
   */
  settle(outcome: CaptureOutcome, buffer?: ArrayBuffer, stale?: readonly StalePages[]): void
}

/** What the last written snapshot holds of a region. */
interface DurableRegion {
  /** One flag a page: 1 = as it was when last captured, it lies in a blob. */
  pages: Uint8Array
  /** The last capture that saw the region. */
  seen: number
}

interface ChangedRegion {
  readonly name: string
  readonly type: RegionType
  readonly length: number
  /** What is to be copied: the region's changed pages, or the bytes that it saved. */
  readonly source: Pages | Uint8Array
  readonly durable: DurableRegion
  /** Changed pages, and the bytes they take in the buffer, where each begins at a multiple of 8. */
  readonly pages: number
  readonly bytes: number
}

/**
 * Copies what changed in a task's state since the last durable snapshot, between two transactions: synchronous, one copy
 * at a time, into memory that is used again. A page is copied when it is marked as changed or when no durable snapshot
 * holds it, so a write that fails loses nothing: its pages stay without a place until one succeeds.
 */
export class SnapshotCapture {
  private readonly durable = new Map<string, DurableRegion>()
  private buffer = new ArrayBuffer(0)
  private captures = 0
  private current: CapturedState | undefined

  /** `base`: the snapshot that the state was loaded from; nothing that it holds is copied until it changes. */
  constructor(base?: SnapshotManifest) {
    for (const { path, regions } of base?.parts ?? []) {
      for (const { name, type, length } of regions) {
        this.durable.set(`${path}\n${name}`, { pages: new Uint8Array(regionPages(type, length)).fill(1), seen: 0 })
      }
    }
  }

  /** Whether a capture has not been settled yet. */
  get busy(): boolean {
    return this.current !== undefined
  }

  /** Memory for later captures that has been written to before: fresh memory costs several times its copy. */
  provide(buffer: ArrayBuffer): void {
    if (buffer.byteLength > this.buffer.byteLength) this.buffer = buffer
  }

  /** Bytes that a capture finds room for without new memory. */
  get room(): number {
    return this.buffer.byteLength
  }

  /** Bytes of the state that is in pages, and how many of them have changed. */
  measure(parts: readonly StatePart[]): { readonly changedBytes: number; readonly stateBytes: number } {
    let changed = 0
    let stateBytes = 0
    for (const { state } of parts) {
      const regions = state.regions()
      for (const name in regions) {
        const region = regions[name]
        if (!(region instanceof Pages)) continue
        const { dirty, pageCount } = region
        for (let page = 0; page < pageCount; page++) changed += dirty[page]
        stateBytes += region.length * region.values.BYTES_PER_ELEMENT
      }
    }
    return { changedBytes: changed * PAGE_BYTES, stateBytes }
  }

  /** Makes the next capture hold everything. */
  forget(): void {
    for (const region of this.durable.values()) region.pages.fill(0)
  }

  /** Copies what changed; undefined while another capture is not settled. Nothing has changed when a `save` throws. */
  capture(parts: readonly StatePart[]): CapturedState | undefined {
    if (this.current !== undefined) return undefined
    this.captures++
    const changed = parts.map(({ path, state }) =>
      Object.entries(state.regions()).map(([name, region]) => this.changesOf(path, name, region)),
    )
    const all = changed.flat()
    const bytes = all.reduce((sum, region) => sum + region.bytes, 0)
    const stateBytes = all.reduce((sum, { type, length }) => sum + regionBytes(type, length), 0)
    if (this.buffer.byteLength < bytes) this.buffer = new ArrayBuffer(bytes + (bytes >> 2))
    const target = Buffer.from(this.buffer)
    let at = 0
    const captured = parts.map(({ path, definition }, i) => {
      const regions = changed[i].map((region) => {
        at += region.bytes
        return copyRegion(region, target, at - region.bytes)
      })
      return { path, definition, regions }
    })
    this.current = this.settling({ parts: captured, buffer: this.buffer, bytes, stateBytes }, all)
    this.buffer = new ArrayBuffer(0)
    return this.current
  }

  private settling(pages: CapturedPages, changed: readonly ChangedRegion[]): CapturedState {
    const state: CapturedState = {
      ...pages,
      settle: (outcome, buffer, stale = []) => {
        if (this.current !== state) return
        this.current = undefined
        if (buffer !== undefined) this.provide(buffer)
        if (outcome === 'lost') this.forget()
        if (outcome !== 'written') return
        const regions = pages.parts.flatMap((part) => part.regions)
        for (let i = 0; i < regions.length; i++) {
          for (const page of regions[i].pages) changed[i].durable.pages[page] = 1
        }
        for (const { path, region, pages: again } of stale) {
          const durable = this.durable.get(`${path}\n${region}`)
          for (const page of again) if (durable !== undefined) durable.pages[page] = 0
        }
      },
    }
    return state
  }

  private changesOf(path: string, name: string, region: StateRegion): ChangedRegion {
    const type = regionType(region)
    const source = region instanceof Pages ? region : region.save()
    const { length } = source
    const count = regionPages(type, length)
    const durable = this.durableOf(`${path}\n${name}`, count)
    if (!(source instanceof Pages)) return { name, type, length, source, durable, pages: count, bytes: aligned(length) }
    const { dirty } = source
    let pages = 0
    for (let page = 0; page < count; page++) if (dirty[page] === 1 || durable.pages[page] === 0) pages++
    const last = count - 1
    const withLast = count > 0 && (dirty[last] === 1 || durable.pages[last] === 0)
    const missing = withLast ? PAGE_BYTES - aligned(regionPageBytes(type, length, last)) : 0
    return { name, type, length, source, durable, pages, bytes: pages * PAGE_BYTES - missing }
  }

  /** What is known of a region; nothing when the capture before did not see it, for snapshots have dropped it since. */
  private durableOf(key: string, pages: number): DurableRegion {
    let region = this.durable.get(key)
    if (region === undefined) {
      region = { pages: new Uint8Array(pages), seen: 0 }
      this.durable.set(key, region)
    } else if (region.seen !== this.captures - 1) region.pages.fill(0)
    region.seen = this.captures
    if (pages > region.pages.length) {
      const grown = new Uint8Array(Math.max(pages, region.pages.length * 2))
      grown.set(region.pages)
      region.pages = grown
    }
    return region
  }
}

/** Copies the changed pages of a region, run by run, and marks them as neither changed nor durable. */
function copyRegion(
  { name, type, length, source, durable, pages, bytes }: ChangedRegion,
  target: Buffer,
  at: number,
): CapturedRegion {
  const copied = new Uint32Array(pages)
  if (bytes > 0) target.fill(0, at + bytes - 8, at + bytes) // what fills up to a multiple of 8 must not be left from earlier
  if (!(source instanceof Pages)) {
    target.set(source, at)
    return { name, type, length, pages: copied, at }
  }
  const { dirty, values, pageCount } = source
  const whole = Buffer.from(values.buffer, values.byteOffset, length * values.BYTES_PER_ELEMENT)
  let count = 0
  for (let from = 0; from < pageCount; from++) {
    const first = count
    let to = from
    for (; to < pageCount && (dirty[to] === 1 || durable.pages[to] === 0); to++) copied[count++] = to
    if (to === from) continue
    whole.copy(target, at + first * PAGE_BYTES, from * PAGE_BYTES, Math.min(to * PAGE_BYTES, whole.length))
    durable.pages.fill(0, from, to)
    from = to
  }
  source.clean()
  return { name, type, length, pages: copied, at }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}
