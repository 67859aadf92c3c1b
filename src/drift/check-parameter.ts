import { MillraceError } from '../errors.ts'

/** Refuses a detector's parameter outside `min` to `max` (open at both ends unless `whole`). Throws MILLRACE_DRIFT_PARAMETER naming the range. */
export function checkParameter(
  algorithm: string,
  name: string,
  value: number,
  min: number,
  max: number,
  whole: boolean,
): void {
  if (whole ? Number.isInteger(value) && value >= min && value <= max : value > min && value < max) return
  throw new MillraceError(
    'MILLRACE_DRIFT_PARAMETER',
    `${algorithm}, ${name}`,
    `${String(value)} is out of range`,
    whole ? `Give a whole number from ${min} to ${max}` : `Give a number between ${min} and ${max}, both excluded`,
  )
}
