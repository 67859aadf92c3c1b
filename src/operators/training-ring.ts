import { Pages } from '../stats/pages.ts'
import type { StateRegion, Stateful } from '../stats/state-region.ts'
import { layOut } from './lay-out.ts'
import { areSameColumns, type NamedColumn } from './named-column.ts'
import { savedColumns } from './saved-columns.ts'

/**
 * The latest labelled rows, in the order in which their labels came, and a copy of some of them pinned for a retrain job:
 * so a job's source is task state, and a restart finds the same rows. Each is the row's columns and its label.
 */
export class TrainingRing implements Stateful {
  readonly capacity: number
  /** Doubles a labelled row. */
  readonly rowWidth: number
  private readonly columns: readonly NamedColumn[]
  /** Those that the rows were saved with, until they are laid out anew. */
  private saved: readonly NamedColumn[] | undefined
  private readonly ring: Pages<Float64Array>
  private readonly pinned = new Pages(new Float64Array(0))
  /** Labels ever taken. */
  private readonly head = new Pages(new Float64Array(1))

  constructor(capacity: number, columns: readonly NamedColumn[]) {
    this.capacity = capacity
    this.columns = columns
    this.rowWidth = columns.length + 1
    this.ring = new Pages(new Float64Array(Math.min(capacity, 1024) * this.rowWidth))
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
    const { ring, rowWidth, head } = this
    const place = this.taken - Math.floor(this.taken / this.capacity) * this.capacity // as by %, which is slow on doubles
    const at = place * rowWidth
    if (at + rowWidth > ring.length) ring.ensure(Math.min(this.capacity, (place + 1) * 2) * rowWidth)
    const { values } = ring
    const last = rowWidth - 1
    for (let i = 0; i < last; i++) values[at + i] = row[offset + i]
    values[at + last] = label
    if (rowWidth <= ring.pageLength) {
      ring.touch(at)
      ring.touch(at + last)
    } else ring.touchRange(at, at + rowWidth)
    head.values[0]++
    head.touch(0)
  }

  /** Copies the labelled rows from number `from` on, for a job. */
  pin(from: number): void {
    const { capacity, rowWidth, pinned } = this
    const first = Math.max(from, this.oldest)
    const rows = this.taken - first
    pinned.resize(0)
    pinned.resize(rows * rowWidth)
    const place = first % capacity
    const untilEnd = Math.min(rows, capacity - place) // the rest lies at the beginning of the ring
    pinned.values.set(this.ring.values.subarray(place * rowWidth, (place + untilEnd) * rowWidth))
    pinned.values.set(this.ring.values.subarray(0, (rows - untilEnd) * rowWidth), untilEnd * rowWidth)
    pinned.touchRange(0, rows * rowWidth)
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
      const at = (i % this.capacity) * this.rowWidth
      learn(values, at, values[at + this.rowWidth - 1])
    }
  }

  regions(): Readonly<Record<string, StateRegion>> {
    const save = (): Uint8Array => new TextEncoder().encode(JSON.stringify(this.columns))
    const load = (bytes: Uint8Array): void => {
      this.saved = savedColumns(JSON.parse(new TextDecoder().decode(bytes)))
    }
    return { ring: this.ring, pinned: this.pinned, head: this.head, columns: { save, load } }
  }

  loaded(): void {
    const { saved, columns, ring, pinned } = this
    if (saved !== undefined && !areSameColumns(saved, columns)) {
      layOut(ring, saved, columns)
      layOut(pinned, saved, columns)
    }
    this.saved = undefined
  }
}
