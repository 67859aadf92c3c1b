import { Pages } from '../stats/pages.ts'

/** Doubles a cell: predictions, settled ones, labelled ones, sums of the differences, of their squares and of their sizes. */
const CELL = 6
const FIRST_LENGTH = 32
const CAPACITY = 4096

/**
 * Paired loss differences in the order of the predictions, summed up in cells of equally many consecutive predictions.
 * Bounded: when there are 4,096 cells, two and two become one. Flat state; the scalars are kept by the owner's `head`:
 * cell length, cells begun.
 */
export class PairedCells {
  readonly pages = new Pages(new Float64Array(64 * CELL))
  /** Consecutive predictions a cell. */
  length = FIRST_LENGTH
  /** Cells begun. */
  count = 0

  clear(): void {
    this.length = FIRST_LENGTH
    this.count = 0
  }

  /** Counts the prediction at a place, places rising from 0; gives how many times the cells were merged for it. */
  predicted(place: number): number {
    let merges = 0
    let cell = Math.floor(place / this.length)
    for (; cell >= CAPACITY; cell = Math.floor(place / this.length)) {
      this.merge()
      merges++
    }
    if (cell >= this.count) this.extend(cell + 1)
    this.pages.values[cell * CELL]++
    this.pages.touch(cell * CELL)
    return merges
  }

  /** Counts the loss difference of the prediction at a place. */
  settled(place: number, difference: number): void {
    const at = Math.floor(place / this.length) * CELL
    const { values } = this.pages
    values[at + 1]++
    values[at + 2]++
    values[at + 3] += difference
    values[at + 4] += difference * difference
    values[at + 5] += Math.abs(difference)
    this.pages.touch(at)
    this.pages.touch(at + 5)
  }

  /** Counts a prediction whose label will not come. */
  expired(place: number): void {
    const at = Math.floor(place / this.length) * CELL + 1
    this.pages.values[at]++
    this.pages.touch(at)
  }

  /** Whether at least a share of the predictions of cells `from` to `to` - 1 is settled. */
  isSettled(from: number, to: number, share: number): boolean {
    const { values } = this.pages
    let predicted = 0
    let settled = 0
    for (let at = from * CELL; at < to * CELL; at += CELL) {
      predicted += values[at]
      settled += values[at + 1]
    }
    return settled >= share * predicted
  }

  /** Labelled predictions in cells `from` to `to` - 1. */
  labelled(from: number, to: number): number {
    let labelled = 0
    for (let at = from * CELL; at < to * CELL; at += CELL) labelled += this.pages.values[at + 2]
    return labelled
  }

  /** How many differences of one size would say as much as those in cells `from` to `to` - 1: (sum |d|)^2 / sum d^2. */
  effective(from: number, to: number): number {
    const { values } = this.pages
    let squares = 0
    let sizes = 0
    for (let at = from * CELL; at < to * CELL; at += CELL) {
      squares += values[at + 4]
      sizes += values[at + 5]
    }
    return squares > 0 ? (sizes * sizes) / squares : 0
  }

  /** Writes the moments of the differences of single predictions in cells `from` to `to` - 1. */
  rowMoments(from: number, to: number, out: Moments): void {
    const { values } = this.pages
    let sum = 0
    let squares = 0
    let count = 0
    for (let at = from * CELL; at < to * CELL; at += CELL) {
      count += values[at + 2]
      sum += values[at + 3]
      squares += values[at + 4]
    }
    out.count = count
    out.mean = sum / count
    out.variance = Math.max(0, (squares - (sum * sum) / count) / (count - 1))
  }

  /** Writes the moments of the means of the full blocks of `size` cells each, from cell `from` on, before cell `to`. */
  blockMoments(from: number, to: number, size: number, out: Moments): void {
    const { values } = this.pages
    let count = 0
    let mean = 0
    let squares = 0
    for (let block = from; block + size <= to; block += size) {
      let labelled = 0
      let sum = 0
      for (let at = block * CELL; at < (block + size) * CELL; at += CELL) {
        labelled += values[at + 2]
        sum += values[at + 3]
      }
      if (labelled === 0) continue
      count++
      const step = sum / labelled - mean
      mean += step / count
      squares += step * (sum / labelled - mean)
    }
    out.count = count
    out.mean = mean
    out.variance = squares / (count - 1)
  }

  private extend(count: number): void {
    this.pages.ensure(count * CELL)
    this.pages.values.fill(0, this.count * CELL, count * CELL)
    this.pages.touchRange(this.count * CELL, count * CELL)
    this.count = count
  }

  private merge(): void {
    const { values } = this.pages
    const count = Math.ceil(this.count / 2)
    if (this.count % 2 === 1) {
      this.extend(this.count + 1)
      return this.merge()
    }
    for (let cell = 0; cell < count; cell++) {
      for (let i = 0; i < CELL; i++) {
        values[cell * CELL + i] = values[2 * cell * CELL + i] + values[(2 * cell + 1) * CELL + i]
      }
    }
    this.pages.touchRange(0, count * CELL)
    this.count = count
    this.length *= 2
  }
}

/** Count, mean and sample variance. */
export interface Moments {
  count: number
  mean: number
  variance: number
}
