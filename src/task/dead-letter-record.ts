import { createHash } from 'node:crypto'

const WHOLE = 512 * 1024 // larger values are kept in part: a dead letter must fit a message itself
const PART = 64 * 1024

/** A record that could not be used, as it was. */
export interface RejectedRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly (readonly [string, Uint8Array])[]
}

/** The dead letter of a record, as `schemas/millrace/dead-letter.avsc` has it. */
export function deadLetterRecord(record: RejectedRecord, cause: string, task: number, sequence: number): object {
  const { value, key } = record
  const size = value?.length ?? 0
  const whole = size <= WHOLE
  return {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestamp,
    stage: stageOf(cause),
    cause,
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(whole ? value : value.subarray(0, PART)),
    size,
    sha256: whole
      ? null
      : createHash('sha256')
          .update(value as Uint8Array)
          .digest('hex'),
    headers: record.headers.map(([name, header]) => ({ name, value: Buffer.from(header) })),
    task,
    sequence,
  }
}

/** Which step turned a record down, by the words of its cause. */
function stageOf(cause: string): string {
  if (cause.startsWith("key '") || cause.includes('key is too long')) return 'key'
  if (cause.startsWith("time '")) return 'time'
  if (cause.includes('threw') || cause.includes(' returned a ')) return 'arrow'
  if (cause.startsWith('the label')) return 'label'
  if (cause.startsWith('it ended the process')) return 'poison'
  return cause.includes('check') || cause.endsWith('is missing') ? 'validate' : 'decode'
}
