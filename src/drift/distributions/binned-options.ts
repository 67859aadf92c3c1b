import type { ShiftOptions } from './distribution-test.ts'

/** Options of the tests over counts. */
export interface BinnedOptions extends ShiftOptions {
  /** How many consecutive events tell as much as one independent one (`sampleSizes`), at least 1; 1 unless given. */
  readonly correlationTime?: number
}
