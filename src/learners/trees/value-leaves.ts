import { LARGEST_NUMBER, type RowLayout } from '../../transforms/row-layout.ts'
import { LeafSlots } from './leaf-slots.ts'
import { SortedBins } from './sorted-bins.ts'

const largest = LARGEST_NUMBER
const MEAN_ERROR = 1 // fading sums of squared errors of the two ways to predict
const LINEAR_ERROR = 2
const ORIGIN = 3 // targets are kept less this, so that sums of squares keep their digits
const WAITING = 4 // rows in the buffer
const LEAST = 5 // of the targets
const MOST = 6
const INTERCEPT = 7 // of the linear model
const TAUGHT = 8 // weight that the linear model has learned, in its ancestors too
const HEAD = 9 // the first is the weight since the last attempt to split
const CELL = 5 // arrays a number column: weight, mean, sum of squares, 1 / deviation, slope
const CODE = 3 // doubles a code: weight, sum and sum of squares of the targets
const STEP = 0.1 // of slopes and intercept, shared among the columns
const FADE = 0.95 // of the errors, as in River
const FAR = 5 // deviations: a number farther off counts as so far

/** How much a leaf of a regression tree keeps. */
export interface ValueDetail {
  /** Bins a number column. */
  readonly bins: number
  /** Rows that wait to be sorted into them. */
  readonly buffer: number
  /** Whether it has a linear model. */
  readonly linear: boolean
}

/**
 * What the leaves of a regression tree know: for each column how the target depends on it (bins of numbers, sums a code),
 * a linear model over standardised numbers, and how well that one and the mean did lately.
 */
export class ValueLeaves extends LeafSlots {
  readonly layout: RowLayout
  readonly codesAt: number
  readonly binsAt: number
  private readonly bufferAt: number
  private readonly buffer: number
  readonly bins: SortedBins

  constructor(layout: RowLayout, most: number, detail: ValueDetail) {
    super(ValueLeaves.slotLength(layout, detail), most)
    this.layout = layout
    this.buffer = detail.buffer
    this.bins = new SortedBins(detail.bins, 0, detail.buffer)
    this.codesAt = HEAD + (detail.linear ? CELL * layout.numberAt.length : 0)
    this.binsAt = this.codesAt + CODE * layout.codeSlots
    this.bufferAt = this.binsAt + this.bins.length * layout.numberAt.length
  }

  static slotLength({ numberAt, codeSlots }: RowLayout, { bins, buffer, linear }: ValueDetail): number {
    const columns = numberAt.length
    const waiting = columns === 0 ? 0 : buffer * (columns + 2)
    return HEAD + (linear ? CELL * columns : 0) + CODE * codeSlots + SortedBins.length(bins, 0) * columns + waiting
  }

  /** Begins a slot whose targets are about `origin`, between `least` and `most`. */
  begin(slot: number, origin: number, least: number, most: number): void {
    const at = slot * this.length
    this.slab[at + ORIGIN] = origin
    this.slab[at + LEAST] = least
    this.slab[at + MOST] = most
  }

  /** Forgets all but the linear model and how well it did. */
  restart(slot: number): void {
    const at = slot * this.length
    this.slab[at] = 0
    this.slab[at + WAITING] = 0
    this.slab.fill(0, at + this.codesAt, at + this.length)
  }

  /** Takes over the linear model of another slot, and how well it did. */
  inherit(slot: number, from: number): void {
    const start = from * this.length
    this.slab.copyWithin(slot * this.length, start, start + this.codesAt)
    this.restart(slot)
  }

  origin(slot: number): number {
    return this.slab[slot * this.length + ORIGIN]
  }

  leastTarget(slot: number): number {
    return this.slab[slot * this.length + LEAST]
  }

  mostTarget(slot: number): number {
    return this.slab[slot * this.length + MOST]
  }

  /** Whether the linear model did better lately than the mean. */
  trustsLinear(slot: number): boolean {
    const at = slot * this.length
    return this.slab[at + LINEAR_ERROR] < this.slab[at + MEAN_ERROR]
  }

  /** What the linear model says. It never leaves the range of the targets seen. */
  linear(slot: number, row: Float64Array, offset: number): number {
    const { slab } = this
    const at = slot * this.length
    const value = slab[at + INTERCEPT] + this.slope(at, row, offset)
    const least = slab[at + LEAST]
    const most = slab[at + MOST]
    return value < least ? least : value > most ? most : value
  }

