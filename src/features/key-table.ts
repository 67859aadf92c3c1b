import { MillraceError } from '../errors.ts'
import { Pages } from '../stats/pages.ts'
import type { StateRegion, Stateful } from '../stats/state-region.ts'
import { featureParameter } from './feature-parameter.ts'
import { KeyIndex } from './key-index.ts'
import { KeyScratch } from './key-scratch.ts'

const MAX_KEYS = 100_000_000
const FIRST_WIDTH = 4 // words of 4 bytes
const SWEPT_A_CALL = 2
const EVICTION_LOOKS = 1024 // bounds what one new key can cost when nearly every slot is retained
const GRAINS = 64 // uses closer together than a 64th of the time to live are one, so that a busy key dirties no page
const WIDTH = 0
const SLOTS = 1
const SIZE = 2
const EVICTED = 3
const EXPIRED = 4
const REFUSED = 5
const SWEEP_HAND = 6
const CLOCK_HAND = 7
const FREE = 8
const SCALARS = 9

/**
 * Keys to slots: an open-addressing table over flat pages, no JavaScript string per key.
 *
 * A key is built part by part (`begin`, then `addBytes`, `addString`, `addNumber`, `addNull`), each part self-delimiting, so that
 * ('ab', 'c') and ('a', 'bc') differ, and so do 5 and '5'. Up to 1,024 bytes with a header of 1 to 3 bytes a part; a
 * longer key has no slot: `find` and `findOrAdd` give -1, and nothing throws. Keys lie in cells of one width, 16 bytes at first; a longer key re-lays all cells at least 1.5 times as wide. So a key costs at
 * most 1.5 x the widest key + 16 bytes, 12 of state and 16 of index, `maxKeys` times. At `maxKeys` a new key takes the slot of an old one by CLOCK (second
 * chance; Corbató, 1968) among the slots that no pending row retains; when 1,024 looks find none it has no slot (-1, `refused`).
 *
 * A slot unused for `ttlMs` (at most a 64th longer, and then at the hand's next visit) is freed by `sweep`. Everything is a function
 * of the calls; the hash index is derived and not saved.
 */
export class KeyTable implements Stateful {
  private readonly maxKeys: number
  private readonly ttlMs: number
  private readonly grainMs: number
  /** Slots above which eviction is near enough to note which ones are found again. */
  private readonly crowded: number

  private readonly keys = new Pages(new Int32Array(0))
  private readonly used = new Pages(new Float64Array(0))
  /** In use: 2 x retaining rows + 1 if found since the clock's hand passed. Free: -2 - the next free slot. */
  private readonly holds = new Pages(new Int32Array(0))
  private readonly scalars = new Pages(new Float64Array(SCALARS))
  private width = FIRST_WIDTH

  private readonly index = new KeyIndex()
  private readonly scratch = new KeyScratch()
  private readonly listeners: ((slot: number) => void)[] = []

  constructor(options: { maxKeys: number; ttlMs: number }) {
    const { maxKeys, ttlMs } = options
    const fits = Number.isInteger(maxKeys) && maxKeys >= 1 && maxKeys <= MAX_KEYS
    featureParameter('maxKeys', maxKeys, fits, `an integer from 1 to ${MAX_KEYS}`)
    featureParameter('ttlMs', ttlMs, ttlMs > 0, 'milliseconds above 0, or Infinity')
    this.maxKeys = maxKeys
    this.ttlMs = ttlMs
    this.grainMs = ttlMs / GRAINS
    this.crowded = maxKeys >> 1
    this.scalars.values[WIDTH] = FIRST_WIDTH
    this.scalars.values[FREE] = -1
  }

  /** Slots ever in use are 0 to `slots` - 1. */
  get slots(): number {
    return this.scalars.values[SLOTS]
  }

  /** Keys held. */
  get size(): number {
    return this.scalars.values[SIZE]
  }

  /** Keys that gave way to new ones at `maxKeys`. */
  get evicted(): number {
    return this.scalars.values[EVICTED]
  }

