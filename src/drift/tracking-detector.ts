import { ArrayDetector } from './array-detector.ts'
import { type Detector, Signal } from './detector.ts'

const BLOCKS = 128

const SIZE = ArrayDetector.FIRST // values in a block
const CLOSED = SIZE + 1
const OPEN = SIZE + 2 // values in the block that isn't closed yet
const OPEN_SUM = SIZE + 3
const SUMS = SIZE + 4

/**
 * A detector that remembers the sums of blocks of its values since it last began anew, at most 128 of equal size. When it
 * signals, the change is put between the blocks where both sides differ most for their counts (the greatest likelihood for
 * a step in the mean), whatever the statistic that found it.
 */
export abstract class TrackingDetector extends ArrayDetector {
  /** Where the state of the algorithm begins. */
  static override readonly FIRST: number = SUMS + BLOCKS

  protected constructor(detector: Detector, width: number) {
    super(detector, 4 + BLOCKS + width)
    this.state[SIZE] = 1
  }

  /** Takes a value into the blocks. */
  protected track(value: number): void {
    const { state } = this
    state[OPEN_SUM] += value
    if (++state[OPEN] === state[SIZE]) this.close()
  }

  /** Keeps the reasons of a warning of a rise. */
  protected warn(statistic: number, threshold: number): Signal {
    this.locate(statistic, threshold, true)
    return Signal.warning
  }

  /** Keeps the reasons of a change and forgets the values; a rise that isn't one in the means is an improvement. */
  protected signal(statistic: number, threshold: number, isRise: boolean): Signal {
    const isFound = this.locate(statistic, threshold, isRise)
    if (!isFound) this.locate(statistic, threshold, !isRise)
    const { state } = this
    state.fill(0, CLOSED, SUMS)
    state[SIZE] = 1
    return isRise && isFound ? Signal.drift : Signal.improved
  }

  private close(): void {
    const { state } = this
    state[SUMS + state[CLOSED]++] = state[OPEN_SUM]
    state[OPEN] = 0
    state[OPEN_SUM] = 0
    if (state[CLOSED] < BLOCKS) return
    for (let i = 0; i < BLOCKS / 2; i++) state[SUMS + i] = state[SUMS + 2 * i] + state[SUMS + 2 * i + 1]
    state[CLOSED] = BLOCKS / 2
    state[SIZE] *= 2
  }

  /** Keeps the best place of a rise, or of a fall; false where there is none. */
  private locate(statistic: number, threshold: number, isRise: boolean): boolean {
    const { state } = this
    const size = state[SIZE]
    const closed = state[CLOSED]
    const n = closed * size + state[OPEN]
    let total = state[OPEN_SUM]
    for (let i = 0; i < closed; i++) total += state[SUMS + i]
    this.explain(statistic, threshold, total / n, total / n, n)
    let best = 0
    let sum = 0
    for (let i = 0; i < closed; i++) {
      sum += state[SUMS + i]
      const n0 = (i + 1) * size
      const n1 = n - n0
      if (n1 === 0) break
      const before = sum / n0
      const after = (total - sum) / n1
      const gain = n0 * n1 * (after - before) * (after - before)
      if (after > before !== isRise || !(gain > best)) continue
      best = gain
      this.explain(statistic, threshold, before, after, n1)
    }
    return best > 0
  }
}
