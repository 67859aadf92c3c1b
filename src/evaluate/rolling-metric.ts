import { checkParameter } from '../transforms/check-parameter.ts'
import { addStates } from './add-states.ts'
import type { Metric } from './metric.ts'

/**
 * A metric over the latest outcomes, in panes: it covers at least the last `length` outcomes and at most one pane more
 * (all, while there were fewer). Nothing is ever subtracted, so that what has left the window leaves no rounding behind.
 * Throws MILLRACE_LEARNER_PARAMETER.
 */
export class RollingMetric {
  readonly metric: Metric
  readonly classes: number
  /** Outcomes a pane. */
  readonly paneLength: number
  private readonly width: number
  private readonly panes: Float64Array
  private readonly ring: number
  private readonly sum: Float64Array
  private pane = 0
  private filled = 0

  constructor(metric: Metric, classes: number, length: number, panes = 10) {
    checkParameter('rolling metric', 'length', length, { min: 1, max: 1e12, whole: true })
    checkParameter('rolling metric', 'panes', panes, { min: 1, max: 10_000, whole: true })
    this.metric = metric
    this.classes = classes
    this.paneLength = Math.ceil(length / panes)
    this.ring = Math.ceil(length / this.paneLength) + 1
    this.width = metric.width(classes)
    this.panes = new Float64Array(this.ring * this.width)
    this.sum = new Float64Array(this.width)
  }

  update(label: number, out: Float64Array, at: number, last: number, weight: number): void {
    if (this.filled === this.paneLength) {
      this.filled = 0
      this.pane = (this.pane + 1) % this.ring
      this.panes.fill(0, this.pane * this.width, (this.pane + 1) * this.width)
    }
    this.filled++
    this.metric.update(this.panes, this.pane * this.width, this.classes, label, out, at, last, weight)
  }

  read(): number {
    return this.metric.read(this.merged(), 0, this.classes)
  }

  /** NaN where the metric has no formula for it. */
  standardError(): number {
    return this.metric.standardError?.(this.merged(), 0, this.classes) ?? NaN
  }

  private merged(): Float64Array {
    this.sum.fill(0)
    for (let i = 0; i < this.ring; i++) addStates(this.sum, 0, this.panes, i * this.width, this.width)
    return this.sum
  }
}
