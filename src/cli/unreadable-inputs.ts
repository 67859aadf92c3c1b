import { lastValueFrom, toArray } from 'rxjs'
import type { RecordBatch } from '../log/record-batch.ts'
import { committedBatches } from '../service/committed-batches.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import { eventDecoderOf } from '../service/event-decoder-of.ts'
import type { LoadedStream } from '../service/load-stream.ts'
import { offsetOfLast } from './offset-of-last.ts'

/** Of the inputs whose newest record was written by a schema that the stream's own can't read: what is wrong, and what mends it. */
export async function unreadableInputs(
  loaded: LoadedStream,
  { log, registry }: Pick<EmbeddedPlatform, 'log' | 'registry'>,
): Promise<string[]> {
  const topics = new Map((await log.topics()).map(({ name, partitions }) => [name, partitions]))
  const wrong = new Set<string>()
  for (const [index, { topic, format, schema }] of loaded.graph.inputs.entries()) {
    if (format === 'json') continue
    const decoder = eventDecoderOf(loaded, index)
    for (let partition = 0; partition < (topics.get(topic) ?? 0); partition++) {
      const place = { topic, partition }
      const offset = await offsetOfLast(log, place, 1)
      const batches = await lastValueFrom(committedBatches(log, [{ ...place, offset }]).pipe(toArray()))
      const id = writerOf(batches.at(-1))
      const written = id === undefined ? undefined : await registry.schemaOf(id)
      const cause = written === undefined ? undefined : decoder.define(id as number, written)
      if (cause !== undefined)
        wrong.add(`${schema} can't read the newest record of ${topic}; such records become dead letters. ${cause}`)
    }
  }
  return [...wrong]
}

/** The id of the schema that a batch's last value was written by, in Confluent's wire format. */
function writerOf(batch: RecordBatch | undefined): number | undefined {
  if (batch === undefined) return undefined
  const { bytes, valueStarts, valueEnds, count } = batch
  const start = valueStarts[count - 1]
  if (start < 0 || valueEnds[count - 1] - start < 5 || bytes[start] !== 0) return undefined
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(start + 1)
}
