import { boundedValue } from './bounded-value.ts'
import { checkParameter } from './check-parameter.ts'
import { describeDetector } from './describe-detector.ts'
import { type Detector, Signal } from './detector.ts'
import { detectorParameters } from './detector-parameters.ts'
import { TrackingDetector } from './tracking-detector.ts'

export interface GeometricMovingAverageOptions {
  /** Values before the first look. */
  readonly warmStart: number
  /** Weight of what was before against the newest value. */
  readonly alpha: number
  /** How far the average may be above the mean, in units of the values. */
  readonly threshold: number
}

const defaults: GeometricMovingAverageOptions = { warmStart: 30, alpha: 0.99, threshold: 0.15 }

const N = TrackingDetector.FIRST
const MEAN = N + 1
const AVERAGE = N + 2

/**
 * The geometric moving average test over any numbers: drift when an exponentially weighted mean of the distances from
 * the running mean exceeds a threshold. Signals at the same values as MOA 2024.07; MOA's default threshold of 1 can't
 * be reached by errors of 0 and 1, so ours is 0.15. It looks for rises only, and has no warnings. Throws
 * MILLRACE_DRIFT_PARAMETER.
 * Source: Roberts, Control Chart Tests Based on Geometric Moving Averages, Technometrics 1(3), 1959.
 */
export function geometricMovingAverage(options: Partial<GeometricMovingAverageOptions> = {}): Detector {
  const name = 'geometric-moving-average'
  const parameters = detectorParameters(name, defaults, options)
  checkParameter(name, 'warmStart', parameters.warmStart, 1, 1e9, 'whole')
  checkParameter(name, 'alpha', parameters.alpha, 0, 1, 'open')
  checkParameter(name, 'threshold', parameters.threshold, 0, 1e300, 'open')
  return describeDetector(name, 'real', parameters, (detector) => new RunningAverage(detector, parameters))
}

class RunningAverage extends TrackingDetector {
  private readonly options: GeometricMovingAverageOptions

  constructor(detector: Detector, options: GeometricMovingAverageOptions) {
    super(detector, 3)
    this.options = options
  }

  update(given: number): Signal {
    if (!(given - given === 0)) return Signal.none
    const value = boundedValue(given)
    const { state, options } = this
    this.track(value)
    const n = ++state[N]
    const mean = state[MEAN] + (value - state[MEAN]) / n
    state[MEAN] = mean
    const average = options.alpha * state[AVERAGE] + (1 - options.alpha) * (value - mean)
    state[AVERAGE] = average
    if (average <= options.threshold || n + 1 < options.warmStart) return Signal.none
    state.fill(0, N)
    return this.signal(average, options.threshold, true)
  }
}
