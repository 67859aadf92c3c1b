import { MillraceError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { Journal } from '../task/journal.ts'

/** The generation in which a stream's journal was written last; 0 where there is none. */
export async function journaledGeneration(log: Log, stream: string): Promise<number> {
  try {
    return (await new Journal(log, stream, 0).last())?.generation ?? 0
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'MILLRACE_LOG_UNKNOWN_TOPIC') return 0
    throw error
  }
}
