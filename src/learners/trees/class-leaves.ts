import { exp } from '../../stats/math/exp.ts'
import { log } from '../../stats/math/log.ts'
import { LARGEST_NUMBER, type RowLayout } from '../../transforms/row-layout.ts'
import { BinnedColumns } from './binned-columns.ts'
import { ChosenColumns, type ColumnSubset } from './chosen-columns.ts'
import { classShares } from './class-shares.ts'
import { CodeWeights } from './code-weights.ts'
import { LeafSlots } from './leaf-slots.ts'

const largest = LARGEST_NUMBER
const MAJORITY = 1 // weight on which the majority class was right
const BAYES = 2 // weight on which naive Bayes was right
const GAPS = 3 // 1 once a number was missing
const HEAD = 4 // the first is the weight since the last attempt to split
const CELL = 6 // arrays a class: mean, 1 / (2 variance), sum of squares, least, most, weight of what was missing
const STEEPEST = 1e200 // 1 / (2 variance) from which on there is no variance
const POINT = 1e300 // what stands for it then: all but the mean itself is infinitely far
const FARTHEST = 1e299
const HIGH = 1e100 // a product is taken to its logarithm before it can leave the doubles
const LOW = 1e-100
const PER_PI = 1 / Math.PI

/**
 * What the leaves of a classification tree know: one slot of doubles a leaf in one flat array. A slot holds the weight of
 * each class, its Gaussian in each number column, and its weight in each code of each coded column.
 *
 * Naive Bayes over a slot is a product: a normaliser for each class, kept while learning, times one exponential of the sum
 * of squared distances. So a prediction costs a multiplication and an addition per class and column, and one exponential
 * per class but the likeliest.
 */
export class ClassLeaves extends LeafSlots {
  readonly columns: ChosenColumns
  readonly classes: number
  readonly layout: RowLayout
  readonly seenAt = HEAD
  readonly numbersAt: number
  readonly codesAt: number
  readonly normAt: number
  readonly exponentAt: number
  private readonly codes: CodeWeights
  private readonly exponents: Float64Array
  /** Where numbers are split by bins instead of Gaussians; undefined else. */
  readonly bins: BinnedColumns | undefined

  /** `bins` a number column, 0 where Gaussians are enough. With a `subset` each slot looks at some columns only, drawn when it is added or cleared. */
  constructor(layout: RowLayout, classes: number, most: number, bins: number, subset?: ColumnSubset) {
    super(ClassLeaves.slotLength(layout, classes, bins, subset?.size), most)
    this.columns = new ChosenColumns(layout, this.capacity, subset)
    this.layout = layout
    this.classes = classes
    this.normAt = HEAD + classes
    this.exponentAt = HEAD + 2 * classes
    this.numbersAt = HEAD + 3 * classes + layout.codeAt.length
    this.codesAt = this.numbersAt + classes * this.columns.width * CELL
    const binsAt = this.codesAt + classes * layout.codeSlots
    this.bins = bins > 0 ? new BinnedColumns(this.columns, bins, classes, binsAt) : undefined
    this.codes = new CodeWeights(layout, classes, this.columns, HEAD + 3 * classes, this.codesAt)
    this.exponents = new Float64Array(Math.max(16, classes))
  }

  /** Doubles a slot of rows of `layout`. */
  static slotLength(layout: RowLayout, classes: number, bins: number, subset = Infinity): number {
    const { numberAt, codeAt, codeSlots } = layout
    const width = Math.min(subset, numberAt.length)
    const sorted = bins > 0 ? BinnedColumns.length(width, bins, classes) : 0
    return HEAD + 3 * classes + codeAt.length + classes * (width * CELL + codeSlots) + sorted
  }

  override clear(slot: number): void {
    super.clear(slot)
    this.columns.draw(slot, this.capacity)
  }

  override arrays(): ReturnType<LeafSlots['arrays']> & { chosen?: Int32Array } {
    const chosen = this.columns.saved(this.size)
    return chosen ? { ...super.arrays(), chosen } : super.arrays()
  }

