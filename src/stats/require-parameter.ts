import { MillraceError } from '../errors.ts'

/**
 * Throws MILLRACE_STATS_PARAMETER unless `holds`: `place` is the factory, `range` says in words what `value` may be.
 */
export function requireParameter(holds: boolean, place: string, name: string, value: unknown, range: string): void {
  if (holds) return
  throw new MillraceError('MILLRACE_STATS_PARAMETER', place, `${name} is ${String(value)}`, `Pass ${range}`)
}
