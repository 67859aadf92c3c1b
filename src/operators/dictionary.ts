import { KeyTable } from '../features/key-table.ts'
import type { StateRegion, Stateful } from '../stats/state-region.ts'

/** Strings to codes 1, 2, ... in the order they came, at most `size` - 1 of them; what comes later is 0, unknown, for ever. */
export class Dictionary implements Stateful {
  readonly size: number
  private readonly table: KeyTable

  constructor(size: number) {
    this.size = size
    this.table = new KeyTable({ maxKeys: size - 1, ttlMs: Number.POSITIVE_INFINITY })
  }

  /** The code of `bytes[start...end - 1]`, given now if it is new. */
  code(bytes: Uint8Array, start: number, end: number): number {
    const { table } = this
    table.begin()
    table.addBytes(bytes, start, end)
    const slot = table.find()
    if (slot >= 0) return slot + 1
    return table.size < this.size - 1 ? table.findOrAdd(0) + 1 : 0
  }

  /** The string of a code; undefined for 0. */
  text(code: number): string | undefined {
    return code > 0 ? this.table.text(code - 1) : undefined
  }

  /** Codes given so far, 0 not counted. */
  get used(): number {
    return this.table.size
  }

  regions(): Readonly<Record<string, StateRegion>> {
    return this.table.regions()
  }

  loaded(): void {
    this.table.loaded()
  }
}
