import type { ErrorCode } from '../errors.ts'

/** How a call at a point may fail; undefined where it can't. A lost answer of a commit leaves unknown what came of it. */
export function failureAt(point: string): ErrorCode | undefined {
  if (point.endsWith('pause')) return undefined
  if (point.includes('commit') || point.includes('marker')) return 'MILLRACE_LOG_UNKNOWN_OUTCOME'
  if (point.includes('put'))
    return point.startsWith('before') ? 'MILLRACE_STORE_DISK_FULL' : 'MILLRACE_STORE_UNAVAILABLE'
  if (/get|list|delete/.test(point)) return 'MILLRACE_STORE_UNAVAILABLE'
  return 'MILLRACE_LOG_UNAVAILABLE'
}
