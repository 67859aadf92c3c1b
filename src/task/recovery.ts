import { MillraceError } from '../errors.ts'
import { foreignTail } from './foreign-tail.ts'
import type { JournalRecord, RegisteredSnapshot } from './journal-record.ts'

/** What the journal's last record and the options say of how a task begins. */
export type Recovery =
  /** No journal: begin at the inputs' first records. */
  | { readonly kind: 'first' }
  /** Load one of these snapshots, newest first, then replay what follows; without any, replay from the journal's beginning. */
  | { readonly kind: 'replay'; readonly last: JournalRecord; readonly snapshots: readonly RegisteredSnapshot[] }

/**
 * Reads the facts; pure. `start` is the journal's first offset: where it is not 0, records were deleted, and a journal
 * without any record is not that of a new task. Throws MILLRACE_TASK_UNRECOVERABLE then.
 */
export function resolveRecovery(last: JournalRecord | undefined, start: number, place: string): Recovery {
  if (last !== undefined) return { kind: 'replay', last, snapshots: last.snapshots }
  if (start === 0) return { kind: 'first' }
  throw unrecoverable(place, 'all records of its journal have been deleted, and only they say what was committed')
}

/**
 * The records to be replayed after a snapshot of transaction `seq` (-1: none), of those read from the journal.
 * Throws MILLRACE_TASK_UNRECOVERABLE where some of them are gone.
 */
export function tailAfter(
  records: readonly JournalRecord[],
  seq: number,
  last: JournalRecord,
  place: string,
): readonly JournalRecord[] {
  const tail = records.filter((record) => record.seq > seq && record.seq <= last.seq)
  const other = tail.find(({ partitions }) => partitions.join() !== last.partitions.join())
  if (other !== undefined)
    throw unrecoverable(
      place,
      `partitions were added after transaction ${other.seq}, and the snapshot taken there is not to be had`,
    )
  if (tail.length === last.seq - seq) return tail
  const held = `the journal holds ${tail.length} of them`
  throw unrecoverable(place, `transactions ${seq + 1} to ${last.seq} are to be replayed, but ${held}`)
}

function unrecoverable(place: string, wrong: string): MillraceError {
  const remedy = 'Restore the data directory from a copy, or begin anew with millrace reset'
  return new MillraceError('MILLRACE_TASK_UNRECOVERABLE', place, wrong, remedy)
}

/**
 * Whether a tail holds what only the code that wrote it may replay: input or decisions, unless this code was forked from
 * them before. Throws MILLRACE_TASK_CODE_CHANGED.
 */
export function checkCode(
  tail: readonly JournalRecord[],
  code: string,
  fork: boolean,
  stream: string,
  place: string,
): void {
  if (fork) return
  const [foreign] = foreignTail(tail, code)
  if (foreign === undefined) return
  throw new MillraceError(
    'MILLRACE_TASK_CODE_CHANGED',
    place,
    `the stream has changed since transaction ${foreign.seq}, and its state after the last snapshot can only be made again by the code that made it`,
    `Run the old version once with \`millrace run ${stream} --drain\` and then this one, or accept the break with \`millrace run ${stream} --fork\``,
  )
}
