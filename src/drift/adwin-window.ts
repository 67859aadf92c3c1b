import { log } from '../stats/math/log.ts'

const ROWS = 40 // row r holds buckets of 2^r values: room for 5 * 2^40 values
const SLACK = 0.999 // the cheap test may let a cut pass to the exact one, never the other way round

/** What decides when a window is cut; the names and defaults are River's. */
export interface AdwinOptions {
  /** Confidence: the lower, the fewer false alarms. */
  readonly delta: number
  /** Values between two looks for a cut. */
  readonly clock: number
  /** Buckets of one size before two of them are merged. */
  readonly maxBuckets: number
  /** Values that either side of a cut needs. */
  readonly minWindowLength: number
  /** Values before the first look. */
  readonly gracePeriod: number
}

/** The best cut of a window: where the difference of the means is the largest against its threshold. */
export interface AdwinCut {
  difference: number
  threshold: number
  before: number
  after: number
  /** Values after the cut. */
  since: number
}

/**
 * The adaptive window of ADWIN2 (Bifet & Gavalda, SDM 2007): an exponential histogram of the newest values, cut wherever
 * two parts of it differ in mean by more than chance allows. Its arithmetic and its order are those of River 0.24, whose
 * cuts it makes at the same values. Memory is fixed; an `add` costs O(1), and every `clock`-th one a walk over the buckets.
 */
export class AdwinWindow {
  readonly options: AdwinOptions
  /** Totals of the buckets, oldest first in each row, then their sums of squared deviations. */
  readonly buckets: Float64Array
  readonly counts: Int32Array
  /** Values in the window. */
  width = 0
  total = 0
  /** Sum of squared deviations from the window's mean. */
  deviations = 0
  /** The best cut of the window as it was when it was last cut. */
  readonly lastCut: AdwinCut = { difference: NaN, threshold: NaN, before: NaN, after: NaN, since: 0 }
  private rows = 1
  private tick = 0
  private readonly stride: number
  private readonly half: number

  constructor(options: AdwinOptions) {
    this.options = options
    this.stride = options.maxBuckets + 1
    this.half = ROWS * this.stride
    this.buckets = new Float64Array(2 * this.half)
    this.counts = new Int32Array(ROWS)
  }

  /** Takes one finite value; says whether the window was cut, by dropping buckets from its old end. */
  add(value: number): boolean {
    const before = this.width
    const width = before + 1
    this.width = width
    if (before > 0) {
      const deviation = value - this.total / before
      this.deviations += (before * deviation * deviation) / width
    }
    this.total += value
    const at = this.counts[0]++
    this.buckets[at] = value
    this.buckets[this.half + at] = 0
    if (at === this.options.maxBuckets) this.compress()
    if (++this.tick < this.options.clock) return false
    this.tick = 0
    return width > this.options.gracePeriod && this.shrink()
  }

  reset(): void {
    this.counts.fill(0)
    this.rows = 1
    this.width = 0
    this.total = 0
    this.deviations = 0
    this.tick = 0
  }

  /** The state beside `buckets` and `counts`, as `setScalars` takes it. */
  scalars(): Float64Array {
    const cut = this.lastCut
    return Float64Array.of(
      this.width,
      this.total,
      this.deviations,
      this.rows,
      this.tick,
      cut.difference,
      cut.threshold,
      cut.before,
      cut.after,
      cut.since,
    )
  }

  setScalars(scalars: Float64Array): void {
    ;[this.width, this.total, this.deviations, this.rows, this.tick] = scalars
    const cut = this.lastCut
    ;[cut.difference, cut.threshold, cut.before, cut.after, cut.since] = scalars.subarray(5)
  }

