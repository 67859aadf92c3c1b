import type { Statistic } from '../stats/statistic.ts'
import { featureParameter } from './feature-parameter.ts'
import type { KeyedFeature } from './keyed-feature.ts'
import { KeyedRows } from './keyed-rows.ts'

/** What makes a session window. */
export interface SessionWindowOptions {
  readonly statistic: Statistic
  /** Milliseconds without an event that end a session; events exactly that far apart are still one session. */
  readonly gapMs: number
}

/**
 * A statistic over a key's session so far: its events since the last pause longer than `gapMs`, by event time.
 *
 * A key holds its newest session. An event out of order that touches it (no more than `gapMs` before its start) joins it and
 * moves its start; an earlier one is late. A read more than `gapMs` after the session's end or before its start finds no session.
 *
 * Throws MILLRACE_FEATURE_PARAMETER for a gap that is not above 0. Source: Akidau et al., The dataflow model (2015).
 */
export function sessionWindow(options: SessionWindowOptions): KeyedFeature {
  const { statistic, gapMs } = options
  featureParameter('session gap', gapMs, gapMs > 0 && gapMs < Infinity, 'milliseconds above 0')
  return Object.freeze({
    feature: 'session-window',
    parameters: Object.freeze({ statistic: statistic.name, gapMs }),
    memoryMs: gapMs,
    build: () => new RunningSessionWindow(statistic, gapMs),
  })
}

const START = 1
const STATE = 2

class RunningSessionWindow extends KeyedRows {
  private readonly statistic: Statistic
  private readonly gapMs: number
  private readonly empty: number

  constructor(statistic: Statistic, gapMs: number) {
    super(STATE + statistic.width, gapMs)
    this.statistic = statistic
    this.gapMs = gapMs
    const nothing = new Float64Array(statistic.width)
    statistic.reset(nothing, 0)
    this.empty = statistic.read(nothing, 0)
  }

  update(slot: number, timeMs: number, value: number): boolean {
    const { statistic } = this
    const { values } = this.rows
    const at = slot * this.stride
    if (this.isEmpty(at, timeMs)) {
      values[at] = timeMs
      values[at + START] = timeMs
      statistic.reset(values, at + STATE)
    }
    if (timeMs < values[at + START] - this.gapMs) return this.refuse()
    if (timeMs > values[at]) values[at] = timeMs
    if (timeMs < values[at + START]) values[at + START] = timeMs
    statistic.update(values, at + STATE, value, 1)
    this.touch(at, this.stride)
    return true
  }

  read(slot: number, timeMs: number): number {
    const { values } = this.rows
    const at = slot * this.stride
    if (slot < 0 || this.isEmpty(at, timeMs) || timeMs < values[at + START] - this.gapMs) return this.empty
    return this.statistic.read(values, at + STATE)
  }
}
