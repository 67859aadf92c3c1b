import { effectiveSampleSize } from './effective-sample-size.ts'

/** What two samples are worth: values in each, and how many consecutive ones of them tell as much as one independent. */
export interface SampleSizes {
  readonly reference: number
  readonly current: number
  /** At least 1. */
  readonly correlationTime: number
}

/**
 * The effective sizes of two samples in the order of time. Both get the correlation time of the one that has the longer:
 * a window alone is often too short to show it, and a reference drawn at random has none.
 */
export function sampleSizes(reference: ArrayLike<number>, current: ArrayLike<number>): SampleSizes {
  const time = Math.max(correlationTime(reference), correlationTime(current))
  return { reference: reference.length / time, current: current.length / time, correlationTime: time }
}

function correlationTime(values: ArrayLike<number>): number {
  return values.length === 0 ? 1 : values.length / effectiveSampleSize(values)
}