  /** Merges the two oldest buckets of each row that is too full into one of the next row. */
  private compress(): void {
    const { buckets, counts, stride, half } = this
    const full = stride
    let size = 1
    for (let row = 0; counts[row] === full; row++, size *= 2) {
      if (row + 1 === ROWS) return this.dropOldest()
      if (row + 1 === this.rows) this.rows++
      const from = row * stride
      const to = from + stride + counts[row + 1]++
      const first = buckets[from]
      const second = buckets[from + 1]
      const gap = first / size - second / size
      buckets[to] = first + second
      buckets[half + to] = buckets[half + from] + buckets[half + from + 1] + size * 0.5 * gap * gap
      for (let i = from + 2; i < from + full; i++) {
        buckets[i - 2] = buckets[i]
        buckets[half + i - 2] = buckets[half + i]
      }
      counts[row] = full - 2
    }
  }

  /** Cuts the window as long as some cut of it is significant. */
  private shrink(): boolean {
    let cut = false
    while (this.hasCut()) {
      if (!cut) this.findBestCut()
      cut = true
      this.dropOldest()
    }
    return cut
  }

  private hasCut(): boolean {
    const { buckets, counts, stride, width, rows } = this
    const shortest = this.options.minWindowLength
    const spread = this.deviations / width
    const confidence = this.confidence()
    const limit = SLACK * 2 * spread * confidence
    let size = 2 ** (rows - 1)
    let n0 = 0
    let n1 = width
    let u0 = 0
    let u1 = this.total
    for (let row = rows - 1; row >= 0; row--, size /= 2) {
      const end = row * stride + counts[row] - (row === 0 ? 1 : 0)
      for (let i = row * stride; i < end; i++) {
        n0 += size
        n1 -= size
        u0 += buckets[i]
        u1 -= buckets[i]
        if (n0 < shortest || n1 < shortest) continue
        // |u0/n0 - u1/n1| against the main term of the threshold, with neither division nor root
        const a = n0 - shortest + 1
        const b = n1 - shortest + 1
        const cross = u0 * n1 - u1 * n0
        const product = n0 * n1
        if (cross * cross * a * b <= limit * (a + b) * product * product) continue
        const reciprocal = 1 / a + 1 / b
        const threshold = Math.sqrt(2 * reciprocal * spread * confidence) + (2 / 3) * confidence * reciprocal
        if (Math.abs(u0 / n0 - u1 / n1) > threshold) return true
      }
    }
    return false
  }

  private confidence(): number {
    return log((2 * log(this.width)) / this.options.delta)
  }

  private findBestCut(): void {
    const { buckets, counts, stride, rows } = this
    const shortest = this.options.minWindowLength
    const spread = this.deviations / this.width
    const confidence = this.confidence()
    let best = 0
    let n0 = 0
    let n1 = this.width
    let u0 = 0
    let u1 = this.total
    for (let row = rows - 1; row >= 0; row--) {
      const size = 2 ** row
      for (let i = row * stride; i < row * stride + counts[row]; i++) {
        n0 += size
        n1 -= size
        u0 += buckets[i]
        u1 -= buckets[i]
        if (n0 < shortest || n1 < shortest || n1 === 0) continue
        const reciprocal = 1 / (n0 - shortest + 1) + 1 / (n1 - shortest + 1)
        const threshold = Math.sqrt(2 * reciprocal * spread * confidence) + (2 / 3) * confidence * reciprocal
        const difference = Math.abs(u0 / n0 - u1 / n1)
        if (!(difference / threshold > best)) continue
        best = difference / threshold
        const cut = this.lastCut
        cut.difference = difference
        cut.threshold = threshold
        cut.before = u0 / n0
        cut.after = u1 / n1
        cut.since = n1
      }
    }
  }

  private dropOldest(): void {
    const { buckets, counts, stride, half } = this
    const row = this.rows - 1
    const from = row * stride
    const n = 2 ** row
    const total = buckets[from]
    this.width -= n
    this.total -= total
    const gap = total / n - this.total / this.width
    this.deviations -= buckets[half + from] + (n * this.width * gap * gap) / (n + this.width)
    const count = --counts[row]
    for (let i = from; i < from + count; i++) {
      buckets[i] = buckets[i + 1]
      buckets[half + i] = buckets[half + i + 1]
    }
    if (count === 0) this.rows--
  }
}
