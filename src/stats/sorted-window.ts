/** The state of a sorted window: a ring of the latest values, and (how many there are, where the next goes). */
export type SortedWindowState = { readonly ring: Float64Array; readonly head: Float64Array }

/** The latest values, in order of size. A value costs two searches and a shift. No value may be NaN. */
export class SortedWindow {
  private readonly ring: Float64Array
  private readonly head: Float64Array
  private readonly sorted: Float64Array

  /** Over a state of zeros, or one that was saved. */
  constructor({ ring, head }: SortedWindowState) {
    this.ring = ring
    this.head = head
    this.sorted = new Float64Array(ring.length)
    this.sorted.set(ring.subarray(0, head[0]))
    this.sorted.subarray(0, head[0]).sort()
  }

  /** How many there are. */
  get length(): number {
    return this.head[0]
  }

  /** The `rank`-th smallest, from 1 to length. */
  smallest(rank: number): number {
    return this.sorted[rank - 1]
  }

  /**
   * The quantile for a probability from 0 to 1, on a straight line between two values where it lies between them; NaN
   * of nothing.
   */
  quantile(probability: number): number {
    const last = this.head[0] - 1
    if (last < 0) return NaN
    const at = probability * last
    const below = Math.floor(at)
    const value = this.sorted[below]
    return below === last ? value : value + (at - below) * (this.sorted[below + 1] - value)
  }

  /** How many are smaller. */
  below(value: number): number {
    const { sorted } = this
    let low = 0
    let high = this.head[0]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sorted[middle] < value) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Adds a value; the oldest leaves when the window is full. */
  add(value: number): void {
    const { ring, head, sorted } = this
    if (head[0] === ring.length) {
      const gone = this.below(ring[head[1]])
      sorted.copyWithin(gone, gone + 1, head[0])
      head[0]--
    }
    const at = this.below(value)
    sorted.copyWithin(at + 1, at, head[0])
    sorted[at] = value
    head[0]++
    ring[head[1]] = value
    head[1] = (head[1] + 1) % ring.length
  }
}
