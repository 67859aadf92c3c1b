/** What a test of two samples found. */
export interface DistributionTest {
  readonly statistic: number
  /** The chance of such a statistic, or a greater one, if both come from one distribution. */
  readonly pValue: number
  /** How large the difference is, in units that a person can read; each test says which. */
  readonly effect: number
  /** Whether the p-value is at most `level` and the effect at least `minEffect`. */
  readonly shifted: boolean
}

/** When a difference is a shift: both have to hold, since with many values the smallest difference is significant. */
export interface ShiftOptions {
  /** Greatest p-value, 0.01 unless given; divide it by the number of columns that are tested. */
  readonly level?: number
  /** Least effect; each test has its own default. */
  readonly minEffect?: number
}
