const BUFFER = 128 // rows that wait to be sorted into the bins

/**
 * Bins of numbers with what is known of the labels in each, in a region of doubles: a count, then the bins by their
 * numbers. A bin is its largest number, its weight, and the weight of each class; or the sum of the targets and of their
 * squares, if there are no classes. New numbers are merged in by the hundred: sorted, they stand between the bins, and all is then packed into bins
 * of equal weight. So bins follow the distribution, whatever its scale, and a number costs a share of one sort.
 */
export class SortedBins {
  static readonly buffer = BUFFER
  /** Doubles a bin. */
  readonly cell: number
  /** Doubles of a region. */
  readonly length: number
  private readonly most: number
  private readonly classes: number
  private readonly order: Int32Array
  private readonly merged: Float64Array

  /** At most `most` bins; `classes` is 0 where the labels are values; at most `buffer` rows are merged at once. */
  constructor(most: number, classes: number, buffer = BUFFER) {
    this.most = most
    this.classes = classes
    this.cell = SortedBins.cell(classes)
    this.length = SortedBins.length(most, classes)
    this.order = new Int32Array(buffer)
    this.merged = new Float64Array((most + buffer) * this.cell)
  }

  static cell(classes: number): number {
    return 2 + (classes === 0 ? 2 : classes)
  }

  static length(most: number, classes: number): number {
    return 1 + most * SortedBins.cell(classes)
  }

  /**
   * Merges `count` rows of `width` doubles at `from` into the region at `to`: the number of each lies at `column`, its
   * label and its weight are the last two. Numbers that are NaN are left out.
   */
  merge(slab: Float64Array, to: number, from: number, count: number, width: number, column: number): void {
    const { order, merged, cell, classes } = this
    let known = 0
    for (let n = 0; n < count; n++) {
      const at = from + n * width + column
      const value = slab[at]
      if (value !== value) continue
      let k = known++
      for (; k > 0 && slab[order[k - 1]] > value; k--) order[k] = order[k - 1]
      order[k] = at
    }
    const bins = slab[to]
    let length = 0
    for (let k = 0, b = 0; k < known || b < bins; length += cell) {
      const bin = to + 1 + b * cell
      if (k === known || (b < bins && slab[bin] <= slab[order[k]])) {
        for (let i = 0; i < cell; i++) merged[length + i] = slab[bin + i]
        b++
        continue
      }
      const at = order[k++]
      const label = slab[at - column + width - 2]
      const weight = slab[at - column + width - 1]
      merged[length] = slab[at]
      merged[length + 1] = weight
      if (classes === 0) {
        merged[length + 2] = weight * label
        merged[length + 3] = weight * label * label
      } else {
        merged.fill(0, length + 2, length + cell)
        merged[length + 2 + label] = weight
      }
    }
    this.pack(slab, to, length)
  }

  /** Packs the sorted cells in `merged` into bins; equal numbers always share one. */
  private pack(slab: Float64Array, to: number, length: number): void {
    const { merged, cell, most } = this
    let total = 0
    let distinct = 0
    for (let i = 0; i < length; i += cell) {
      total += merged[i + 1]
      if (i === 0 || merged[i] !== merged[i - cell]) distinct++
    }
    const share = distinct <= most ? 0 : total / (most - 1)
    let at = to + 1 - cell
    let weight = 0
    let bins = 0
    for (let i = 0; i < length; i += cell) {
      const isEqual = bins > 0 && merged[i] === slab[at]
      const isFull = bins === 0 || weight + merged[i + 1] * 0.5 > share * bins
      if (!isEqual && isFull && bins < most) {
        bins++
        at += cell
        slab.fill(0, at, at + cell)
      }
      weight += merged[i + 1]
      slab[at] = merged[i]
      for (let k = 1; k < cell; k++) slab[at + k] += merged[i + k]
    }
    slab[to] = bins
  }
}
