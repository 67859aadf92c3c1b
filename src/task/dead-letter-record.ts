import { createHash } from 'node:crypto'
import type { RejectStage } from '../stream/input-columns.ts'

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
export function deadLetterRecord(
  record: RejectedRecord,
  { cause, stage }: { readonly cause: string; readonly stage: RejectStage },
  task: number,
  sequence: number,
): object {
  const { value, key } = record
  const size = value?.length ?? 0
  const whole = size <= WHOLE
  return {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestamp,
    stage,
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
