import { MillraceError } from '../errors.ts'

/** The options of a detector over their defaults, frozen. Throws MILLRACE_DRIFT_PARAMETER on an option that it doesn't have. */
export function detectorParameters<Options extends object>(
  algorithm: string,
  defaults: Options,
  options: Partial<Options>,
): Readonly<Options> {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(defaults, name)) continue
    throw new MillraceError(
      'MILLRACE_DRIFT_PARAMETER',
      `${algorithm}, ${name}`,
      'there is no such option',
      `Give ${Object.keys(defaults).join(', ')}, or nothing`,
    )
  }
  return Object.freeze({ ...defaults, ...options })
}
