import type { Pages, StateArray } from '../../src/stats/pages.ts'
import type { Stateful } from '../../src/stats/state-region.ts'

/** What snapshots keep of a Stateful made of pages: copies only pages that say they changed, as the engine does. */
export class SnapshotShadow {
  private readonly arrays = new Map<string, StateArray>()

  /** Brings the shadow up to date; gives the number of pages that were dirty. */
  take(stateful: Stateful): number {
    let copied = 0
    for (const [name, region] of Object.entries(stateful.regions())) {
      const pages = region as Pages
      const before = this.arrays.get(name)
      const now = new (pages.values.constructor as new (length: number) => StateArray)(pages.length)
      if (before !== undefined) now.set(before.subarray(0, Math.min(before.length, now.length)) as never)
      for (let page = 0; page < pages.pageCount; page++) {
        if (pages.dirty[page] === 0) continue
        copied++
        const from = page * pages.pageLength
        now.set(pages.values.subarray(from, Math.min(from + pages.pageLength, pages.length)) as never, from)
      }
      pages.clean()
      this.arrays.set(name, now)
    }
    return copied
  }

  /** Fills a fresh object of the same definition. */
  restore<S extends Stateful>(fresh: S): S {
    for (const [name, region] of Object.entries(fresh.regions())) {
      const pages = region as Pages
      const kept = this.arrays.get(name) as StateArray
      pages.resize(kept.length)
      pages.values.set(kept as never)
    }
    fresh.loaded?.()
    return fresh
  }
}

/** The bytes of all regions, to compare bit for bit. */
export function stateBytes(stateful: Stateful): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stateful.regions()).map(([name, region]) => {
      const { values, length } = region as Pages
      return [name, Buffer.from(values.buffer, 0, length * values.BYTES_PER_ELEMENT).toString('base64')]
    }),
  )
}
