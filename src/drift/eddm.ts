import { MillraceError } from '../errors.ts'
import { checkParameter } from './check-parameter.ts'
import { describeDetector } from './describe-detector.ts'
import { type Detector, Signal } from './detector.ts'
import { detectorParameters } from './detector-parameters.ts'
import { TrackingDetector } from './tracking-detector.ts'

export interface EddmOptions {
  /** Errors before the first look. */
  readonly warmStart: number
  /** The share of the greatest distance between errors below which there is a warning. */
  readonly alpha: number
  /** The share of the greatest distance between errors below which there is a drift; at most `alpha`. */
  readonly beta: number
}

const defaults: EddmOptions = { warmStart: 30, alpha: 0.95, beta: 0.9 }

const N = TrackingDetector.FIRST
const ERRORS = N + 1
const LAST_ERROR = N + 2
const MEAN = N + 3
const SQUARES = N + 4
const GREATEST = N + 5
const WARNED = N + 6

/**
 * The early drift detection method over errors (0 or 1; a loss above 0.5 counts as an error): drift when the distances
 * between errors get shorter. Signals at the same values as River 0.24. Its statistic is a share of the greatest
 * distance and signals *below* the threshold. It alarms also where distances only get more regular, and often while it
 * is new. It looks for rises only. Throws MILLRACE_DRIFT_PARAMETER.
 * Source: Baena-Garcia et al., Early Drift Detection Method, IWKDDS 2006.
 */
export function eddm(options: Partial<EddmOptions> = {}): Detector {
  const parameters = detectorParameters('eddm', defaults, options)
  checkParameter('eddm', 'warmStart', parameters.warmStart, 1, 1e9, 'whole')
  checkParameter('eddm', 'alpha', parameters.alpha, 0, 1, 'open')
  checkParameter('eddm', 'beta', parameters.beta, 0, 1, 'open')
  if (parameters.beta > parameters.alpha) {
    const { alpha, beta } = parameters
    throw new MillraceError(
      'MILLRACE_DRIFT_PARAMETER',
      'eddm, beta',
      `${beta} is out of range`,
      `Give a number between 0 and alpha, ${alpha}`,
    )
  }
  return describeDetector('eddm', 'unit', parameters, (detector) => new RunningEddm(detector, parameters))
}

class RunningEddm extends TrackingDetector {
  private readonly options: EddmOptions

  constructor(detector: Detector, options: EddmOptions) {
    super(detector, 7)
    this.options = options
    this.reset()
  }

  update(value: number): Signal {
    if (!(value - value === 0)) return Signal.none
    this.state[N]++
    this.track(value > 0.5 ? 1 : 0)
    return value > 0.5 ? this.error() : Signal.none
  }

  private error(): Signal {
    const { state, options } = this
    const n = state[N]
    const errors = ++state[ERRORS]
    const distance = n - state[LAST_ERROR]
    const deviation = distance - state[MEAN]
    state[MEAN] += (1 / errors) * deviation
    state[SQUARES] += deviation * (distance - state[MEAN])
    state[LAST_ERROR] = n
    if (n <= options.warmStart) return Signal.none
    const spread = errors > 1 ? Math.sqrt(state[SQUARES] / (errors - 1)) : 0
    const reach = state[MEAN] + 2 * spread
    if (reach > state[GREATEST]) {
      state[GREATEST] = reach
      return Signal.none
    }
    if (errors <= options.warmStart) return Signal.none
    const level = reach / state[GREATEST]
    if (level < options.beta) {
      this.reset()
      return this.signal(level, options.beta, true)
    }
    const wasWarned = state[WARNED] === 1
    state[WARNED] = level < options.alpha ? 1 : 0
    return level < options.alpha && !wasWarned ? this.warn(level, options.alpha) : Signal.none
  }

  private reset(): void {
    this.state.fill(0, N)
    this.state[GREATEST] = -1
  }
}
