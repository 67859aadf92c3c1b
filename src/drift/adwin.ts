import { MillraceError } from '../errors.ts'
import { decodeBinary, encodeBinary } from '../stats/binary-format.ts'
import { type AdwinOptions, AdwinWindow } from './adwin-window.ts'
import { boundedValue } from './bounded-value.ts'
import { checkParameter } from './check-parameter.ts'
import { type Detector, type Evidence, type RunningDetector, Signal } from './detector.ts'
import { detectorParameters } from './detector-parameters.ts'

const KIND = 'detector.adwin'
const defaults: AdwinOptions = { delta: 0.002, clock: 32, maxBuckets: 5, minWindowLength: 5, gracePeriod: 10 }

/**
 * ADWIN2, an adaptive window over values in [0, 1] that signals when the means of two parts of it differ: `drift` when
 * the newer mean is higher, `improved` when it is lower. Signals at the same values as River 0.24, which like this one
 * begins a new window after each. It takes any finite number, but its false-alarm rate holds for [0, 1]. `delta` in
 * (0, 1). Throws MILLRACE_DRIFT_PARAMETER.
 * Source: Bifet & Gavalda, Learning from Time-Changing Data with Adaptive Windowing, SDM 2007.
 */
export function adwin(options: Partial<AdwinOptions> = {}): Detector {
  const parameters = detectorParameters('adwin', defaults, options)
  checkParameter('adwin', 'delta', parameters.delta, 0, 1, 'open')
  checkParameter('adwin', 'clock', parameters.clock, 1, 1e9, 'whole')
  checkParameter('adwin', 'maxBuckets', parameters.maxBuckets, 2, 1_000, 'whole')
  checkParameter('adwin', 'minWindowLength', parameters.minWindowLength, 1, 1e9, 'whole')
  checkParameter('adwin', 'gracePeriod', parameters.gracePeriod, 0, 1e9, 'whole')
  return Object.freeze({
    algorithm: 'adwin',
    parameters: parameters as unknown as Readonly<Record<string, unknown>>,
    takes: 'unit',
    build: (snapshot?: Uint8Array): RunningDetector => new RunningAdwin(parameters, snapshot),
  })
}

class RunningAdwin implements RunningDetector {
  private readonly window: AdwinWindow

  constructor(options: AdwinOptions, snapshot?: Uint8Array) {
    this.window = new AdwinWindow(options)
    if (snapshot !== undefined) this.load(snapshot)
  }

  update(value: number): Signal {
    if (!(value - value === 0)) return Signal.none
    const window = this.window
    if (!window.add(boundedValue(value))) return Signal.none
    window.reset()
    return window.lastCut.after > window.lastCut.before ? Signal.drift : Signal.improved
  }

  evidence(): Evidence | undefined {
    const { difference, threshold, before, after, since } = this.window.lastCut
    return since === 0 ? undefined : { statistic: difference, threshold, before, after, since }
  }

  save(): Uint8Array {
    const { options, buckets, counts } = this.window
    return encodeBinary(KIND, { parameters: options }, { scalars: this.window.scalars(), buckets, counts })
  }

  private load(snapshot: Uint8Array): void {
    const { header, arrays } = decodeBinary(KIND, snapshot)
    const { window } = this
    const expected = JSON.stringify(window.options)
    const found = JSON.stringify(header.parameters)
    if (found !== expected) {
      throw new MillraceError(
        'MILLRACE_LEARNER_SNAPSHOT',
        'adwin',
        `the snapshot is of ${found}, this detector is ${expected}`,
        'Build the detector with the parameters it was saved with, or without the snapshot',
      )
    }
    window.setScalars(arrays.scalars as Float64Array)
    window.buckets.set(arrays.buckets as Float64Array)
    window.counts.set(arrays.counts as Int32Array)
  }

  clone(): RunningDetector {
    const copy = new RunningAdwin(this.window.options)
    copy.window.setScalars(this.window.scalars())
    copy.window.buckets.set(this.window.buckets)
    copy.window.counts.set(this.window.counts)
    return copy
  }

  byteSize(): number {
    return this.window.buckets.byteLength + this.window.counts.byteLength + 10 * 8
  }
}
