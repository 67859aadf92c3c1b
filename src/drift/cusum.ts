import { boundedValue } from './bounded-value.ts'
import { checkParameter } from './check-parameter.ts'
import { describeDetector } from './describe-detector.ts'
import { type Detector, Signal } from './detector.ts'
import { detectorParameters } from './detector-parameters.ts'
import { TrackingDetector } from './tracking-detector.ts'

export interface CusumOptions {
  /** Values before the first look. */
  readonly warmStart: number
  /** How far above the mean a value may be and count nothing. */
  readonly delta: number
  /** The sum of what is above that is a drift, in units of the values. */
  readonly threshold: number
}

const defaults: CusumOptions = { warmStart: 30, delta: 0.005, threshold: 50 }

const N = TrackingDetector.FIRST
const MEAN = N + 1
const SUM = N + 2

/**
 * The cumulative sum test over any numbers: drift when what is above the running mean adds up. Signals at the same
 * values as MOA 2024.07. It looks for rises only, and has no warnings. Throws MILLRACE_DRIFT_PARAMETER.
 * Source: Page, Continuous Inspection Schemes, Biometrika 41, 1954.
 */
export function cusum(options: Partial<CusumOptions> = {}): Detector {
  const parameters = detectorParameters('cusum', defaults, options)
  checkParameter('cusum', 'warmStart', parameters.warmStart, 1, 1e9, 'whole')
  checkParameter('cusum', 'delta', parameters.delta, 0, 1e300, 'closed')
  checkParameter('cusum', 'threshold', parameters.threshold, 0, 1e300, 'open')
  return describeDetector('cusum', 'real', parameters, (detector) => new RunningCusum(detector, parameters))
}

class RunningCusum extends TrackingDetector {
  private readonly options: CusumOptions

  constructor(detector: Detector, options: CusumOptions) {
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
    const sum = state[SUM] + value - mean - options.delta
    state[SUM] = sum > 0 ? sum : 0
    if (sum <= options.threshold || n + 1 < options.warmStart) return Signal.none
    state.fill(0, N)
    return this.signal(sum, options.threshold, true)
  }
}
