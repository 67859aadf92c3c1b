import { Pages } from './pages.ts'
import type { StateRegion, Stateful } from './state-region.ts'

const CELL = 64 // bytes
const HEAD = 2 // of a slot: its first cell + 1, and its bytes
const LENGTH = 1
const USED = 0
const FREE = 1 // the first free cell + 1
const COUNT = 2

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Texts by slot, a small whole number, in pages: so that a snapshot copies what changed and not all of them. A text lies
 * as UTF-8 in cells of 64 bytes, each linked to its next.
 */
export class PagedTexts implements Stateful {
  private readonly cells = new Pages(new Uint8Array(0))
  /** For each cell: the next one + 1, of its text or of the free ones; 0 = none. */
  private readonly next = new Pages(new Int32Array(0))
  private readonly heads = new Pages(new Int32Array(0))
  private readonly meta = new Pages(new Int32Array(3))
  private scratch = new Uint8Array(1024)

  /** How many slots have a text. */
  get count(): number {
    return this.meta.values[COUNT]
  }

  has(slot: number): boolean {
    return slot >= 0 && slot * HEAD < this.heads.length && this.heads.values[slot * HEAD] !== 0
  }

  get(slot: number): string | undefined {
    if (!this.has(slot)) return undefined
    const length = this.heads.values[slot * HEAD + LENGTH]
    this.room(length)
    const { scratch } = this
    let cell = this.heads.values[slot * HEAD] - 1
    for (let at = 0; at < length; at += CELL) {
      const from = cell * CELL
      scratch.set(this.cells.values.subarray(from, from + Math.min(CELL, length - at)), at)
      cell = this.next.values[cell] - 1
    }
    return decoder.decode(scratch.subarray(0, length))
  }

  set(slot: number, text: string): void {
    this.delete(slot)
    this.heads.ensure((slot + 1) * HEAD)
    this.room(text.length * 3)
    const { written: length } = encoder.encodeInto(text, this.scratch)
    let last = -1
    for (let at = 0; at < length || last < 0; at += CELL) {
      const cell = this.take()
      this.cells.values.set(this.scratch.subarray(at, Math.min(at + CELL, length)), cell * CELL)
      this.cells.touch(cell * CELL) // a page holds whole cells
      if (last < 0) this.heads.values[slot * HEAD] = cell + 1
      else this.link(last, cell + 1)
      last = cell
    }
    this.link(last, 0)
    this.heads.values[slot * HEAD + LENGTH] = length
    this.heads.touch(slot * HEAD)
    this.meta.values[COUNT]++
    this.meta.touch(COUNT)
  }

  delete(slot: number): void {
    if (!this.has(slot)) return
    const { heads, meta } = this
    const first = heads.values[slot * HEAD]
    let last = first - 1
    while (this.next.values[last] !== 0) last = this.next.values[last] - 1
    this.link(last, meta.values[FREE])
    meta.values[FREE] = first
    meta.values[COUNT]--
    meta.touch(FREE)
    heads.values[slot * HEAD] = 0
    heads.values[slot * HEAD + LENGTH] = 0
    heads.touch(slot * HEAD)
  }

  regions(): Readonly<Record<string, StateRegion>> {
    return { cells: this.cells, next: this.next, heads: this.heads, meta: this.meta }
  }

  /** A free cell, or a new one. */
  private take(): number {
    const meta = this.meta.values
    const free = meta[FREE] - 1
    if (free >= 0) {
      meta[FREE] = this.next.values[free]
      return free
    }
    const cell = meta[USED]++
    this.cells.ensure((cell + 1) * CELL)
    this.next.ensure(cell + 1)
    return cell
  }

  private link(cell: number, next: number): void {
    this.next.values[cell] = next
    this.next.touch(cell)
  }

  private room(bytes: number): void {
    if (bytes > this.scratch.length) this.scratch = new Uint8Array(Math.max(bytes, this.scratch.length * 2))
  }
}
