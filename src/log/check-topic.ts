import { MillraceError } from '../errors.ts'
import type { TopicOptions } from './log.ts'

/** Throws MILLRACE_LOG_PARAMETER where a topic couldn't be made in Kafka either. */
export function checkTopic(name: string, options: TopicOptions): void {
  const allowed = /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..'
  if (!allowed) refuse(name, 'its name is not 1 to 249 letters, digits, dots, underscores and dashes')
  const { partitions, retentionMs } = options
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > 100_000) {
    refuse(name, `it can't have ${partitions} partitions`)
  }
  if (retentionMs !== undefined && !(Number.isSafeInteger(retentionMs) && retentionMs > 0)) {
    refuse(name, `it can't keep its records for ${retentionMs} ms`)
  }
}

function refuse(topic: string, wrong: string): never {
  throw new MillraceError('MILLRACE_LOG_PARAMETER', `log topic ${topic}`, wrong, 'Choose another')
}
