import { MillraceError } from '../errors.ts'

/** A place in a topic: the next offset of each partition. As text: the offsets with dots between them. */
export type TopicCursor = readonly number[]

export function formatTopicCursor(cursor: TopicCursor): string {
  return cursor.join('.')
}

/** Throws MILLRACE_API_CURSOR. */
export function parseTopicCursor(text: string, partitions: number, topic: string): TopicCursor {
  const parts = /^\d{1,15}(\.\d{1,15})*$/.test(text) ? text.split('.').map(Number) : []
  if (parts.length === partitions) return parts
  const wrong = `'${text.slice(0, 100)}' is no place in it, for it has ${partitions} partition${partitions === 1 ? '' : 's'}`
  const remedy = "Use 'start', 'end', an ISO 8601 date and time, or a cursor that this API gave"
  throw new MillraceError('MILLRACE_API_CURSOR', `topic ${topic}`, wrong, remedy)
}
