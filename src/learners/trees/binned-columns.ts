import { LARGEST_NUMBER } from '../../transforms/row-layout.ts'
import type { ChosenColumns } from './chosen-columns.ts'
import { SortedBins } from './sorted-bins.ts'

const largest = LARGEST_NUMBER

/** The part of a slot that holds number columns in bins: the bins of each, then the rows that wait to be sorted into them, by their count. */
export class BinnedColumns {
  readonly sorted: SortedBins
  private readonly columns: ChosenColumns
  private readonly binsAt: number
  private readonly bufferAt: number

  /** `bins` a column at most; `binsAt` says where in a slot they begin. */
  constructor(columns: ChosenColumns, bins: number, classes: number, binsAt: number) {
    this.columns = columns
    this.sorted = new SortedBins(bins, classes)
    this.binsAt = binsAt
    this.bufferAt = binsAt + columns.width * this.sorted.length
  }

  /** Doubles of `width` columns. */
  static length(width: number, bins: number, classes: number): number {
    return width * SortedBins.length(bins, classes) + 1 + SortedBins.buffer * (width + 2)
  }

  /** Where the bins of a column begin in the slot at `at`. */
  region(at: number, column: number): number {
    return at + this.binsAt + column * this.sorted.length
  }

  /** Keeps a row until it is sorted into the bins of the slot at `at`, whose chosen columns are at `from`. */
  keep(
    slab: Float64Array,
    at: number,
    from: number,
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
  ): void {
    const { rows: chosen, width } = this.columns
    const waiting = slab[at + this.bufferAt]++
    let to = at + this.bufferAt + 1 + waiting * (width + 2)
    for (let j = 0; j < width; j++) {
      const value = j < chosen[from - 1] ? row[offset + chosen[from + j]] : NaN
      slab[to++] = Math.abs(value) <= largest ? value : NaN
    }
    slab[to] = label
    slab[to + 1] = weight
    if (waiting + 1 === SortedBins.buffer) this.sortIn(slab, at)
  }

  /** Sorts the rows that wait into the bins of the slot at `at`. */
  sortIn(slab: Float64Array, at: number): void {
    const { width } = this.columns
    const buffer = at + this.bufferAt
    for (let j = 0; j < width; j++) {
      this.sorted.merge(slab, this.region(at, j), buffer + 1, slab[buffer], width + 2, j)
    }
    slab[buffer] = 0
  }
}
