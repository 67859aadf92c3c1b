import { AvroRecordDecoder } from '../src/codec/avro-record-decoder.ts'
import { publishedSchemas } from '../src/codec/published-schemas.ts'
import { benchPlatform } from './bench-platform.ts'

/** A prediction as it lies in the topic, as far as benches look at it. */
export interface StoredPrediction {
  readonly id: string
  readonly prediction: number
  readonly sequence: number
}

/** Calls back with each prediction of a stream that a data directory holds, in the topic's order; gives how many there are. */
export async function readPredictions(
  data: string,
  stream: string,
  each: (prediction: StoredPrediction) => void,
): Promise<number> {
  const { prediction: schema } = await publishedSchemas()
  const decoder = new AvroRecordDecoder(schema, 'prediction.avsc')
  const platform = benchPlatform(data, 'process', { readOnly: true })
  const { log } = platform
  const reader = await log.reader([{ topic: `${stream}.predictions`, partition: 0, offset: 0 }])
  let count = 0
  do {
    for (const batch of await reader.poll(1 << 20, 0)) {
      for (let i = 0; i < batch.count; i++) {
        each(decoder.decode(batch.bytes.subarray(batch.valueStarts[i], batch.valueEnds[i])) as StoredPrediction)
      }
      count += batch.count
    }
  } while (reader.position(0) < reader.readableEnd(0))
  await platform.close()
  return count
}
