import { MillraceError } from '../errors.ts'
import { durationMs } from '../stats/duration.ts'

const date = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

/**
 * The time since when history is walked, ms since 1970: `from` is `beginning` (-Infinity), a duration back from `nowMs` such as
 * `30d`, or a date such as 2026-01-31 or 2026-01-31T12:00Z. Throws MILLRACE_TASK_REBUILD where it is none of these.
 */
export function rebuildTime(from: string, nowMs: number, stream: string): number {
  if (from === 'beginning') return Number.NEGATIVE_INFINITY
  if (/^\d+(\.\d+)?(ms|s|m|h|d)$/.test(from)) return nowMs - durationMs(from, `stream '${stream}', --rebuild`)
  const time = date.test(from) ? Date.parse(from) : Number.NaN
  if (time === time) return time
  throw new MillraceError(
    'MILLRACE_TASK_REBUILD',
    `stream '${stream}', --rebuild`,
    `'${from}' is no time to rebuild from`,
    "Give a duration back such as '30d', a date such as 2026-01-31 or 2026-01-31T12:00Z, or 'beginning'",
  )
}
