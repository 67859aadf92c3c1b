/**
 * A running statistic: a description, plain and frozen, whose state is `width` doubles inside an array that the caller
 * owns. So a million keys are one flat array, a clone or a snapshot is a copy of doubles, and nothing is allocated per
 * value.
 *
 * `state` is the array, `at` the index of the statistic's first double in it. Missing values (NaN) are never passed in:
 * callers leave them out.
 */
export interface Statistic {
  /** Name in kebab-case, the file's name. */
  readonly name: string
  /** Doubles of state. */
  readonly width: number
  /** A bound on the error of `read` against the exact value, in words; 'exact' when there is none but rounding. */
  readonly error: string
  /** Makes the state that of no values. */
  reset(state: Float64Array, at: number): void
  /** Takes one finite value with a weight > 0. */
  update(state: Float64Array, at: number, value: number, weight: number): void
  /** Adds the values behind `other[from...]` as if they had come after those of `state[at...]`. Absent where mathematics does not allow it. */
  merge?(state: Float64Array, at: number, other: Float64Array, from: number): void
  /** The statistic's value; NaN when nothing has been seen and the value of nothing is undefined. */
  read(state: Float64Array, at: number): number
}
