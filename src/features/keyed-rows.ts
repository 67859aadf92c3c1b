import { Pages } from '../stats/pages.ts'
import type { StateRegion } from '../stats/state-region.ts'
import type { RunningFeature } from './keyed-feature.ts'

/**
 * What most features share: a row of doubles for each slot, whose first is the time of the slot's newest update (-Infinity = empty;
 * the others then mean nothing), and the count of late updates.
 */
export abstract class KeyedRows implements RunningFeature {
  protected readonly stride: number
  private readonly memoryMs: number
  protected readonly rows = new Pages(new Float64Array(0))
  private readonly counters = new Pages(new Float64Array(1))

  constructor(stride: number, memoryMs: number) {
    this.stride = stride
    this.memoryMs = memoryMs
  }

  get late(): number {
    return this.counters.values[0]
  }

  get bytesPerKey(): number {
    return this.stride * 8
  }

  ensure(slots: number): void {
    const { rows, stride } = this
    if (slots * stride <= rows.length) return
    const from = rows.length
    rows.ensure(slots * stride)
    for (let at = from; at < rows.length; at += stride) rows.values[at] = -Infinity
  }

  clear(slot: number): void {
    this.rows.values[slot * this.stride] = -Infinity
    this.rows.touch(slot * this.stride)
  }

  abstract update(slot: number, timeMs: number, value: number): boolean

  abstract read(slot: number, timeMs: number): number

  regions(): Readonly<Record<string, StateRegion>> {
    return { rows: this.rows, counters: this.counters }
  }

  /** Whether the row that begins at `at` has no values, or none that matters any more at `timeMs`. */
  protected isEmpty(at: number, timeMs: number): boolean {
    const newest = this.rows.values[at]
    return newest === -Infinity || timeMs - newest > this.memoryMs
  }

  /** Counts a late update. */
  protected refuse(): boolean {
    this.counters.values[0]++
    this.counters.touch(0)
    return false
  }

  /** Marks `count` doubles from `at` on as changed. */
  protected touch(at: number, count: number): void {
    if (count > this.rows.pageLength) {
      this.rows.touchRange(at, at + count)
      return
    }
    this.rows.touch(at)
    this.rows.touch(at + count - 1)
  }
}
