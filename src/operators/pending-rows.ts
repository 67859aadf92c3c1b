import { KeyTable } from '../features/key-table.ts'
import { Pages } from '../stats/pages.ts'
import type { Stateful, StateRegion } from '../stats/state-region.ts'

const NEXT_OF_KEY = 0
const OLDER = 1
const NEWER = 2
const KEY = 3
const LINKS = 4

const HEAD = 0
const TAIL = 1
const FREE = 2
const USED = 3
const COUNT = 4
const META = 5

/** What is known of a key: nothing, rows that wait for its label, its label has come, it came before any event, none came in time, or its rows had to make room. */
export const KeyState = { none: 0, waiting: 1, resolved: 2, early: 3, expired: 4, dropped: 5 } as const

// What is kept of a key; of one without rows, instead of the first of them, since when it is in its state.
const STATE = 0
const FIRST = 1
const SINCE = 1
const LAST = 2
const LABEL = 3
const KEYED = 4 // doubles, a power of two: no key lies on two pages or two cache lines

export interface PendingRowsOptions {
  /** Doubles a row. */
  readonly width: number
  readonly maxPending: number
  /** How long a key's state is remembered after its last row went. */
  readonly memoryMs: number
  /** Hears of every key that is forgotten while its label waits for an event. */
  readonly onOrphan: (key: number) => void
}

/**
 * Rows that wait for their labels: each keeps `width` doubles, belongs to a key (or to none, -1), and is in the list of
 * all rows from the oldest to the newest. A key is remembered for a while without rows: that its label came first
 * (early), has come already (so that another is a duplicate), or did not come in time. All state is flat.
 */
export class PendingRows implements Stateful {
  readonly width: number
  /** Row `r` is `values[r * width ...]`. */
  readonly rows: Pages<Float64Array>
  readonly keys: KeyTable
  private readonly memoryMs: number
  private readonly onOrphan: (key: number) => void
  private readonly links = new Pages(new Int32Array(1024 * LINKS))
  private readonly meta = new Pages(new Int32Array(META))
  private readonly keyed = new Pages(new Float64Array(1024 * KEYED))

  constructor(options: PendingRowsOptions) {
    const { width, maxPending, memoryMs, onOrphan } = options
    this.width = width
    this.memoryMs = memoryMs
    this.onOrphan = onOrphan
    this.rows = new Pages(new Float64Array(1024 * width))
    // Four times the pending rows is room for keys that outlive theirs; the rest is evicted by second chance.
    this.keys = new KeyTable({ maxKeys: maxPending * 4 + 1024, ttlMs: Math.max(1, memoryMs) })
    this.keys.onFree((key) => this.lapse(key))
    const meta = this.meta.values
    meta[HEAD] = -1
    meta[TAIL] = -1
    meta[FREE] = -1
  }

  /** Rows that wait. */
  get count(): number {
    return this.meta.values[COUNT]
  }

  /** The row that waits longest, or -1. */
  get oldest(): number {
    return this.meta.values[HEAD]
  }

  /** The state of a key that `keys.findOrAdd` gave, as of `nowMs`. */
  state(key: number, nowMs: number): number {
    this.roomForKey(key)
    const { values } = this.keyed
    const state = values[key * KEYED + STATE]
    if (state <= KeyState.waiting || nowMs <= values[key * KEYED + SINCE] + this.memoryMs) return state
    this.lapse(key)
    return KeyState.none
  }

  /** The first row that waits for the key's label, or -1; further ones by `nextOfKey`. */
  firstOfKey(key: number): number {
    return this.keyed.values[key * KEYED + STATE] === KeyState.waiting ? this.keyed.values[key * KEYED + FIRST] : -1
  }

  nextOfKey(row: number): number {
    return this.links.values[row * LINKS + NEXT_OF_KEY]
  }

  /** The row that came next, of all that wait, or -1. */
  newerThan(row: number): number {
    return this.links.values[row * LINKS + NEWER]
  }

  /** The key of a row; -1 for none. */
  keyOf(row: number): number {
    return this.links.values[row * LINKS + KEY]
  }

  earlyLabel(key: number): number {
    return this.keyed.values[key * KEYED + LABEL]
  }

  /** Says what became of a key without waiting rows, at `nowMs`; with its label where that is early. */
  settle(key: number, state: number, nowMs: number, label = 0): void {
    this.roomForKey(key)
    const { values } = this.keyed
    values[key * KEYED + STATE] = state
    values[key * KEYED + SINCE] = nowMs
    values[key * KEYED + LABEL] = label
    this.keyed.touch(key * KEYED)
    this.keys.use(key, nowMs)
  }

