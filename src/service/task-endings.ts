import { type ErrorCode, MillraceError } from '../errors.ts'

/** Not retryable for whoever called, and yet nothing that a fresh start would not mend. */
const mendedByStart: ReadonlySet<ErrorCode> = new Set(['MILLRACE_LOG_PRODUCER_FAILED', 'MILLRACE_LOG_CONCURRENT_CALL'])
/** After these the task is another process's, or is to be: this one may start it again in a newer generation only. */
const takenAway: ReadonlySet<ErrorCode> = new Set([
  'MILLRACE_LOG_FENCED',
  'MILLRACE_TASK_SUPERSEDED',
  'MILLRACE_TASK_STUCK',
])

/** What an error that ended a task means for the process that ran it. */
export const taskEndings = {
  /** No fresh start mends it. */
  isFinal(error: unknown): boolean {
    return error instanceof MillraceError && !error.retryable && !mendedByStart.has(error.code)
  },

  isTakenAway(error: unknown): boolean {
    return error instanceof MillraceError && takenAway.has(error.code)
  },

  /** A topic that is not there any more after the stream ran was deleted: to create it, as its absence says else, mends nothing. */
  deletedMeanwhile(error: unknown): unknown {
    if (!(error instanceof MillraceError) || error.code !== 'MILLRACE_LOG_UNKNOWN_TOPIC') return error
    return new MillraceError(
      error.code,
      error.message.slice(0, error.message.indexOf(': ')),
      'it was deleted while the stream ran',
      'Start the stream again: where its own topics are gone it begins anew; to begin anew on purpose, stop it first',
      { cause: error },
    )
  },

  superseded(stream: string, generation: number): MillraceError {
    return new MillraceError(
      'MILLRACE_TASK_SUPERSEDED',
      `task 0 of stream '${stream}'`,
      `it was assigned to another process in generation ${generation}`,
      'Nothing is to be done: this process stands by',
    )
  },

  tooLate(stream: string, timeout: string): MillraceError {
    return new MillraceError(
      'MILLRACE_SERVICE_STOP_TIMEOUT',
      `stream '${stream}'`,
      `it did not stop cleanly within ${timeout}`,
      'Nothing committed is lost and the next start replays the rest; give it longer with stopTimeout',
    )
  },
}