  override load(arrays: ReturnType<ClassLeaves['arrays']>): void {
    super.load(arrays)
    if (arrays.chosen) this.columns.load(arrays.chosen, this.capacity)
  }

  override byteSize(): number {
    return this.slab.byteLength + this.columns.rows.byteLength
  }

  /** Counts which of the two ways to predict was right. */
  score(slot: number, label: number, weight: number, majority: number, bayes: number): void {
    const at = slot * this.length
    if (majority === label) this.slab[at + MAJORITY] += weight
    if (bayes === label) this.slab[at + BAYES] += weight
  }

  /** Whether naive Bayes was right at least as often as the majority class. */
  trustsBayes(slot: number): boolean {
    const at = slot * this.length
    return !(this.slab[at + MAJORITY] > this.slab[at + BAYES])
  }

  /** Learns one row; `clean`: none of its numbers is missing. */
  learn(slot: number, row: Float64Array, offset: number, label: number, weight: number, clean: boolean): void {
    const { slab } = this
    const at = slot * this.length
    const seen = slab[at + HEAD + label] + weight
    slab[at + HEAD + label] = seen
    const from = slot * this.columns.stride + 1
    if (clean && slab[at + GAPS] === 0) this.learnNumbers(at, from, row, offset, label, weight, seen)
    else this.learnKnownNumbers(at, from, row, offset, label, weight, seen)
    if (this.bins) this.bins.keep(slab, at, from, row, offset, label, weight)
    if (this.layout.codeAt.length > 0) this.codes.learn(slab, at, from + this.columns.width, row, offset, label, weight)
  }

  private learnNumbers(
    at: number,
    from: number,
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    seen: number,
  ): void {
    const { slab } = this
    const { rows: chosen, width: columns } = this.columns
    const count = chosen[from - 1]
    const share = weight / seen
    const half = (seen - 1) * 0.5
    let norm = 1
    let exponent = 0
    for (let j = 0, i = at + this.numbersAt + label * columns * CELL; j < count; j++, i++) {
      const value = row[offset + chosen[from + j]]
      const isFirst = slab[i + columns] === 0
      const mean = slab[i]
      const gap = value - mean
      const moved = mean + share * gap
      const squares = slab[i + 2 * columns] + weight * gap * (value - moved)
      const inverse = half / squares
      slab[i] = moved
      slab[i + 2 * columns] = squares
      if (inverse > 0 && inverse < STEEPEST) {
        slab[i + columns] = inverse
        norm *= inverse * PER_PI
        if (norm > HIGH || norm < LOW) {
          exponent += log(norm)
          norm = 1
        }
      } else slab[i + columns] = POINT
      if (value < slab[i + 3 * columns] || isFirst) slab[i + 3 * columns] = value
      if (value > slab[i + 4 * columns] || isFirst) slab[i + 4 * columns] = value
    }
    slab[at + this.normAt + label] = Math.sqrt(norm)
    slab[at + this.exponentAt + label] = exponent * 0.5
  }

  /** The same where numbers are missing or were: each column has a weight of its own. */
  private learnKnownNumbers(
    at: number,
    from: number,
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    seen: number,
  ): void {
    const { slab } = this
    const { rows: chosen, width: columns } = this.columns
    const count = chosen[from - 1]
    let norm = 1
    let exponent = 0
    for (let j = 0, i = at + this.numbersAt + label * columns * CELL; j < count; j++, i++) {
      const value = row[offset + chosen[from + j]]
      if (Math.abs(value) <= largest) {
        const known = seen - slab[i + 5 * columns]
        const mean = slab[i]
        const gap = value - mean
        const moved = mean + (weight / known) * gap
        const squares = slab[i + 2 * columns] + weight * gap * (value - moved)
        const inverse = ((known - 1) * 0.5) / squares
        const isFirst = slab[i + columns] === 0
        slab[i] = moved
        slab[i + 2 * columns] = squares
        slab[i + columns] = inverse > 0 && inverse < STEEPEST ? inverse : POINT
        if (value < slab[i + 3 * columns] || isFirst) slab[i + 3 * columns] = value
        if (value > slab[i + 4 * columns] || isFirst) slab[i + 4 * columns] = value
      } else {
        slab[i + 5 * columns] += weight
        slab[at + GAPS] = 1
      }
      const inverse = slab[i + columns]
      if (inverse === 0 || inverse === POINT) continue
      norm *= inverse * PER_PI
      if (norm > HIGH || norm < LOW) {
        exponent += log(norm)
        norm = 1
      }
    }
    slab[at + this.normAt + label] = Math.sqrt(norm)
    slab[at + this.exponentAt + label] = exponent * 0.5
  }

