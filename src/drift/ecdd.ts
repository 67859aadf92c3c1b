import { MillraceError } from '../errors.ts'
import { checkParameter } from './check-parameter.ts'
import { describeDetector } from './describe-detector.ts'
import { type Detector, Signal } from './detector.ts'
import { detectorParameters } from './detector-parameters.ts'
import { TrackingDetector } from './tracking-detector.ts'

export interface EcddOptions {
  /** Values before the first look. */
  readonly warmStart: number
  /** Values between two false alarms, on average: 100 or 400. */
  readonly averageRunLength: 100 | 400
}

const defaults: EcddOptions = { warmStart: 30, averageRunLength: 400 }

/** The control limits of the paper, as polynomials of the error rate: coefficients of its powers 0, 1, 3, 5, 7. */
const limits: Readonly<Record<number, readonly [number, number, number, number, number]>> = {
  100: [2.76, -6.23, 18.12, -312.45, 1002.18],
  400: [3.97, -6.56, 48.73, -330.13, 848.18],
}
const LAMBDA = 0.2 // the limits hold for this weight of the newest value only

const N = TrackingDetector.FIRST
const SUM = N + 1
const CHART = N + 2
const FADED = N + 3 // (1 - lambda)^(2 n)
const WARNED = N + 4

/**
 * ECDD, an exponentially weighted chart of errors (0 or 1; a loss above 0.5 counts as an error) with a control limit
 * for a wanted false-alarm rate. Signals at the same values as MOA 2024.07, which has the run length of 400 only. Its
 * alarms are many by design. The paper's limit for a run length of 1,000 is negative at error rates above 0.48, so it
 * isn't offered; that for 400 can't be reached at rates about 0.5, where the chart sees nothing. It looks for rises
 * only. Throws MILLRACE_DRIFT_PARAMETER.
 * Source: Ross, Adams, Tasoulis & Hand, Exponentially Weighted Moving Average Charts for Detecting Concept Drift,
 * Pattern Recognition Letters 33(2), 2012.
 */
export function ecdd(options: Partial<EcddOptions> = {}): Detector {
  const parameters = detectorParameters('ecdd', defaults, options)
  checkParameter('ecdd', 'warmStart', parameters.warmStart, 1, 1e9, 'whole')
  if (![100, 400].includes(parameters.averageRunLength)) {
    throw new MillraceError(
      'MILLRACE_DRIFT_PARAMETER',
      'ecdd, averageRunLength',
      `${String(parameters.averageRunLength)} is out of range`,
      'Give 100 or 400',
    )
  }
  return describeDetector('ecdd', 'unit', parameters, (detector) => new RunningEcdd(detector, parameters))
}

class RunningEcdd extends TrackingDetector {
  private readonly warmStart: number
  private readonly limit: readonly [number, number, number, number, number]

  constructor(detector: Detector, { warmStart, averageRunLength }: EcddOptions) {
    super(detector, 5)
    this.warmStart = warmStart
    this.limit = limits[averageRunLength]
    this.reset()
  }

  update(given: number): Signal {
    if (!(given - given === 0)) return Signal.none
    const value = given > 0.5 ? 1 : 0
    const { state, limit } = this
    this.track(value)
    const n = ++state[N]
    state[SUM] += value
    // Below this it is nothing beside 1; arithmetic on the smallest doubles is slow.
    state[FADED] = state[FADED] < 1e-30 ? 0 : state[FADED] * ((1 - LAMBDA) * (1 - LAMBDA))
    const rate = state[SUM] / n
    const deviation = Math.sqrt((rate * (1 - rate) * LAMBDA * (1 - state[FADED])) / (2 - LAMBDA))
    const chart = state[CHART] + LAMBDA * (value - state[CHART])
    state[CHART] = chart < 1e-300 ? 0 : chart
    if (n + 1 < this.warmStart) return Signal.none
    const square = rate * rate
    const cube = square * rate
    const width = limit[0] + limit[1] * rate + cube * (limit[2] + square * limit[3]) + limit[4] * cube * square * square
    const drift = rate + width * deviation
    if (n + 1 > this.warmStart && chart > drift) {
      this.reset()
      return this.signal(chart, drift, true)
    }
    const warning = rate + 0.5 * width * deviation
    const wasWarned = state[WARNED] === 1
    state[WARNED] = chart > warning ? 1 : 0
    return chart > warning && !wasWarned ? this.warn(chart, warning) : Signal.none
  }

  private reset(): void {
    this.state.fill(0, N)
    this.state[FADED] = 1
  }
}
