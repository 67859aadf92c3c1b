import type { History } from '../src/backtest/history-batches.ts'
import { historyRecords } from '../src/backtest/history-records.ts'
import { AvroEncoder } from '../src/codec/avro-encoder.ts'
import type { EventSchema } from '../src/codec/event-schema.ts'
import { OutgoingBatchBuilder } from '../src/log/outgoing-batch-builder.ts'
import type { LoadedStream } from '../src/service/load-stream.ts'
import { writeEvent } from '../src/service/write-event.ts'
import { benchPlatform } from './bench-platform.ts'

const APPEND_RECORDS = 20_000

/**
 * Writes the first `records` records of a history into the input topics of a stream, one partition each, in a new data
 * directory: the backlog that a bench starts from.
 */
export async function fillTopics(
  { graph, schemas }: LoadedStream,
  data: string,
  history: History,
  records: number,
): Promise<void> {
  const platform = benchPlatform(data, 'process')
  const inputs = new Map<
    string,
    { key: string; time: string; schema: EventSchema; encoder: AvroEncoder; builder: OutgoingBatchBuilder }
  >()
  for (const { name, topic, schema: file, fields, key, time } of graph.inputs) {
    const schema = schemas.get(file) as EventSchema
    await platform.log.createTopic(topic, { partitions: 1 })
    const id = await platform.registry.register(`${topic}-value`, schema.avro)
    const encoder = new AvroEncoder(schema.avro, id, file)
    inputs.set(name, {
      key: fields[key].name,
      time: fields[time].name,
      schema,
      encoder,
      builder: new OutgoingBatchBuilder(topic, 0),
    })
  }
  const builders = [...inputs.values()].map(({ builder }) => builder)
  let written = 0
  let pending = 0
  const append = async (): Promise<void> => {
    await platform.log.append(builders.filter(({ count }) => count > 0))
    for (const builder of builders) builder.clear()
    pending = 0
  }
  for await (const { input, record } of historyRecords(history)) {
    if (written++ === records) break
    const { key, time, schema, encoder, builder } = inputs.get(input) as NonNullable<ReturnType<typeof inputs.get>>
    const fields = record as Record<string, unknown>
    builder.add(fields[time] as number)
    builder.setKeyText(String(fields[key]))
    writeEvent(encoder, schema.fields, builder, record)
    if (++pending === APPEND_RECORDS) await append()
  }
  if (pending > 0) await append()
  await platform.close()
}