  /** Keys freed because nobody used them for `ttlMs`. */
  get expired(): number {
    return this.scalars.values[EXPIRED]
  }

  /** New keys that got no slot: too long, or too many slots retained. */
  get refused(): number {
    return this.scalars.values[REFUSED]
  }

  /** Starts a key. */
  begin(): void {
    this.scratch.begin()
  }

  /** Adds a string part given as the UTF-8 bytes `start` to `end` - 1. */
  addBytes(bytes: Uint8Array, start: number, end: number): void {
    this.scratch.addBytes(bytes, start, end)
  }

  /** Adds a string part; the same key as `addBytes` with its UTF-8 bytes (a lone surrogate is U+FFFD). */
  addString(text: string): void {
    this.scratch.addString(text)
  }

  /** Adds a number part; NaN is the same part as a null. */
  addNumber(value: number): void {
    this.scratch.addNumber(value)
  }

  /** Adds a part that is missing. */
  addNull(): void {
    this.scratch.addNull()
  }

  /** The slot of the key, or -1; changes nothing. */
  find(): number {
    const words = this.scratch.seal()
    if (words < 0) return -1
    const key = this.scratch.words
    return this.index.find(this.keys.values, this.width, key, words, KeyIndex.hash(key, 0, words))
  }

  /** The slot of the key, added when new, and marked as used at `timeMs`; -1 when it gets none. */
  findOrAdd(timeMs: number): number {
    const words = this.scratch.seal()
    if (words < 0) return this.refuse()
    const key = this.scratch.words
    const hash = KeyIndex.hash(key, 0, words)
    const slot = this.index.find(this.keys.values, this.width, key, words, hash)
    if (slot < 0) return this.add(words, hash, timeMs)
    if (this.scalars.values[SLOTS] > this.crowded) this.mark(slot)
    this.use(slot, timeMs)
    return slot
  }

  /** Marks a slot as used at `timeMs`, as `findOrAdd` does, for what happens to a key that is not at hand. */
  use(slot: number, timeMs: number): void {
    if (timeMs - this.used.values[slot] <= this.grainMs) return
    this.used.values[slot] = timeMs
    this.used.touch(slot)
  }

  /** A pending row refers to the slot: until `release` it is neither evicted nor expired. */
  retain(slot: number): void {
    this.holds.values[slot] += 2
    this.holds.touch(slot)
  }

  /** Undoes one `retain`. */
  release(slot: number): void {
    if (this.holds.values[slot] < 2) {
      throw new MillraceError(
        'MILLRACE_FEATURE_SLOT',
        `slot ${slot}`,
        'released more often than retained',
        'Release once for each retain',
      )
    }
    this.holds.values[slot] -= 2
    this.holds.touch(slot)
  }

  /** Frees slots unused for `ttlMs` and not retained, among the next few behind a rotating hand: O(1). */
  sweep(timeMs: number): void {
    const slots = this.slots
    if (this.ttlMs === Infinity || slots === 0) return
    const dead = timeMs - this.ttlMs - this.grainMs
    let hand = this.scalars.values[SWEEP_HAND]
    for (let look = 0; look < SWEPT_A_CALL; look++) {
      const holds = this.holds.values[hand]
      if ((holds === 0 || holds === 1) && this.used.values[hand] < dead) {
        this.free(hand)
        this.scalars.values[EXPIRED]++
      }
      hand = hand + 1 === slots ? 0 : hand + 1
    }
    this.scalars.values[SWEEP_HAND] = hand
    this.scalars.touch(0)
  }

  /** Calls `listener` for each slot that is freed, before another key can get it. */
  onFree(listener: (slot: number) => void): void {
    this.listeners.push(listener)
  }

  /** The key of a slot for people, parts joined by ' | '; '' for a slot that is free. */
  text(slot: number): string {
    if (!(this.holds.values[slot] >= 0 && slot < this.slots)) return ''
    return KeyScratch.text(this.keys.values, slot * this.width, this.width)
  }

