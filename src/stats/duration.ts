import { MillraceError } from '../errors.ts'

/** A length of time as users write it: a number and a unit, such as '30m'. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * The milliseconds of a duration: a whole number, 0 or more. `place` names who asked. Throws MILLRACE_STATS_PARAMETER
 * on anything that is no duration, is no whole number of milliseconds, or is longer than 2^53 of them.
 */
export function durationMs(text: Duration | (string & {}), place: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
  if (match === null) {
    throw new MillraceError(
      'MILLRACE_STATS_PARAMETER',
      place,
      `${JSON.stringify(text)} is no duration`,
      "Write a number and a unit (ms, s, m, h, d), such as '30m'",
    )
  }
  const ms = Math.round(Number(match[1]) * units[match[2]] * 1e6) / 1e6 // 1.1s is 1100 ms, not 1100.0000000000002
  if (!Number.isSafeInteger(ms)) {
    throw new MillraceError(
      'MILLRACE_STATS_PARAMETER',
      place,
      `'${text}' is ${ms} ms`,
      'Pass a whole number of milliseconds, at most 2^53',
    )
  }
  return ms
}
