import type { OutgoingBatch } from '../log/outgoing-batch.ts'
import type { RecordBatch } from '../log/record-batch.ts'

/** A record as text: timestamp, key and value, to be compared. */
export function recordText(batch: OutgoingBatch | RecordBatch, i: number): string {
  const { bytes, timestamps, keyStarts, keyEnds, valueStarts, valueEnds } = batch
  const hex = (from: number, to: number): string =>
    from < 0 ? '-' : Buffer.from(bytes.subarray(from, to)).toString('hex')
  return `${timestamps[i]} ${hex(keyStarts[i], keyEnds[i])} ${hex(valueStarts[i], valueEnds[i])}`
}
