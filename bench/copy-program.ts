/**
 * The peer of the embedded task: copies the records of some topics to one output topic through the same log, in the same
 * transactions. `node copy-program.ts <folder> <file with the topics and the positions after each commit>`
 */
import { readFileSync } from 'node:fs'
import type { LogReader } from '../src/log/log.ts'
import type { OutgoingBatch } from '../src/log/outgoing-batch.ts'
import type { RecordBatch } from '../src/log/record-batch.ts'
import { EmbeddedLog } from '../src/log/embedded-log.ts'

/** What to copy: topics of one partition, and where in each of them every transaction ends. */
export interface CopyPlan {
  readonly topics: readonly string[]
  readonly commits: readonly (readonly number[])[]
}

const POLL_BYTES = 512 * 1024

/** What has been read of a partition and not yet copied. */
interface Source {
  readonly reader: LogReader
  readonly batches: RecordBatch[]
  /** Records of the first batch that are copied. */
  taken: number
}

const [data, file] = process.argv.slice(2)
const { topics, commits }: CopyPlan = JSON.parse(readFileSync(file, 'utf8'))
const log = new EmbeddedLog(data, { durability: 'power' })
await log.createTopic('copy', { partitions: 1 })
const producer = await log.transactionalProducer('copy')
const sources: Source[] = []
for (const topic of topics)
  sources.push({ reader: await log.reader([{ topic, partition: 0, offset: 0 }]), batches: [], taken: 0 })
let copied = 0
for (const ends of commits) {
  for (let i = 0; i < sources.length; i++) copied += await copyTo(sources[i], ends[i])
  await producer.commit()
}
await producer.close()
await log.close()
console.log(JSON.stringify({ copied }))

/** Sends the records of a partition before an offset; gives how many. */
async function copyTo(source: Source, end: number): Promise<number> {
  let count = 0
  for (;;) {
    if (source.batches.length === 0) {
      if (source.reader.position(0) >= end) return count
      source.batches.push(...(await source.reader.poll(POLL_BYTES, 0)))
    }
    const batch = source.batches[0]
    const from = source.taken
    let to = from
    while (to < batch.count && batch.offsets[to] < end) to++
    if (to === from) return count
    await producer.send([slice(batch, from, to)])
    count += to - from
    source.taken = to
    if (to < batch.count) return count
    source.batches.shift()
    source.taken = 0
  }
}

function slice(batch: RecordBatch, from: number, to: number): OutgoingBatch {
  return {
    topic: 'copy',
    partition: 0,
    count: to - from,
    timestamps: batch.timestamps.subarray(from, to),
    bytes: batch.bytes,
    keyStarts: batch.keyStarts.subarray(from, to),
    keyEnds: batch.keyEnds.subarray(from, to),
    valueStarts: batch.valueStarts.subarray(from, to),
    valueEnds: batch.valueEnds.subarray(from, to),
  }
}
