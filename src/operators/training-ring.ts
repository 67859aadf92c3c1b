import { Pages } from '../stats/pages.ts'
import type { StateRegion, Stateful } from '../stats/state-region.ts'

/**
 * The latest labelled rows, in the order in which their labels came, and a copy of some of them pinned for a retrain job:
 * so a job's source is task state, and a restart finds the same rows. Each is `width` doubles and its label.
 */
export class TrainingRing implements Stateful {
  readonly capacity: number
  private readonly width: number
  private readonly ring: Pages<Float64Array>
  private readonly pinned = new Pages(new Float64Array(0))
  /** Labels ever taken. */
  private readonly head = new Pages(new Float64Array(1))

  constructor(capacity: number, width: number) {
    this.capacity = capacity
    this.width = width + 1
    this.ring = new Pages(new Float64Array(1024 * this.width))
  }

  /** Labels ever taken: the number of the next one. */
  get taken(): number {
    return this.head.values[0]
  }

  /** Number of the oldest label that is still here. */
  get oldest(): number {
    return Math.max(0, this.taken - this.capacity)
  }

  add(row: Float64Array, offset: number, label: number): void {
    const place = this.head.values[0] % this.capacity
    if ((place + 1) * this.width > this.ring.length)
      this.ring.ensure(Math.min(this.capacity, (place + 1) * 2) * this.width)
    const at = place * this.width
    const { values } = this.ring
    const columns = this.width - 1
    for (let i = 0; i < columns; i++) values[at + i] = row[offset + i]
    values[at + columns] = label
    this.ring.touchRange(at, at + this.width)
    this.head.values[0]++
    this.head.touch(0)
  }

  /** Copies the labelled rows from number `from` on, for a job. */
  pin(from: number): void {
    const first = Math.max(from, this.oldest)
    const rows = this.taken - first
    this.pinned.resize(0)
    this.pinned.ensure(rows * this.width)
    this.pinned.resize(rows * this.width)
    for (let i = 0; i < rows; i++) {
      const at = ((first + i) % this.capacity) * this.width
      this.pinned.values.set(this.ring.values.subarray(at, at + this.width), i * this.width)
    }
    this.pinned.touchRange(0, rows * this.width)
  }

  /** Lets the pinned rows go. */
  unpin(): void {
    this.pinned.resize(0)
  }

  /** The pinned rows, one after the other, label last: a view that holds until the next `pin`. */
  get rows(): Float64Array {
    return this.pinned.values.subarray(0, this.pinned.length)
  }

  /** Calls back with every labelled row from number `from` on that is still here. */
  replay(from: number, learn: (rows: Float64Array, offset: number, label: number) => void): void {
    const { values } = this.ring
    for (let i = Math.max(from, this.oldest); i < this.taken; i++) {
      const at = (i % this.capacity) * this.width
      learn(values, at, values[at + this.width - 1])
    }
  }

  regions(): Readonly<Record<string, StateRegion>> {
    return { ring: this.ring, pinned: this.pinned, head: this.head }
  }
}
