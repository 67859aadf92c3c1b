import { MillraceError } from '../errors.ts'
import { boundedValue } from './bounded-value.ts'
import { checkParameter } from './check-parameter.ts'
import { describeDetector } from './describe-detector.ts'
import { type Detector, Signal } from './detector.ts'
import { detectorParameters } from './detector-parameters.ts'
import { TrackingDetector } from './tracking-detector.ts'

export interface PageHinkleyOptions {
  /** Values before the first look. */
  readonly warmStart: number
  /** How far from the mean a value may be and count nothing. */
  readonly delta: number
  /** How far the sum may be from its lowest or highest, in units of the values. */
  readonly threshold: number
  /** What is kept of the sums from value to value. */
  readonly alpha: number
  /** Whether rises, falls or both are looked for. */
  readonly mode: 'up' | 'down' | 'both'
}

const defaults: PageHinkleyOptions = { warmStart: 30, delta: 0.005, threshold: 50, alpha: 0.9999, mode: 'both' }

const N = TrackingDetector.FIRST
const MEAN = N + 1
const UP = N + 2
const LEAST = N + 3
const DOWN = N + 4
const MOST = N + 5

/**
 * The Page-Hinkley test over any numbers, with forgetting: drift when the sum of the distances from the running mean
 * has risen from its lowest, `improved` when it has fallen from its highest. Signals at the same values as River 0.24.
 * It has no warnings. Throws MILLRACE_DRIFT_PARAMETER.
 * Source: Page, Continuous Inspection Schemes, Biometrika 41, 1954; Hinkley, Inference about the Change-Point from
 * Cumulative Sum Tests, Biometrika 58, 1971.
 */
export function pageHinkley(options: Partial<PageHinkleyOptions> = {}): Detector {
  const parameters = detectorParameters('page-hinkley', defaults, options)
  checkParameter('page-hinkley', 'warmStart', parameters.warmStart, 1, 1e9, 'whole')
  checkParameter('page-hinkley', 'delta', parameters.delta, 0, 1e300, 'closed')
  checkParameter('page-hinkley', 'threshold', parameters.threshold, 0, 1e300, 'open')
  checkParameter('page-hinkley', 'alpha', parameters.alpha, 0, 1, 'closed')
  if (!['up', 'down', 'both'].includes(parameters.mode)) {
    throw new MillraceError(
      'MILLRACE_DRIFT_PARAMETER',
      'page-hinkley, mode',
      `${String(parameters.mode)} is no mode`,
      "Give 'up', 'down' or 'both'",
    )
  }
  return describeDetector(
    'page-hinkley',
    'real',
    parameters,
    (detector) => new RunningPageHinkley(detector, parameters),
  )
}

class RunningPageHinkley extends TrackingDetector {
  private readonly options: PageHinkleyOptions
  private readonly up: boolean
  private readonly down: boolean

  constructor(detector: Detector, options: PageHinkleyOptions) {
    super(detector, 6)
    this.options = options
    this.up = options.mode !== 'down'
    this.down = options.mode !== 'up'
    this.reset()
  }

  update(given: number): Signal {
    if (!(given - given === 0)) return Signal.none
    const value = boundedValue(given)
    const { state, options } = this
    this.track(value)
    const n = ++state[N]
    const mean = state[MEAN] + (1 / n) * (value - state[MEAN])
    state[MEAN] = mean
    const deviation = value - mean
    const up = options.alpha * state[UP] + deviation - options.delta
    const down = options.alpha * state[DOWN] + deviation + options.delta
    state[UP] = up
    state[DOWN] = down
    if (up < state[LEAST]) state[LEAST] = up
    if (down > state[MOST]) state[MOST] = down
    const rise = up - state[LEAST]
    const fall = state[MOST] - down
    if (n < options.warmStart) return Signal.none
    if (this.up && rise > options.threshold) return this.restart(rise, true)
    if (this.down && fall > options.threshold) return this.restart(fall, false)
    return Signal.none
  }

  private restart(statistic: number, isRise: boolean): Signal {
    this.reset()
    return this.signal(statistic, this.options.threshold, isRise)
  }

  private reset(): void {
    this.state.fill(0, N)
    this.state[LEAST] = Infinity
    this.state[MOST] = -Infinity
  }
}
