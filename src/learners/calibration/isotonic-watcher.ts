import { log } from '../../stats/math/log.ts'
import { sigmoid } from '../../stats/math/sigmoid.ts'
import type { IsotonicState } from './isotonic-calibration.ts'
import type { Watcher } from './wrapped-learner.ts'

const BINS = 192
const WIDTH = 0.125 // of a bin, in log-odds
const LOWEST = (-BINS / 2) * WIDTH
const LEAST = sigmoid(LOWEST)
const EVERY = 16 // labels, the curve is drawn anew
const LARGEST = 2 ** 256 // weights grow to this before all of the state is scaled back

const middles = Float64Array.from({ length: BINS }, (_, k) => sigmoid(LOWEST + (k + 0.5) * WIDTH))

/** The state before the first label: the curve leaves probabilities as they are. */
export function isotonicState(): IsotonicState {
  const curve = new Float64Array(2 * BINS)
  curve.set(middles)
  curve.set(middles, BINS)
  return { bins: new Float64Array(3 * BINS), curve, head: new Float64Array([1, 0]) }
}

/** Counts in bins what came of probabilities and keeps the rising curve through them. */
export class IsotonicWatcher implements Watcher {
  readonly byteSize = BINS * 12
  private readonly bins: Float64Array
  private readonly head: Float64Array
  private readonly forgetting: number
  private readonly x: Float64Array // the mean probability of each bin
  private readonly y: Float64Array // what the curve makes of it
  private readonly weights = new Float64Array(BINS) // of blocks of bins, while they are pooled
  private readonly ends = new Int32Array(BINS)

  constructor({ bins, curve, head }: IsotonicState, forgetting: number) {
    this.bins = bins
    this.x = curve.subarray(0, BINS)
    this.y = curve.subarray(BINS)
    this.head = head
    this.forgetting = forgetting
  }

  adjust(out: Float64Array, at: number): void {
    const p = this.calibrated(kept(out[at + 1]))
    out[at] = 1 - p
    out[at + 1] = p
  }

  watch(out: Float64Array, label: number, weight: number): void {
    const { bins, head } = this
    const p = kept(out[1])
    head[0] /= this.forgetting
    if (head[0] > LARGEST) {
      for (let i = 0; i < bins.length; i++) bins[i] /= head[0]
      head[0] = 1
    }
    const at = 3 * binOf(p)
    const scaled = weight * head[0]
    bins[at] += scaled
    bins[at + 1] += scaled * p
    bins[at + 2] += scaled * label
    if (++head[1] < EVERY) return
    this.pool()
    head[1] = 0
  }

  private calibrated(p: number): number {
    const { x, y } = this
    let k = binOf(p)
    if (p < x[k]) k--
    if (k < 0) return y[0]
    if (k === BINS - 1) return y[k]
    const share = (p - x[k]) / (x[k + 1] - x[k])
    return y[k] + (share < 1 ? share : 1) * (y[k + 1] - y[k])
  }

  /** Pools adjacent violators: blocks of bins whose shares of true would fall get one share. */
  private pool(): void {
    const { bins, x, y, weights, ends } = this
    const prior = this.head[0]
    let blocks = 0
    for (let k = 0; k < BINS; k++) {
      let weight = bins[3 * k] + prior
      let share = (bins[3 * k + 2] + prior * middles[k]) / weight
      x[k] = (bins[3 * k + 1] + prior * middles[k]) / weight
      while (blocks > 0 && y[blocks - 1] >= share) {
        blocks--
        share += (weights[blocks] / (weights[blocks] + weight)) * (y[blocks] - share)
        weight += weights[blocks]
      }
      y[blocks] = share
      weights[blocks] = weight
      ends[blocks++] = k
    }
    for (let block = blocks - 1; block >= 0; block--)
      y.fill(y[block], block === 0 ? 0 : ends[block - 1] + 1, ends[block] + 1)
  }
}

function kept(p: number): number {
  return p > LEAST ? (p < 1 - LEAST ? p : 1 - LEAST) : LEAST
}

function binOf(p: number): number {
  const bin = Math.floor((log(p / (1 - p)) - LOWEST) / WIDTH)
  return bin > 0 ? (bin < BINS ? bin : BINS - 1) : 0
}
