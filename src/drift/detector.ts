/**
 * What a detector says of a value: nothing, a warning, that its stream has changed for the worse, or for the better. A
 * warning is said once, where a zone of warning begins. After a drift or an improvement the detector begins anew.
 */
export const Signal = { none: 0, warning: 1, drift: 2, improved: 3 } as const
export type Signal = (typeof Signal)[keyof typeof Signal]

/** Why a detector signalled: the test's statistic and threshold, the means on both sides, and how many of the newest values came after the estimated change point. */
export interface Evidence {
  readonly statistic: number
  readonly threshold: number
  readonly before: number
  readonly after: number
  /** Values since the estimated change point: the change lies that many values back. */
  readonly since: number
}

/** A change detector: a description, plain and frozen; `build` makes the stateful thing. */
export interface Detector {
  /** Name in kebab-case, the file's name. */
  readonly algorithm: string
  /** JSON-like; together with `algorithm` all that makes this detector what it is. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** The values it is meant for: 0/1 or [0, 1] ('unit'), or any finite number ('real'). */
  readonly takes: 'unit' | 'real'
  /** A detector at work, new or as it was when `snapshot` was saved. Throws MILLRACE_STATS_BINARY on bytes that cannot be read, MILLRACE_LEARNER_SNAPSHOT on those of another detector. */
  build(snapshot?: Uint8Array): RunningDetector
}

/**
 * A detector at work. A rising value is drift (losses are watched), a falling one `improved`.
 */
export interface RunningDetector {
  /** Takes one value; one that is not finite changes nothing and is answered with `none`. Allocates nothing. */
  update(value: number): Signal
  /** The reasons of the latest signal that was not `none`; undefined before the first. */
  evidence(): Evidence | undefined
  /** The whole state in the binary format of `stats/binary-format.ts`. */
  save(): Uint8Array
  /** A copy that shares nothing. */
  clone(): RunningDetector
  /** Bytes of state held in memory. */
  byteSize(): number
}
