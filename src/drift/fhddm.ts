import { log } from '../stats/math/log.ts'
import { checkParameter } from './check-parameter.ts'
import { describeDetector } from './describe-detector.ts'
import { type Detector, Signal } from './detector.ts'
import { detectorParameters } from './detector-parameters.ts'
import { TrackingDetector } from './tracking-detector.ts'

export interface FhddmOptions {
  /** Values in the window. */
  readonly windowSize: number
  /** Confidence of a drift: the lower, the fewer false alarms. */
  readonly confidence: number
}

const defaults: FhddmOptions = { windowSize: 100, confidence: 1e-6 }

const COUNT = TrackingDetector.FIRST
const AT = COUNT + 1
const SUM = COUNT + 2
const LEAST = COUNT + 3
const RING = COUNT + 4

/**
 * The fast Hoeffding drift detection method over errors (0 or 1) or losses in [0, 1]: drift when the mean of a sliding
 * window exceeds its lowest by Hoeffding's bound. The method watches what was right; River 0.24 says that it takes
 * errors, and so signals when errors get *fewer*: this one signals of errors where River does of their opposites. It
 * looks for rises only, and has no warnings. Values outside [0, 1] count as 0 or 1. Throws MILLRACE_DRIFT_PARAMETER.
 * Source: Pesaranghader & Viktor, Fast Hoeffding Drift Detection Method for Evolving Data Streams, ECML-PKDD 2016.
 */
export function fhddm(options: Partial<FhddmOptions> = {}): Detector {
  const parameters = detectorParameters('fhddm', defaults, options)
  checkParameter('fhddm', 'windowSize', parameters.windowSize, 2, 1e6, 'whole')
  checkParameter('fhddm', 'confidence', parameters.confidence, 0, 1, 'open')
  return describeDetector('fhddm', 'unit', parameters, (detector) => new RunningFhddm(detector, parameters))
}

class RunningFhddm extends TrackingDetector {
  private readonly size: number
  private readonly bound: number

  constructor(detector: Detector, { windowSize, confidence }: FhddmOptions) {
    super(detector, RING - COUNT + windowSize)
    this.size = windowSize
    this.bound = Math.sqrt(log(1 / confidence) / (2 * windowSize))
    this.state[LEAST] = Infinity
  }

  update(given: number): Signal {
    if (!(given - given === 0)) return Signal.none
    const value = given < 0 ? 0 : given > 1 ? 1 : given
    const { state, size } = this
    this.track(value)
    const at = state[AT]
    const oldest = state[RING + at]
    state[RING + at] = value
    state[SUM] += value - oldest
    if (at + 1 < size) state[AT] = at + 1
    else this.turn()
    if (state[COUNT] < size && ++state[COUNT] < size) return Signal.none
    const sum = state[SUM]
    if (sum < state[LEAST]) state[LEAST] = sum
    const rise = (sum - state[LEAST]) / size
    if (!(rise > this.bound)) return Signal.none
    state.fill(0, COUNT)
    state[LEAST] = Infinity
    return this.signal(rise, this.bound, true)
  }

  /** The ring is full round: what adding and taking away have left of rounding errors goes. */
  private turn(): void {
    const { state, size } = this
    state[AT] = 0
    let sum = 0
    for (let i = 0; i < size; i++) sum += state[RING + i]
    state[SUM] = sum
  }
}