  regions(): Readonly<Record<string, StateRegion>> {
    return { keys: this.keys, used: this.used, holds: this.holds, scalars: this.scalars }
  }

  loaded(): void {
    this.width = this.scalars.values[WIDTH]
    this.index.rebuild(this.slots, this.holds.values, this.keys.values, this.width)
  }

  private add(words: number, hash: number, timeMs: number): number {
    const scalars = this.scalars.values
    if (scalars[FREE] < 0 && scalars[SLOTS] === this.maxKeys && !this.evict()) return this.refuse()
    if (words > this.width) this.widen(words)
    let slot = scalars[FREE]
    if (slot >= 0) {
      scalars[FREE] = -2 - this.holds.values[slot]
    } else {
      slot = scalars[SLOTS]++
      this.keys.ensure((slot + 1) * this.width)
      this.used.ensure(slot + 1)
      this.holds.ensure(slot + 1)
    }
    const at = slot * this.width
    const cells = this.keys.values
    for (let i = 0; i < this.width; i++) cells[at + i] = i < words ? this.scratch.words[i] : 0
    this.keys.touch(at)
    this.keys.touch(at + this.width - 1)
    this.used.values[slot] = timeMs
    this.used.touch(slot)
    this.holds.values[slot] = 0
    this.holds.touch(slot)
    scalars[SIZE]++
    this.scalars.touch(0)
    if (this.index.hasRoom(scalars[SLOTS])) this.index.add(slot, hash)
    else this.index.rebuild(this.slots, this.holds.values, this.keys.values, this.width)
    return slot
  }

  /** Gives the slot its second chance. */
  private mark(slot: number): void {
    const holds = this.holds.values[slot]
    if ((holds & 1) !== 0) return
    this.holds.values[slot] = holds | 1
    this.holds.touch(slot)
  }

  private refuse(): number {
    this.scalars.values[REFUSED]++
    this.scalars.touch(0)
    return -1
  }

  /** Frees one slot by second chance; when the looks are spent, the first slot that is not retained. */
  private evict(): boolean {
    const slots = this.slots
    const holds = this.holds.values
    let hand = this.scalars.values[CLOCK_HAND]
    let victim = -1
    const looks = Math.min(EVICTION_LOOKS, 2 * slots)
    for (let look = 0; look < looks; look++) {
      const slot = hand
      hand = hand + 1 === slots ? 0 : hand + 1
      if (holds[slot] === 0) {
        victim = slot
        break
      }
      if (holds[slot] === 1) {
        if (victim < 0) victim = slot
        holds[slot] = 0
        this.holds.touch(slot)
      }
    }
    this.scalars.values[CLOCK_HAND] = hand
    this.scalars.touch(0)
    if (victim < 0) return false
    this.free(victim)
    this.scalars.values[EVICTED]++
    return true
  }

  private free(slot: number): void {
    this.index.remove(slot, this.keys.values, this.width)
    for (let i = 0; i < this.listeners.length; i++) this.listeners[i](slot)
    const scalars = this.scalars.values
    this.holds.values[slot] = -2 - scalars[FREE]
    this.holds.touch(slot)
    scalars[FREE] = slot
    scalars[SIZE]--
    this.scalars.touch(0)
  }

  /** Re-lays all cells so that keys of `words` words fit. */
  private widen(words: number): void {
    const old = this.width
    const width = (Math.max(words, (old * 3) >> 1) + 3) & ~3
    this.keys.ensure(this.slots * width)
    const cells = this.keys.values
    for (let slot = this.slots - 1; slot >= 0; slot--) {
      cells.copyWithin(slot * width, slot * old, (slot + 1) * old)
      cells.fill(0, slot * width + old, (slot + 1) * width)
    }
    this.keys.touchRange(0, this.slots * width)
    this.width = width
    this.scalars.values[WIDTH] = width
    this.scalars.touch(0)
  }
}
