import { MillraceError } from '../errors.ts'
import { decodeBinary, encodeBinary } from '../stats/binary-format.ts'
import type { Detector, Evidence, RunningDetector, Signal } from './detector.ts'

const STATISTIC = 0
const THRESHOLD = 1
const BEFORE = 2
const AFTER = 3
const SINCE = 4 // 0 before the first signal

/**
 * A detector at work whose whole state is one array of doubles: the evidence first, then what the algorithm keeps, from
 * `ArrayDetector.FIRST` on. Saving, loading and copying are of that array, so that no detector writes them itself.
 */
export abstract class ArrayDetector implements RunningDetector {
  /** Where the state of the algorithm begins. */
  static readonly FIRST: number = 5
  protected readonly state: Float64Array
  private readonly detector: Detector

  protected constructor(detector: Detector, width: number) {
    this.detector = detector
    this.state = new Float64Array(ArrayDetector.FIRST + width)
  }

  abstract update(value: number): Signal

  evidence(): Evidence | undefined {
    const { state } = this
    if (state[SINCE] === 0) return undefined
    return {
      statistic: state[STATISTIC],
      threshold: state[THRESHOLD],
      before: state[BEFORE],
      after: state[AFTER],
      since: state[SINCE],
    }
  }

  save(): Uint8Array {
    const { algorithm, parameters } = this.detector
    return encodeBinary(`detector.${algorithm}`, { parameters }, { state: this.state })
  }

  /** Takes over a saved state. Throws MILLRACE_STATS_BINARY and MILLRACE_LEARNER_SNAPSHOT. */
  load(snapshot: Uint8Array): void {
    const { algorithm, parameters } = this.detector
    const { header, arrays } = decodeBinary(`detector.${algorithm}`, snapshot)
    const expected = JSON.stringify(parameters)
    const found = JSON.stringify(header.parameters)
    if (found !== expected) {
      throw new MillraceError(
        'MILLRACE_LEARNER_SNAPSHOT',
        algorithm,
        `the snapshot is of ${found}, this detector is ${expected}`,
        'Build the detector with the parameters it was saved with, or without the snapshot',
      )
    }
    this.state.set(arrays.state as Float64Array)
    this.restored()
  }

  clone(): RunningDetector {
    const copy = this.detector.build() as ArrayDetector
    copy.state.set(this.state)
    copy.restored()
    return copy
  }

  byteSize(): number {
    return this.state.byteLength
  }

  /** The state was replaced: what is derived from it has to be made anew. */
  protected restored(): void {}

  /** Keeps the reasons of a signal. */
  protected explain(statistic: number, threshold: number, before: number, after: number, since: number): void {
    const { state } = this
    state[STATISTIC] = statistic
    state[THRESHOLD] = threshold
    state[BEFORE] = before
    state[AFTER] = after
    state[SINCE] = since
  }
}
