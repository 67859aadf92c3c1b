import { MillraceError } from '../errors.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'

/** Throws MILLRACE_CLI_RUNNING where a process runs the stream: what it reads and writes is not to be deleted under it. */
export async function requireStopped(platform: Pick<EmbeddedPlatform, 'membersOf'>, stream: string): Promise<void> {
  const members = await platform.membersOf(stream)
  if (members === 0) return
  throw new MillraceError(
    'MILLRACE_CLI_RUNNING',
    `stream '${stream}'`,
    `it runs, in ${members} ${members === 1 ? 'process' : 'processes'}`,
    'Stop it first, all of them, and try again; one that was killed counts until its session timeout has passed (6 s by default)',
  )
}
