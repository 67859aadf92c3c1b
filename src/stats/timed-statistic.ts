/**
 * A running statistic that forgets by time: a value `halfLifeMs` older than another weighs half as much. Like
 * `Statistic` a plain frozen description with `width` doubles of state in the caller's array. Times are milliseconds;
 * they may come out of order: a late value enters with the weight that its age leaves it, so that the state is the same
 * function of the (value, time) pairs in any order, but for rounding.
 */
export interface TimedStatistic {
  /** Name in kebab-case, the file's name. */
  readonly name: string
  /** Doubles of state. */
  readonly width: number
  /** A bound on the error of `read` against the exact value, in words. */
  readonly error: string
  /** Makes the state that of no values. */
  reset(state: Float64Array, at: number): void
  /** Takes one finite value at a finite time. */
  update(state: Float64Array, at: number, value: number, timeMs: number, halfLifeMs: number): void
  /** The statistic's value, which depends on no clock: decay multiplies all weights alike. NaN of nothing. */
  read(state: Float64Array, at: number): number
}
