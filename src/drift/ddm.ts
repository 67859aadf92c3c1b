import { checkParameter } from './check-parameter.ts'
import { describeDetector } from './describe-detector.ts'
import { type Detector, Signal } from './detector.ts'
import { detectorParameters } from './detector-parameters.ts'
import { TrackingDetector } from './tracking-detector.ts'

export interface DdmOptions {
  /** Values before the first look. */
  readonly warmStart: number
  /** Standard deviations above the lowest error rate that are a warning. */
  readonly warningThreshold: number
  /** Standard deviations above the lowest error rate that are a drift. */
  readonly driftThreshold: number
}

const defaults: DdmOptions = { warmStart: 30, warningThreshold: 2, driftThreshold: 3 }

const N = TrackingDetector.FIRST
const MEAN = N + 1
const LEAST_MEAN = N + 2
const LEAST_DEVIATION = N + 3
const LEAST = N + 4
const WARNED = N + 5

/**
 * The drift detection method over errors (0 or 1) or losses in [0, 1]: drift when the error rate and its standard
 * deviation rise above the lowest that was seen. Signals at the same values as River 0.24.  It looks for rises only.
 * With no error in its first values it takes the first one for a drift, as its peers do; the longer the old concept,
 * the later it sees the new one. Values outside [0, 1] count as 0 or 1. Throws MILLRACE_DRIFT_PARAMETER.
 * Source: Gama, Medas, Castillo & Rodrigues, Learning with Drift Detection, SBIA 2004.
 */
export function ddm(options: Partial<DdmOptions> = {}): Detector {
  const parameters = detectorParameters('ddm', defaults, options)
  checkParameter('ddm', 'warmStart', parameters.warmStart, 1, 1e9, 'whole')
  checkParameter('ddm', 'warningThreshold', parameters.warningThreshold, 0, 100, 'open')
  checkParameter('ddm', 'driftThreshold', parameters.driftThreshold, 0, 100, 'open')
  return describeDetector('ddm', 'unit', parameters, (detector) => new RunningDdm(detector, parameters))
}

class RunningDdm extends TrackingDetector {
  private readonly options: DdmOptions

  constructor(detector: Detector, options: DdmOptions) {
    super(detector, 6)
    this.options = options
    this.reset()
  }

  update(given: number): Signal {
    if (!(given - given === 0)) return Signal.none
    const value = given < 0 ? 0 : given > 1 ? 1 : given
    const { state, options } = this
    this.track(value)
    const n = ++state[N]
    const mean = state[MEAN] + (1 / n) * (value - state[MEAN])
    state[MEAN] = mean
    if (n <= options.warmStart) return Signal.none
    const deviation = Math.sqrt((mean * (1 - mean)) / n)
    const level = mean + deviation
    if (level <= state[LEAST]) {
      state[LEAST_MEAN] = mean
      state[LEAST_DEVIATION] = deviation
      state[LEAST] = level
    }
    const driftLevel = state[LEAST_MEAN] + options.driftThreshold * state[LEAST_DEVIATION]
    const warningLevel = state[LEAST_MEAN] + options.warningThreshold * state[LEAST_DEVIATION]
    if (level > driftLevel) {
      this.reset()
      return this.signal(level, driftLevel, true)
    }
    const wasWarned = state[WARNED] === 1
    state[WARNED] = level > warningLevel ? 1 : 0
    return level > warningLevel && !wasWarned ? this.warn(level, warningLevel) : Signal.none
  }

  private reset(): void {
    this.state.fill(0, N)
    this.state[LEAST] = Infinity
  }
}
