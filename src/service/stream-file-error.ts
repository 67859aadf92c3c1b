import { relative } from 'node:path'
import { MillraceError } from '../errors.ts'

/** An error out of a user's file, with the position where it can be found. */
export function streamFileError(file: string, wrong: string, remedy: string, cause: unknown): MillraceError {
  const shown = relative(process.cwd(), file)
  const { message = String(cause), stack = '' } = cause as Error
  const [, after] = stack.replaceAll('file://', '').split(`${file}:`, 2)
  const at = /^\d+(:\d+)?/.exec(after ?? '')
  const place = at === null ? shown : `${shown}:${at[0]}`
  const missing = /Cannot find package '([^']+)'/.exec(message)?.[1]
  if (missing !== undefined) {
    return new MillraceError(
      'MILLRACE_SERVICE_STREAM_FILE',
      place,
      `the package '${missing}' is not installed`,
      `Add it with npm install ${missing}`,
      { cause },
    )
  }
  const said = message
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')
  return new MillraceError('MILLRACE_SERVICE_STREAM_FILE', place, `${wrong} (${said})`, remedy, { cause })
}