  /**
   * Writes the class probabilities of naive Bayes to `out` and gives the likeliest class. The prior is `counts` at
   * `countsAt`; where no class is at all likely, the probabilities are those of the prior.
   */
  bayes(
    slot: number,
    counts: Float64Array,
    countsAt: number,
    row: Float64Array,
    offset: number,
    clean: boolean,
    out: Float64Array,
    to: number,
  ): number {
    const { slab, classes, exponents, layout } = this
    const { rows: chosen, width: columns, stride } = this.columns
    const from = slot * stride + 1
    const count = chosen[from - 1]
    const at = slot * this.length
    let top = -FARTHEST
    for (let c = 0, first = at + this.numbersAt; c < classes; c++, first += columns * CELL) {
      exponents[c] = -POINT
      out[to + c] = 0
      const seen = slab[at + HEAD + c]
      if (!(seen > 0)) continue
      let exponent: number
      if (clean) {
        let sum = 0
        for (let j = 0, i = first; j < count; j++, i++) {
          const gap = row[offset + chosen[from + j]] - slab[i]
          sum += gap * gap * slab[i + columns]
        }
        exponent = slab[at + this.exponentAt + c] - (sum < FARTHEST ? sum : POINT)
        out[to + c] = counts[countsAt + c] * slab[at + this.normAt + c]
      } else {
        out[to + c] = counts[countsAt + c]
        exponent = this.likelihoodOfKnown(first, from, row, offset, out, to + c)
      }
      if (layout.codeAt.length > 0) {
        exponent += this.codes.likelihood(slab, at, from + columns, row, offset, c, seen, out, to + c)
      }
      exponents[c] = exponent
      if (exponent > top) top = exponent
    }
    let sum = 0
    let best = 0
    for (let c = 0; c < classes; c++) {
      if (exponents[c] < top) out[to + c] = exponents[c] > top - 700 ? out[to + c] * exp(exponents[c] - top) : 0
      sum += out[to + c]
      if (out[to + c] > out[to + best]) best = c
    }
    if (sum > 0 && sum < POINT) {
      const scale = 1 / sum
      if (scale < POINT) {
        for (let c = 0; c < classes; c++) out[to + c] *= scale
        return best
      }
    }
    return classShares(counts, countsAt, classes, out, to)
  }

  /** Multiplies out[to] by the likelihood of those numbers that are known; gives a logarithm that belongs to it. */
  private likelihoodOfKnown(
    first: number,
    from: number,
    row: Float64Array,
    offset: number,
    out: Float64Array,
    to: number,
  ): number {
    const { slab } = this
    const { rows: chosen, width: columns } = this.columns
    const count = chosen[from - 1]
    let sum = 0
    let norm = 1
    let exponent = 0
    for (let j = 0, i = first; j < count; j++, i++) {
      const value = row[offset + chosen[from + j]]
      const inverse = slab[i + columns]
      if (!(Math.abs(value) <= largest) || inverse === 0) continue
      const gap = value - slab[i]
      sum += gap * gap * inverse
      if (inverse === POINT) continue
      norm *= inverse * PER_PI
      if (norm > HIGH || norm < LOW) {
        exponent += log(norm)
        norm = 1
      }
    }
    out[to] *= Math.sqrt(norm)
    return exponent * 0.5 - (sum < FARTHEST ? sum : POINT)
  }
}
