import type { SeededRandom } from '../../stats/seeded-random.ts'
import type { RowLayout } from '../../transforms/row-layout.ts'

/** How many columns each leaf looks at, and where the draw comes from. */
export interface ColumnSubset {
  readonly size: number
  readonly random: SeededRandom
}

/**
 * Which columns each slot of a tree's leaves looks at: a row of integers a slot, or one for all slots where they look at all.
 * A row holds how many numbers it looks at, their positions in the row of data, and for each coded column whether it does.
 */
export class ChosenColumns {
  rows: Int32Array
  /** Integers from a slot's row to the next, 0 where there is one for all. */
  readonly stride: number
  /** Number columns that there is room for in a slot. */
  readonly width: number
  private readonly layout: RowLayout
  private readonly subset: ColumnSubset | undefined
  private readonly deck: Int32Array

  /** With a `subset` there is room for the rows of `capacity` slots, each of which `draw` fills. */
  constructor(layout: RowLayout, capacity: number, subset?: ColumnSubset) {
    const { numberAt, codeAt } = layout
    this.layout = layout
    this.subset = subset
    this.deck = new Int32Array(layout.width)
    this.width = subset === undefined ? numberAt.length : Math.min(subset.size, numberAt.length)
    this.stride = subset === undefined ? 0 : 1 + this.width + codeAt.length
    this.rows = Int32Array.of(numberAt.length, ...numberAt, ...Array<number>(codeAt.length).fill(1))
    if (subset) this.rows = new Int32Array(capacity * this.stride)
  }

  /** Draws the columns of a slot, by a partial shuffle of all; there are `capacity` slots now. */
  draw(slot: number, capacity: number): void {
    if (this.subset === undefined) return
    if (this.rows.length < capacity * this.stride) this.load(this.rows, capacity)
    const { size, random } = this.subset
    const { deck, rows, stride, width } = this
    const { numberAt } = this.layout
    const row = slot * stride
    rows.fill(0, row, row + stride)
    for (let i = 0; i < deck.length; i++) deck[i] = i
    for (let i = 0; i < size && i < deck.length; i++) {
      const k = i + random.nextInt(deck.length - i)
      const drawn = deck[k]
      deck[k] = deck[i]
      if (drawn < numberAt.length) rows[row + ++rows[row]] = numberAt[drawn]
      else rows[row + 1 + width + drawn - numberAt.length] = 1
    }
  }

  /** The rows of the first slots, to be saved; undefined where all look at all columns. */
  saved(slots: number): Int32Array | undefined {
    return this.subset && this.rows.slice(0, slots * this.stride)
  }

  load(rows: Int32Array, capacity: number): void {
    this.rows = new Int32Array(capacity * this.stride)
    this.rows.set(rows)
  }
}
