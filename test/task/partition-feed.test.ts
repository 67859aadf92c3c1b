import { expect, it } from 'vitest'
import type { LogReader } from '../../src/log/log.ts'
import { MemoryBroker } from '../../src/log/memory-broker.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { OutgoingBatchBuilder } from '../../src/log/outgoing-batch-builder.ts'
import type { RecordBatch } from '../../src/log/record-batch.ts'
import { PartitionFeed } from '../../src/task/partition-feed.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'

const place = { topic: 'events', partition: 0 }

function records(from: number, to: number): OutgoingBatchBuilder {
  const builder = new OutgoingBatchBuilder('events', 0)
  for (let i = from; i < to; i++) {
    builder.add(i)
    builder.setValueText(String(i))
  }
  return builder
}

async function newLog(markers = false): Promise<MemoryLog> {
  const log = new MemoryLog({ broker: new MemoryBroker({ markers }) })
  await log.createTopic('events', { partitions: 1 })
  return log
}

/** The log's own reader, but that some polls answer what it answered before, or what another reader was given. */
function answering(
  reader: LogReader,
  instead: (poll: number, before: readonly RecordBatch[]) => readonly RecordBatch[] | undefined,
): LogReader {
  let polls = 0
  let before: readonly RecordBatch[] = []
  return {
    poll: async (maxBytes, maxWaitMs) => {
      const other = instead(polls++, before)
      if (other !== undefined) return other
      before = await reader.poll(maxBytes, Math.min(maxWaitMs, 1))
      return before
    },
    position: (index) => reader.position(index),
    readableEnd: (index) => reader.readableEnd(index),
    seek: (index, offset) => reader.seek(index, offset),
    pause: (index) => reader.pause(index),
    resume: (index) => reader.resume(index),
    close: () => reader.close(),
  }
}

/** What a feed hands to the merge in six polls, by offset. */
async function taken(reader: LogReader, offset: number, contiguous = true): Promise<number[]> {
  let changed = (): void => {}
  const feed = new PartitionFeed({
    at: { input: 0, ...place },
    reader,
    clock: new ManualClock(),
    offset,
    onChange: () => changed(),
    prepare: (batch) => batch.timestamps,
    contiguous,
  })
  const offsets: number[] = []
  for (let polls = 0; polls < 6; polls++) {
    const change = new Promise<void>((resolve) => {
      changed = resolve
    })
    feed.fill()
    await change
    feed.beginBatch()
    while (feed.ready) feed.take()
    for (const { batch, from, to } of feed.slices) offsets.push(...batch.offsets.subarray(from, to))
  }
  await feed.close()
  return offsets
}

it('takes a batch once that was delivered twice, and the rest of one that overlaps', async () => {
  const log = await newLog()
  await log.append([records(0, 5)])
  const [first] = await (await log.reader([{ ...place, offset: 0 }])).poll(1 << 20, 0)
  await log.append([records(5, 8)])
  const [overlapping] = await (await log.reader([{ ...place, offset: 3 }])).poll(1 << 20, 0)
  const reader = await log.reader([{ ...place, offset: 0 }])
  const answers = [[first], [first], [overlapping]]
  const twice = answering(reader, (poll) => answers[poll])
  expect(await taken(twice, 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

it('asks again when a batch begins beyond what is expected, and jumps over nothing', async () => {
  const log = await newLog()
  await log.append([records(0, 9)])
  const [stale] = await (await log.reader([{ ...place, offset: 6 }])).poll(1 << 20, 0)
  const after = answering(await log.reader([{ ...place, offset: 2 }]), (poll) => (poll === 0 ? [stale] : undefined))
  expect(await taken(after, 2)).toEqual([2, 3, 4, 5, 6, 7, 8])
  const unguarded = answering(await log.reader([{ ...place, offset: 2 }]), (poll) => (poll === 0 ? [stale] : undefined))
  expect(await taken(unguarded, 2, false)).not.toEqual([2, 3, 4, 5, 6, 7, 8])
})

it('passes gaps that the log confirms: aborted records and markers', async () => {
  const log = await newLog(true)
  await log.append([records(0, 2)])
  const aborted = await log.transactionalProducer('aborts')
  await aborted.send([records(2, 5)])
  await aborted.abort()
  const committed = await log.transactionalProducer('commits')
  await committed.send([records(5, 7)])
  await committed.commit()
  const from = async (offset: number): Promise<LogReader> =>
    answering(await log.reader([{ ...place, offset }]), () => undefined)
  expect(await taken(await from(0), 0)).toEqual([0, 1, 6, 7])
  expect(await taken(await from(2), 2)).toEqual([6, 7])
})
