import { log } from '../stats/math/log.ts'
import { checkParameter } from './check-parameter.ts'
import { describeDetector } from './describe-detector.ts'
import { type Detector, Signal } from './detector.ts'
import { detectorParameters } from './detector-parameters.ts'
import { TrackingDetector } from './tracking-detector.ts'

export interface HddmAOptions {
  /** Confidence of a drift: the lower, the fewer false alarms. */
  readonly driftConfidence: number
  /** Confidence of a warning. */
  readonly warningConfidence: number
  /** Whether a falling mean begins a new window too, and is said to be `improved`. */
  readonly twoSided: boolean
}

const defaults: HddmAOptions = { driftConfidence: 0.001, warningConfidence: 0.005, twoSided: false }

const N = TrackingDetector.FIRST
const MEAN = N + 1
const LOW_N = N + 2 // the mean was lowest, by its upper bound, after this many values
const LOW_MEAN = N + 3
const HIGH_N = N + 4
const HIGH_MEAN = N + 5
const WARNED = N + 6

/**
 * HDDM-A over values in [0, 1]: drift when the mean exceeds, by Hoeffding's bound, what it was at its lowest. Signals
 * at the same values as River 0.24; it warns of rises only. Values outside [0, 1] count as 0 or 1. Throws
 * MILLRACE_DRIFT_PARAMETER.
 * Source: Frias-Blanco et al., Online and Non-Parametric Drift Detection Methods Based on Hoeffding's Bounds, IEEE
 * TKDE 27(3), 2015.
 */
export function hddmA(options: Partial<HddmAOptions> = {}): Detector {
  const parameters = detectorParameters('hddm-a', defaults, options)
  checkParameter('hddm-a', 'driftConfidence', parameters.driftConfidence, 0, 1, 'open')
  checkParameter('hddm-a', 'warningConfidence', parameters.warningConfidence, 0, 1, 'open')
  return describeDetector('hddm-a', 'unit', parameters, (detector) => new RunningHddmA(detector, parameters))
}

class RunningHddmA extends TrackingDetector {
  private readonly twoSided: boolean
  private readonly cutConfidence: number
  private readonly driftConfidence: number
  private readonly warningConfidence: number

  constructor(detector: Detector, { driftConfidence, warningConfidence, twoSided }: HddmAOptions) {
    super(detector, 7)
    this.twoSided = twoSided
    this.cutConfidence = log(1 / driftConfidence)
    this.driftConfidence = log(2 / driftConfidence)
    this.warningConfidence = log(2 / warningConfidence)
  }

  update(given: number): Signal {
    if (!(given - given === 0)) return Signal.none
    const value = given < 0 ? 0 : given > 1 ? 1 : given
    const { state } = this
    this.track(value)
    const n = ++state[N]
    const mean = state[MEAN] + (1 / n) * (value - state[MEAN])
    state[MEAN] = mean
    const reach = this.reach(n)
    if (n === 1 || state[LOW_MEAN] + this.reach(state[LOW_N]) >= mean + reach) {
      state[LOW_N] = n
      state[LOW_MEAN] = mean
    }
    if (this.twoSided && (n === 1 || state[HIGH_MEAN] - this.reach(state[HIGH_N]) <= mean - reach)) {
      state[HIGH_N] = n
      state[HIGH_MEAN] = mean
    }
    const rise = mean - state[LOW_MEAN]
    const lowN = state[LOW_N]
    if (n !== lowN) {
      const half = (((n - lowN) / lowN) * (1 / n)) / 2
      const bound = Math.sqrt(half * this.driftConfidence)
      if (rise >= bound) return this.restart(rise, bound, true)
      const warningBound = Math.sqrt(half * this.warningConfidence)
      if (rise >= warningBound) return this.doubt(rise, warningBound)
    }
    state[WARNED] = 0
    return this.twoSided ? this.lookForFall(n, mean) : Signal.none
  }

  private doubt(rise: number, bound: number): Signal {
    const { state } = this
    const fall = this.twoSided ? this.lookForFall(state[N], state[MEAN]) : Signal.none
    if (fall !== Signal.none || state[WARNED] === 1) return fall
    state[WARNED] = 1
    return this.warn(rise, bound)
  }

  private lookForFall(n: number, mean: number): Signal {
    const highN = this.state[HIGH_N]
    if (n === highN) return Signal.none
    const fall = this.state[HIGH_MEAN] - mean
    const bound = Math.sqrt(((((n - highN) / highN) * (1 / n)) / 2) * this.driftConfidence)
    return fall >= bound ? this.restart(fall, bound, false) : Signal.none
  }

  private restart(statistic: number, bound: number, isRise: boolean): Signal {
    this.state.fill(0, N)
    return this.signal(statistic, bound, isRise)
  }

  private reach(n: number): number {
    return Math.sqrt((1 / (2 * n)) * this.cutConfidence)
  }
}
