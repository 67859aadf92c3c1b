import { AvroRecordDecoder } from '../codec/avro-record-decoder.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import type { Log } from '../log/log.ts'
import type { ModelEvent } from '../operators/graph-output.ts'
import type { LeftBehind } from '../operators/left-behind.ts'
import type { JournalRecord } from './journal-record.ts'
import { SEQUENCES } from './output-writer.ts'
import type { TaskOptions } from './task-options.ts'
import type { TaskState } from './task-state.ts'

/** A record of `<stream>.models`, as far as it is of interest here. */
type Told = Pick<ModelEvent, 'kind' | 'parent' | 'algorithm' | 'blob'> & {
  readonly modelVersion: string
  readonly task: number
  readonly sequence: number
}

/**
 * What the transactions that a fork leaves behind have told of the models: read off `<stream>.models`, for the code that
 * computed it is not here. `state` is as a snapshot has it, and as it was in the beginning without one.
 */
export async function readLeftBehind(
  { log, registry, graph, task }: TaskOptions,
  tail: readonly JournalRecord[],
  { learning, sequences }: TaskState,
): Promise<LeftBehind> {
  const from = sequences.values[SEQUENCES.models]
  const to = tail.at(-1)?.sequences[SEQUENCES.models] ?? from
  const all = to > from ? await readEvents(log, registry, `${graph.name}.models`) : []
  const told = all.filter((one) => one.task === task && one.sequence >= from && one.sequence < to)
  let served = learning.models.lastServing
  const present = new Map<string, LeftBehind['present'][number]>()
  for (const { kind, modelVersion: version, parent, algorithm } of told) {
    if (kind === 'promoted' || kind === 'rolled_back') served = version
    if (kind === 'retired') present.delete(version)
    if (kind === 'carried' || kind === 'anew') {
      if (parent === served) served = version
      if (parent !== null) present.delete(parent)
    }
    if (kind === 'trained' || kind === 'carried' || kind === 'anew')
      present.set(version, { version, parent, algorithm })
  }
  const jobs = tail.flatMap(({ decisions }) =>
    decisions.flatMap((one) => (one.kind === 'trained' ? [`v${one.job.slice(1)}`] : [])),
  )
  const files = told.flatMap(({ kind, modelVersion: version, blob }) =>
    blob === null || kind === 'failed' ? [] : [{ version, blob, served: kind !== 'trained' }],
  )
  const versions = [...new Set([...told.map(({ modelVersion }) => modelVersion), ...jobs])]
  return { served, versions, present: [...present.values()], files }
}

async function readEvents(log: Log, registry: SchemaRegistry, topic: string): Promise<Told[]> {
  const { start } = await log.bounds({ topic, partition: 0 })
  const reader = await log.reader([{ topic, partition: 0, offset: start }])
  const decoders = new Map<number, AvroRecordDecoder>()
  const events: Told[] = []
  try {
    do {
      for (const { count, bytes, valueStarts, valueEnds } of await reader.poll(1 << 20, 0)) {
        for (let i = 0; i < count; i++) {
          const value = bytes.slice(valueStarts[i], valueEnds[i])
          const id = AvroRecordDecoder.schemaId(value)
          if (id === undefined) continue
          const schema = decoders.has(id) ? undefined : await registry.schemaOf(id)
          if (schema !== undefined) decoders.set(id, new AvroRecordDecoder(schema, `schema id ${id}`))
          const event = decoders.get(id)?.decode(value)
          if (event !== undefined) events.push(event as Told)
        }
      }
    } while (reader.position(0) < reader.readableEnd(0))
  } finally {
    await reader.close()
  }
  return events
}
