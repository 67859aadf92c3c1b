import { checkParameter } from './check-parameter.ts'
import { describeDetector } from './describe-detector.ts'
import { type Detector, Signal } from './detector.ts'
import { detectorParameters } from './detector-parameters.ts'
import { TrackingDetector } from './tracking-detector.ts'

export interface RddmOptions {
  /** Values before the first look. */
  readonly warmStart: number
  /** Standard deviations above the lowest error rate that are a warning. */
  readonly warningThreshold: number
  /** Standard deviations above the lowest error rate that are a drift. */
  readonly driftThreshold: number
  /** Values of one concept after which the statistics are made anew of the newest. */
  readonly maxConceptSize: number
  /** How many of the newest values that are; they are kept, 8 bytes each. */
  readonly minStableConceptSize: number
  /** Values in a row under warning after which it becomes a drift. */
  readonly warnLimit: number
}

const defaults: RddmOptions = {
  warmStart: 129,
  warningThreshold: 1.773,
  driftThreshold: 2.258,
  maxConceptSize: 40_000,
  minStableConceptSize: 7_000,
  warnLimit: 1_400,
}

const N = TrackingDetector.FIRST // one more than the values counted
const MEAN = N + 1
const LEAST_MEAN = N + 2
const LEAST_DEVIATION = N + 3
const LEAST = N + 4
const STORED = N + 5
const FIRST = N + 6
const LAST = N + 7
const WARNED_AT = N + 8 // where in the ring the warning began, -1 if it is no longer there
const WARNINGS = N + 9 // in a row
const RING = N + 10

/**
 * The reactive drift detection method over errors (0 or 1) or losses in [0, 1]: DDM with lower thresholds, that
 * forgets what is old in a long concept and takes a warning that lasts for a drift. Signals at the same values as MOA
 * 2024.07, which keeps whole numbers only. It reacts fast and gives many false alarms. It looks for rises only. Values
 * outside [0, 1] count as 0 or 1. Throws MILLRACE_DRIFT_PARAMETER.
 * Source: Barros, Cabral, Goncalves & Santos, RDDM: Reactive Drift Detection Method, Expert Systems with Applications
 * 90, 2017.
 */
export function rddm(options: Partial<RddmOptions> = {}): Detector {
  const parameters = detectorParameters('rddm', defaults, options)
  checkParameter('rddm', 'warmStart', parameters.warmStart, 1, 1e9, 'whole')
  checkParameter('rddm', 'warningThreshold', parameters.warningThreshold, 0, 100, 'open')
  checkParameter('rddm', 'driftThreshold', parameters.driftThreshold, 0, 100, 'open')
  checkParameter('rddm', 'maxConceptSize', parameters.maxConceptSize, 1, 1e9, 'whole')
  checkParameter('rddm', 'minStableConceptSize', parameters.minStableConceptSize, 1, 1e6, 'whole')
  checkParameter('rddm', 'warnLimit', parameters.warnLimit, 1, 1e9, 'whole')
  return describeDetector('rddm', 'unit', parameters, (detector) => new RunningRddm(detector, parameters))
}

class RunningRddm extends TrackingDetector {
  private readonly options: RddmOptions

  constructor(detector: Detector, options: RddmOptions) {
    super(detector, RING - N + options.minStableConceptSize)
    this.options = options
    this.state[LAST] = -1
    this.state[WARNED_AT] = -1
    this.forgetLeast()
    this.begin()
  }

  update(given: number): Signal {
    if (!(given - given === 0)) return Signal.none
    const value = given < 0 ? 0 : given > 1 ? 1 : given
    const { state, options } = this
    this.track(value)
    this.store(value)
    const mean = state[MEAN] + (value - state[MEAN]) / state[N]
    const deviation = Math.sqrt((mean * (1 - mean)) / state[N])
    state[MEAN] = mean
    const n = ++state[N]
    if (n <= options.warmStart) return Signal.none
    const level = mean + deviation
    if (level < state[LEAST]) this.keepLeast(mean, deviation)
    const driftLevel = state[LEAST_MEAN] + options.driftThreshold * state[LEAST_DEVIATION]
    const warningLevel = state[LEAST_MEAN] + options.warningThreshold * state[LEAST_DEVIATION]
    if (level > driftLevel) return this.drift(level, driftLevel, state[WARNINGS] === 0)
    if (level > warningLevel) {
      if (state[WARNINGS] >= options.warnLimit) return this.drift(level, warningLevel, true)
      if (++state[WARNINGS] > 1) return Signal.none
      state[WARNED_AT] = state[LAST]
      return this.warn(level, warningLevel)
    }
    this.leaveZone()
    if (n > options.maxConceptSize) this.relearn(false)
    return Signal.none
  }

  /** Signals, and begins again with the values since the warning, or with the newest alone. */
  private drift(level: number, threshold: number, newestOnly: boolean): Signal {
    const { state } = this
    if (newestOnly) {
      state[FIRST] = state[LAST]
      state[STORED] = 1
      state[WARNED_AT] = -1
    }
    this.relearn(true)
    return this.signal(level, threshold, true)
  }

  private relearn(drifted: boolean): void {
    const { state, options } = this
    const size = options.minStableConceptSize
    this.begin()
    if (drifted) this.forgetLeast()
    if (state[WARNED_AT] !== -1) {
      state[FIRST] = state[WARNED_AT]
      state[STORED] = state[LAST] - state[FIRST] + 1
      if (state[STORED] <= 0) state[STORED] += size
    }
    let at = state[FIRST]
    for (let i = state[STORED]; i > 0; i--) {
      const n = state[N]
      const mean = state[MEAN] + (state[RING + at] - state[MEAN]) / n
      const deviation = Math.sqrt((mean * (1 - mean)) / n)
      state[MEAN] = mean
      if (drifted && n > options.warmStart && mean + deviation < state[LEAST]) this.keepLeast(mean, deviation)
      state[N] = n + 1
      if (++at === size) at = 0
    }
    this.leaveZone()
  }

  private store(value: number): void {
    const { state } = this
    const size = this.options.minStableConceptSize
    const last = state[LAST] + 1 === size ? 0 : state[LAST] + 1
    state[LAST] = last
    state[RING + last] = value
    if (state[STORED] < size) {
      state[STORED]++
      return
    }
    state[FIRST] = state[FIRST] + 1 === size ? 0 : state[FIRST] + 1
    if (state[WARNED_AT] === last) state[WARNED_AT] = -1
  }

  private keepLeast(mean: number, deviation: number): void {
    this.state[LEAST_MEAN] = mean
    this.state[LEAST_DEVIATION] = deviation
    this.state[LEAST] = mean + deviation
  }

  private forgetLeast(): void {
    this.state.fill(Infinity, LEAST_MEAN, LEAST + 1)
  }

  private begin(): void {
    this.state[N] = 1
    this.state[MEAN] = 1
  }

  private leaveZone(): void {
    this.state[WARNED_AT] = -1
    this.state[WARNINGS] = 0
  }
}