  private slope(at: number, row: Float64Array, offset: number): number {
    const { slab } = this
    const { numberAt } = this.layout
    const columns = numberAt.length
    let sum = 0
    for (let j = 0, i = at + HEAD; j < columns; j++, i++) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      const z = (value - slab[i + columns]) * slab[i + 3 * columns]
      sum += slab[i + 4 * columns] * (z > FAR ? FAR : z < -FAR ? -FAR : z)
    }
    return sum
  }

  /** Counts how far both ways to predict were off. */
  score(slot: number, target: number, mean: number, linear: number): void {
    const { slab } = this
    const at = slot * this.length
    slab[at + MEAN_ERROR] = FADE * slab[at + MEAN_ERROR] + (target - mean) * (target - mean)
    slab[at + LINEAR_ERROR] = FADE * slab[at + LINEAR_ERROR] + (target - linear) * (target - linear)
  }

  /** Moves the slopes by a normalised step (Nagumo & Noda, 1967), then learns the columns' means and deviations. */
  learnLinear(slot: number, row: Float64Array, offset: number, target: number, weight: number): void {
    const { slab } = this
    const { numberAt } = this.layout
    const columns = numberAt.length
    const at = slot * this.length
    const first = at + HEAD
    let square = 1
    for (let j = 0, i = first; j < columns; j++, i++) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      const z = (value - slab[i + columns]) * slab[i + 3 * columns]
      square += z > FAR || z < -FAR ? FAR * FAR : z * z
    }
    const error = target - slab[at + INTERCEPT] - this.slope(at, row, offset)
    const step = (STEP * weight) / (1 + STEP * weight) / square
    slab[at + TAUGHT] += weight
    const share = weight / slab[at + TAUGHT]
    slab[at + INTERCEPT] += (share > step ? share : step) * error // at first it is the mean
    for (let j = 0, i = first; j < columns; j++, i++) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      const z = (value - slab[i + columns]) * slab[i + 3 * columns]
      slab[i + 4 * columns] += step * error * (z > FAR ? FAR : z < -FAR ? -FAR : z)
      const known = slab[i] + weight
      const gap = value - slab[i + columns]
      const moved = slab[i + columns] + (weight / known) * gap
      const squares = slab[i + 2 * columns] + weight * gap * (value - moved)
      const inverse = Math.sqrt(known / squares)
      slab[i] = known
      slab[i + columns] = moved
      slab[i + 2 * columns] = squares
      slab[i + 3 * columns] = inverse < largest ? inverse : 0
    }
  }

  /** Learns how the target depends on the columns. */
  learn(slot: number, row: Float64Array, offset: number, target: number, weight: number): void {
    const { slab } = this
    const { numberAt, codeAt, codeSize, codeBase } = this.layout
    const at = slot * this.length
    const rest = target - slab[at + ORIGIN]
    if (target < slab[at + LEAST]) slab[at + LEAST] = target
    if (target > slab[at + MOST]) slab[at + MOST] = target
    for (let k = 0; k < codeAt.length; k++) {
      const code = row[offset + codeAt[k]] | 0
      const cell = at + this.codesAt + CODE * (codeBase[k] + (code >>> 0 < codeSize[k] ? code : 0))
      slab[cell] += weight
      slab[cell + 1] += weight * rest
      slab[cell + 2] += weight * rest * rest
    }
    const columns = numberAt.length
    if (columns === 0) return
    let to = at + this.bufferAt + slab[at + WAITING] * (columns + 2)
    for (let j = 0; j < columns; j++) {
      const value = row[offset + numberAt[j]]
      slab[to++] = Math.abs(value) <= largest ? value : NaN
    }
    slab[to] = rest
    slab[to + 1] = weight
    if (++slab[at + WAITING] === this.buffer) this.sortIn(slot)
  }

  /** Sorts the rows that wait into the bins. */
  sortIn(slot: number): void {
    const { slab } = this
    const at = slot * this.length
    const columns = this.layout.numberAt.length
    const from = at + this.bufferAt
    const waiting = slab[at + WAITING]
    for (let j = 0; j < columns; j++) {
      this.bins.merge(slab, at + this.binsAt + j * this.bins.length, from, waiting, columns + 2, j)
    }
    slab[at + WAITING] = 0
  }
}
