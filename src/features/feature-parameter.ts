import { MillraceError } from '../errors.ts'

/** Throws MILLRACE_FEATURE_PARAMETER unless `holds`; `allowed` says in words what the parameter may be. */
export function featureParameter(name: string, value: unknown, holds: boolean, allowed: string): void {
  if (holds) return
  throw new MillraceError('MILLRACE_FEATURE_PARAMETER', name, `${String(value)} is out of range`, `Give ${allowed}`)
}
