/** A record of a stream's signals or models, in words with its time. */
export function eventText(topic: string, record: Record<string, unknown>): string {
  const at = new Date(Number(record.eventTime)).toISOString().slice(0, 16).replace('T', ' ')
  if (topic.endsWith('.models'))
    return `${at}  model ${String(record.modelVersion)} ${String(record.kind).replace('_', ' ')}: ${String(record.reason)}`
  return `${at}  ${String(record.kind).replace('_', ' ')}: ${signalText(record)}`
}

/** What a signal says; a detector says it in numbers. */
function signalText({ message, path, evidence }: Record<string, unknown>): string {
  if (message !== '') return String(message)
  const { before, after } = (evidence ?? {}) as { before?: number; after?: number }
  const of = String(path).replace(/^drift\./, '')
  return before === undefined || after === undefined ? of : `${of} from ${before.toFixed(4)} to ${after.toFixed(4)}`
}
