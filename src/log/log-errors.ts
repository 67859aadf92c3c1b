import { MillraceError } from '../errors.ts'
import { isDiskFull } from './is-disk-full.ts'

/** The errors that all drivers throw, worded once. */
export const logErrors = {
  unknownTopic(topic: string, partition?: number): MillraceError {
    const place = partition === undefined ? `log topic ${topic}` : `log topic ${topic}, partition ${partition}`
    return new MillraceError('MILLRACE_LOG_UNKNOWN_TOPIC', place, 'there is none', 'Create it, or check the name')
  },

  topicExists(topic: string, there: number, asked: number): MillraceError {
    const wrong = `it is there with ${there} partitions, not ${asked}`
    return new MillraceError(
      'MILLRACE_LOG_TOPIC_EXISTS',
      `log topic ${topic}`,
      wrong,
      'Use that number, or another name',
    )
  },

  fenced(transactionalId: string): MillraceError {
    const wrong = 'a newer producer of this id has taken over; nothing was written'
    const remedy = 'Stop this one: its work belongs to the newer one now'
    return new MillraceError('MILLRACE_LOG_FENCED', `transactional producer ${transactionalId}`, wrong, remedy)
  },

  outOfRange(topic: string, partition: number, wrong: string): MillraceError {
    const remedy = 'Keep records longer than readers need them, or seek to where reading may go on knowing what is lost'
    return new MillraceError('MILLRACE_LOG_OUT_OF_RANGE', `log topic ${topic}, partition ${partition}`, wrong, remedy)
  },

  beyondEnd(topic: string, partition: number, offset: number, end: number): MillraceError {
    const place = `log topic ${topic}, partition ${partition}`
    const wrong = `records before offset ${offset} were to be deleted, but the readable ones end at ${end}`
    return new MillraceError('MILLRACE_LOG_OUT_OF_RANGE', place, wrong, 'Delete up to the readable end at the most')
  },

  transactionTooLarge(place: string, bytes: number, allowed: number): MillraceError {
    const wrong = `a transaction of more than ${bytes} bytes was to be written, ${allowed} are allowed`
    return new MillraceError('MILLRACE_LOG_TOO_LARGE', place, wrong, 'Commit more often')
  },

  logClosed(place: string): MillraceError {
    return new MillraceError('MILLRACE_LOG_CLOSED', place, 'it has been closed', 'Open it again')
  },

  diskFull(directory: string, cause: unknown): MillraceError {
    const remedy = 'Free some space; what was being written is not there'
    const wrong = `there is no space left (${reasonOf(cause)})`
    return new MillraceError('MILLRACE_LOG_DISK_FULL', `log in ${directory}`, wrong, remedy, { cause })
  },

  /** Also says whether a full disk is why. */
  notWritable(directory: string, cause: unknown): MillraceError {
    if (isDiskFull(directory, cause)) return logErrors.diskFull(directory, cause)
    const remedy = 'Give the user it runs as the right to write there, or choose another data directory (MILLRACE_DATA)'
    const wrong = `it can't be written to (${reasonOf(cause)})`
    return new MillraceError('MILLRACE_LOG_NOT_WRITABLE', `data directory ${directory}`, wrong, remedy, { cause })
  },
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