  /** A new newest row of a key; its doubles are the caller's to fill (and `rows.touchRange` is done). */
  add(key: number): number {
    const meta = this.meta.values
    let row = meta[FREE]
    if (row >= 0) meta[FREE] = this.links.values[row * LINKS + NEXT_OF_KEY]
    else {
      row = meta[USED]++
      this.rows.ensure((row + 1) * this.width)
      this.links.ensure((row + 1) * LINKS)
    }
    this.rows.touchRange(row * this.width, (row + 1) * this.width)
    const links = this.links.values
    const at = row * LINKS
    links[at + NEXT_OF_KEY] = -1
    links[at + KEY] = key
    links[at + OLDER] = meta[TAIL]
    links[at + NEWER] = -1
    if (meta[TAIL] >= 0) this.setLink(meta[TAIL], NEWER, row)
    else meta[HEAD] = row
    meta[TAIL] = row
    meta[COUNT]++
    this.links.touch(at)
    this.meta.touch(0)
    if (key >= 0) this.appendToKey(key, row)
    return row
  }

  /** Takes a row out; its key is waiting no longer when this was its last row. */
  remove(row: number): void {
    const links = this.links.values
    const meta = this.meta.values
    const at = row * LINKS
    const older = links[at + OLDER]
    const newer = links[at + NEWER]
    if (older >= 0) this.setLink(older, NEWER, newer)
    else meta[HEAD] = newer
    if (newer >= 0) this.setLink(newer, OLDER, older)
    else meta[TAIL] = older
    if (links[at + KEY] >= 0) this.dropFromKey(links[at + KEY], row)
    this.setLink(row, NEXT_OF_KEY, meta[FREE])
    meta[FREE] = row
    meta[COUNT]--
    this.meta.touch(0)
  }

  regions(): Readonly<Record<string, StateRegion>> {
    const { rows, links, meta, keyed } = this
    const keys = Object.entries(this.keys.regions()).map(([name, region]) => [`keys.${name}`, region])
    return { rows, links, meta, keyed, ...Object.fromEntries(keys) }
  }

  /** Lays out anew rows that were loaded with another width: `move` is called for each row in use, with where it lay and lies. */
  layOut(widthBefore: number, move: (from: Float64Array, at: number, to: Float64Array, into: number) => void): void {
    const { rows, links, width } = this
    const from = rows.values
    const used = this.meta.values[USED]
    const isWaiting = new Uint8Array(used)
    for (let row = this.oldest; row >= 0; row = links.values[row * LINKS + NEWER]) isWaiting[row] = 1
    rows.values = new Float64Array(Math.max(1024, used) * width)
    rows.length = 0
    rows.resize(rows.values.length)
    for (let row = 0; row < used; row++)
      if (isWaiting[row] === 1) move(from, row * widthBefore, rows.values, row * width)
  }

  loaded(): void {
    this.keys.loaded()
  }

  /** Forgets what was known of a key without rows. */
  private lapse(key: number): void {
    this.roomForKey(key)
    if (this.keyed.values[key * KEYED + STATE] === KeyState.early) this.onOrphan(key)
    this.keyed.values[key * KEYED + STATE] = KeyState.none
    this.keyed.touch(key * KEYED)
  }

  private appendToKey(key: number, row: number): void {
    this.roomForKey(key)
    this.keys.retain(key)
    const keyed = this.keyed.values
    const at = key * KEYED
    if (keyed[at + STATE] === KeyState.waiting) this.setLink(keyed[at + LAST], NEXT_OF_KEY, row)
    else {
      keyed[at + STATE] = KeyState.waiting
      keyed[at + FIRST] = row
    }
    keyed[at + LAST] = row
    this.keyed.touch(at)
  }

  private dropFromKey(key: number, row: number): void {
    const keyed = this.keyed.values
    const at = key * KEYED
    const next = this.nextOfKey(row)
    if (keyed[at + FIRST] === row) {
      keyed[at + FIRST] = next
      if (next < 0) keyed[at + STATE] = KeyState.none
    } else {
      let before = keyed[at + FIRST]
      while (this.nextOfKey(before) !== row) before = this.nextOfKey(before)
      this.setLink(before, NEXT_OF_KEY, next)
      if (next < 0) keyed[at + LAST] = before
    }
    this.keyed.touch(at)
    this.keys.release(key)
  }

  private setLink(row: number, link: number, to: number): void {
    this.links.values[row * LINKS + link] = to
    this.links.touch(row * LINKS)
  }

  private roomForKey(key: number): void {
    this.keyed.ensure((key + 1) * KEYED)
  }
}
