import { MillraceError } from '../errors.ts'

/**
 * Refuses a detector's parameter outside of `min` to `max`: a whole number, or any number with both ends excluded ('open')
 * or included ('closed'). Throws MILLRACE_DRIFT_PARAMETER naming the range.
 */
export function checkParameter(
  algorithm: string,
  name: string,
  value: number,
  min: number,
  max: number,
  range: 'whole' | 'open' | 'closed',
): void {
  const isWithin = range === 'open' ? value > min && value < max : value >= min && value <= max
  if (isWithin && (range !== 'whole' || Number.isInteger(value))) return
  throw new MillraceError(
    'MILLRACE_DRIFT_PARAMETER',
    `${algorithm}, ${name}`,
    `${String(value)} is out of range`,
    range === 'whole'
      ? `Give a whole number from ${min} to ${max}`
      : `Give a number between ${min} and ${max}, both ${range === 'open' ? 'excluded' : 'included'}`,
  )
}
