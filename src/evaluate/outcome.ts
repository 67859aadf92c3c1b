import { clippedLogLoss } from './clipped-log-loss.ts'
import { scoreBin } from './score-bin.ts'

/**
 * A prediction and what came of it, with all that the built-in metrics of a binary problem need of the two: computed once,
 * however many sets of metrics take it. Used again and again; see `Metric.update` for what the numbers mean.
 */
export class Outcome {
  label = 0
  last = Number.NaN
  weight = 1
  /** The prediction is `out[at...]`. */
  out: Float64Array = new Float64Array(2)
  at = 0
  /** Binary only: the likelier class, the weight if that is the label else 0, the log loss with p kept within [clip, 1 - clip], `scoreBin`. */
  predicted = 0
  hit = 0.5
  logLoss = 0.5
  clip = 0.5
  bin = 0

  look(label: number, out: Float64Array, at: number, last: number, weight: number): void {
    this.label = label
    this.out = out
    this.at = at
    this.last = last
    this.weight = weight
  }

  /** Computes what metrics of a binary problem need. */
  lookBinary(clip: number): void {
    const { label, out, at, weight } = this
    const p = out[at + 1]
    const predicted = p > out[at] ? 1 : 0
    this.predicted = predicted
    this.hit = weight * (1 - Math.abs(predicted - label)) // arithmetic, for which labels come next cannot be guessed
    this.logLoss = clippedLogLoss(out[at + label], clip)
    this.clip = clip
    this.bin = scoreBin(p)
  }
}
