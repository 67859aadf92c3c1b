import { log } from '../stats/math/log.ts'
import { checkParameter } from './check-parameter.ts'
import { describeDetector } from './describe-detector.ts'
import { type Detector, Signal } from './detector.ts'
import { detectorParameters } from './detector-parameters.ts'
import { TrackingDetector } from './tracking-detector.ts'

export interface HddmWOptions {
  /** Confidence of a drift: the lower, the fewer false alarms. */
  readonly driftConfidence: number
  /** Confidence of a warning. */
  readonly warningConfidence: number
  /** Weight of the newest value in the means. */
  readonly lambda: number
  /** Whether a falling mean begins a new window too, and is said to be `improved`. */
  readonly twoSided: boolean
}

const defaults: HddmWOptions = { driftConfidence: 0.001, warningConfidence: 0.005, lambda: 0.05, twoSided: false }

// A weighted mean is three doubles: the mean, the sum of its squared weights, and how many values it has.
const ALL = TrackingDetector.FIRST
const LOW = ALL + 3 // all values up to where the mean was lowest, by its upper bound
const AFTER_LOW = ALL + 6
const HIGH = ALL + 9
const AFTER_HIGH = ALL + 12
const LOWEST = ALL + 15
const HIGHEST = ALL + 16
const WARNED = ALL + 17
const WIDTH = 18

/**
 * HDDM-W over values in [0, 1]: drift when the exponentially weighted mean of what came after the lowest mean exceeds
 * it, by McDiarmid's bound. Drifts and warnings come at the same values as in MOA 2024.07, which tells nobody of falls
 * and shares its state among all detectors of a process. River 0.24 takes the squared weight of the first value for
 * less than 1: its bound is too tight, and it signals at other values. Values outside [0, 1] count as 0 or 1. Throws
 * MILLRACE_DRIFT_PARAMETER.
 * Source: Frias-Blanco et al., Online and Non-Parametric Drift Detection Methods Based on Hoeffding's Bounds, IEEE
 * TKDE 27(3), 2015.
 */
export function hddmW(options: Partial<HddmWOptions> = {}): Detector {
  const parameters = detectorParameters('hddm-w', defaults, options)
  checkParameter('hddm-w', 'driftConfidence', parameters.driftConfidence, 0, 1, 'open')
  checkParameter('hddm-w', 'warningConfidence', parameters.warningConfidence, 0, 1, 'open')
  checkParameter('hddm-w', 'lambda', parameters.lambda, 0, 1, 'open')
  return describeDetector('hddm-w', 'unit', parameters, (detector) => new RunningHddmW(detector, parameters))
}

class RunningHddmW extends TrackingDetector {
  private readonly lambda: number
  private readonly twoSided: boolean
  private readonly driftConfidence: number
  private readonly warningConfidence: number

  constructor(detector: Detector, { driftConfidence, warningConfidence, lambda, twoSided }: HddmWOptions) {
    super(detector, WIDTH)
    this.lambda = lambda
    this.twoSided = twoSided
    this.driftConfidence = log(1 / driftConfidence)
    this.warningConfidence = log(1 / warningConfidence)
    this.reset()
  }

  update(given: number): Signal {
    if (!(given - given === 0)) return Signal.none
    const value = given < 0 ? 0 : given > 1 ? 1 : given
    const { state } = this
    this.track(value)
    this.add(ALL, value)
    const bound = Math.sqrt((state[ALL + 1] * this.driftConfidence) / 2)
    if (state[ALL] + bound < state[LOWEST]) {
      state[LOWEST] = state[ALL] + bound
      this.cutAt(LOW, AFTER_LOW)
    } else this.add(AFTER_LOW, value)
    if (this.twoSided) {
      if (state[ALL] - bound > state[HIGHEST]) {
        state[HIGHEST] = state[ALL] - bound
        this.cutAt(HIGH, AFTER_HIGH)
      } else this.add(AFTER_HIGH, value)
    }
    return this.look()
  }

  private look(): Signal {
    const { state } = this
    const rise = state[AFTER_LOW] - state[LOW]
    if (rise > 0 && state[AFTER_LOW + 2] > 0) {
      const half = (state[LOW + 1] + state[AFTER_LOW + 1]) / 2
      const bound = Math.sqrt(half * this.driftConfidence)
      if (rise > bound) return this.restart(rise, bound, true)
      const warningBound = Math.sqrt(half * this.warningConfidence)
      if (rise > warningBound) {
        const fall = this.lookForFall()
        if (fall !== Signal.none || state[WARNED] === 1) return fall
        state[WARNED] = 1
        return this.warn(rise, warningBound)
      }
    }
    state[WARNED] = 0
    return this.lookForFall()
  }

  private lookForFall(): Signal {
    const { state } = this
    if (!this.twoSided || state[AFTER_HIGH + 2] === 0) return Signal.none
    const fall = state[HIGH] - state[AFTER_HIGH]
    const bound = Math.sqrt(((state[HIGH + 1] + state[AFTER_HIGH + 1]) * this.driftConfidence) / 2)
    return fall > bound ? this.restart(fall, bound, false) : Signal.none
  }

  private restart(statistic: number, bound: number, isRise: boolean): Signal {
    this.reset()
    return this.signal(statistic, bound, isRise)
  }

  private add(at: number, value: number): void {
    const { state, lambda } = this
    if (state[at + 2]++ === 0) {
      state[at] = value
      state[at + 1] = 1
      return
    }
    const rest = 1 - lambda
    state[at] = lambda * value + rest * state[at]
    state[at + 1] = lambda * lambda + rest * rest * state[at + 1]
  }

  private cutAt(cut: number, rest: number): void {
    const { state } = this
    state[cut] = state[ALL]
    state[cut + 1] = state[ALL + 1]
    state[cut + 2] = state[ALL + 2]
    state[rest + 2] = 0
  }

  private reset(): void {
    this.state.fill(0, ALL)
    this.state[LOWEST] = Infinity
    this.state[HIGHEST] = -Infinity
  }
}
