import { MillraceError } from '../errors.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'

/** The bytes of a batch, keys and values; throws MILLRACE_LOG_PARAMETER where its columns don't hold together, MILLRACE_LOG_TOO_LARGE for a record above the bound. */
export function checkOutgoing(batch: OutgoingBatch, maxRecordBytes: number): number {
  const { count, timestamps, bytes, keyStarts, keyEnds, valueStarts, valueEnds } = batch
  const columns = [timestamps, keyStarts, keyEnds, valueStarts, valueEnds]
  if (!Number.isInteger(count) || count < 0 || columns.some((column) => column.length < count)) {
    throw malformed(batch, `a batch of ${count} records has shorter columns`)
  }
  const limit = bytes.length
  let total = 0
  for (let i = 0; i < count; i++) {
    const timestamp = timestamps[i]
    if (!(timestamp >= 0 && timestamp <= Number.MAX_SAFE_INTEGER && Math.floor(timestamp) === timestamp)) {
      throw malformed(batch, `record ${i} has the timestamp ${timestamp}, not a whole number of ms from 0 on`)
    }
    if (keyStarts[i] >= 0 && (keyEnds[i] < keyStarts[i] || keyEnds[i] > limit)) {
      throw malformed(batch, `the key of record ${i} lies outside of its bytes`)
    }
    if (valueStarts[i] >= 0 && (valueEnds[i] < valueStarts[i] || valueEnds[i] > limit)) {
      throw malformed(batch, `the value of record ${i} lies outside of its bytes`)
    }
    const size = outgoingSize(batch, i)
    if (size > maxRecordBytes) {
      const wrong = `record ${i} has ${size} bytes, more than the ${maxRecordBytes} allowed`
      throw new MillraceError(
        'MILLRACE_LOG_TOO_LARGE',
        placeOf(batch),
        wrong,
        'Send its bulk elsewhere and a reference here',
      )
    }
    total += size
  }
  return total
}

function malformed(batch: OutgoingBatch, wrong: string): MillraceError {
  return new MillraceError('MILLRACE_LOG_PARAMETER', placeOf(batch), wrong, 'Check the code that fills the batch')
}

function placeOf(batch: OutgoingBatch): string {
  return `log topic ${batch.topic}, partition ${batch.partition}`
}

/** The bytes of a record still to be sent. */
export function outgoingSize(batch: OutgoingBatch, index: number): number {
  const key = batch.keyStarts[index] < 0 ? 0 : batch.keyEnds[index] - batch.keyStarts[index]
  const value = batch.valueStarts[index] < 0 ? 0 : batch.valueEnds[index] - batch.valueStarts[index]
  return key + value
}
