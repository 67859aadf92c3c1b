import { Pages } from '../stats/pages.ts'
import type { StatePart } from '../stats/state-region.ts'

/** What a task counts, and beside it the time it has reached: places in one array. */
export const CounterIndex = {
  /** The latest arrival, ms. */
  nowMs: 0,
  predicted: 1,
  /** Labels that were scored and learned, implicit ones too. */
  learned: 2,
  /** Labels that came before their events. */
  early: 3,
  /** Labels that came after their events had stopped waiting; dead letters. */
  late: 4,
  /** Early labels whose events never came. */
  orphaned: 5,
  duplicate: 6,
  /** Second labels that were learned. */
  corrected: 7,
  /** Events without a label at the horizon. */
  unlabelled: 8,
  /** Events that stopped waiting because `maxPending` others came. */
  dropped: 9,
  /** Labels of a class beyond the most that are told apart. */
  unknownClass: 10,
  /** Updates that came too late for their windows. */
  lateUpdates: 11,
  warnings: 12,
  rejected: 13,
  /** Arrows that threw on a label when its record was no longer at hand. */
  arrowFailures: 14,
  /** Records taken, of all inputs, rejected ones too. */
  taken: 15,
} as const

/** What a task has counted since it began. */
export type Counter = keyof typeof CounterIndex

const COUNTERS = 16

/** The counters of a task and the latest label, as state. */
export class Counters {
  private readonly pages = new Pages(new Float64Array(COUNTERS))
  private readonly label = new Pages(new Float64Array(1))

  constructor() {
    this.label.values[0] = Number.NaN
    this.pages.values[CounterIndex.nowMs] = Number.NEGATIVE_INFINITY // before any time that may come
  }

  /** The time reached, ms; 0 before the first record. */
  get nowMs(): number {
    return this.read('nowMs')
  }

  /** The latest label; NaN before the first. */
  get lastLabel(): number {
    return this.label.values[0]
  }

  set lastLabel(label: number) {
    this.label.values[0] = label
    this.label.touch(0)
  }

  read(counter: Counter): number {
    const value = this.pages.values[CounterIndex[counter]]
    return value === Number.NEGATIVE_INFINITY ? 0 : value
  }

  /** Counts one more; the count. */
  add(counter: number): number {
    this.pages.touch(counter)
    return ++this.pages.values[counter]
  }

  /** Moves time on to `timeMs`, never back; the time. */
  advance(timeMs: number): number {
    const { values } = this.pages
    if (timeMs > values[CounterIndex.nowMs]) {
      values[CounterIndex.nowMs] = timeMs
      this.pages.touch(CounterIndex.nowMs)
    }
    return values[CounterIndex.nowMs]
  }

  part(): StatePart {
    return { path: 'counters', definition: '', state: { regions: () => ({ counters: this.pages }) } }
  }

  lastLabelPart(): StatePart {
    return { path: 'label.last', definition: '', state: { regions: () => ({ label: this.label }) } }
  }
}
