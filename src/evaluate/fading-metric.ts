import { checkParameter } from '../transforms/check-parameter.ts'
import type { Metric } from './metric.ts'

const LARGEST = 2 ** 256 // weights grow to this before all of the state is scaled back

/**
 * A metric in which an outcome's weight fades by `factor` with every later one (Gama, Sebastiao & Rodrigues, Machine
 * Learning 90, 2013): factor 0.999 remembers about 1,000 outcomes. An update costs what the metric's costs, for the new
 * weights grow instead of the old ones shrinking. Throws MILLRACE_LEARNER_PARAMETER.
 */
export class FadingMetric {
  readonly metric: Metric
  readonly classes: number
  readonly factor: number
  private readonly state: Float64Array
  private readonly scaled: Float64Array
  private scale = 1

  constructor(metric: Metric, classes: number, factor: number) {
    this.metric = metric
    this.classes = classes
    this.factor = checkParameter('fading metric', 'factor', factor, { min: 0, max: 1, above: true })
    this.state = new Float64Array(metric.width(classes))
    this.scaled = new Float64Array(this.state.length)
  }

  update(label: number, out: Float64Array, at: number, last: number, weight: number): void {
    this.scale /= this.factor
    if (this.scale > LARGEST) {
      const shrink = 1 / this.scale
      for (let i = 0; i < this.state.length; i++) this.state[i] *= shrink
      this.scale = 1
    }
    this.metric.update(this.state, 0, this.classes, label, out, at, last, weight * this.scale)
  }

  read(): number {
    return this.metric.read(this.faded(), 0, this.classes)
  }

  /** NaN where the metric has no formula for it. */
  standardError(): number {
    return this.metric.standardError?.(this.faded(), 0, this.classes) ?? NaN
  }

  private faded(): Float64Array {
    const shrink = 1 / this.scale
    for (let i = 0; i < this.state.length; i++) this.scaled[i] = this.state[i] * shrink
    return this.scaled
  }
}
