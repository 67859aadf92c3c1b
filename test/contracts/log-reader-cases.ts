import { expect } from 'vitest'
import { numbered, outgoing, readToEnd, recordsOf } from './log-records.ts'
import type { LogCase } from './log-suite.ts'

const place = { topic: 'events', partition: 0 }

export const logReaderCases: readonly LogCase[] = [
  {
    name: 'moves positions over aborted and control records, up to the readable end',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const reader = await log.reader([{ ...place, offset: 0 }])
      const producer = await log.transactionalProducer('task')
      const seen: (string | null)[] = []
      for (const end of ['abort', 'abort', 'commit', 'abort', 'commit'] as const) {
        await producer.send([outgoing('events', 0, numbered(end, 2))])
        await producer[end]()
        const [records] = await readToEnd(reader)
        seen.push(...records.map(({ value }) => value))
        const { readableEnd } = await log.bounds(place)
        expect(reader.position(0)).toBe(readableEnd)
        expect(reader.readableEnd(0)).toBe(readableEnd)
        // The end is where a new reader may begin.
        const fromEnd = await log.reader([{ ...place, offset: readableEnd }])
        expect(await readToEnd(fromEnd)).toEqual([[]])
      }
      expect(seen).toEqual(['commit0', 'commit1', 'commit0', 'commit1'])
    },
  },
  {
    name: 'gives in each batch the position after it, from which another reader goes on',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const producer = await log.transactionalProducer('task')
      for (let n = 0; n < 6; n++) {
        await producer.send([outgoing('events', 0, numbered(`${n}-`, 5))])
        await (n % 3 === 1 ? producer.abort() : producer.commit())
      }
      const reader = await log.reader([{ ...place, offset: 0 }])
      const [all] = await readToEnd(reader)
      reader.seek(0, 0)
      const stepwise: string[] = []
      while (stepwise.length < all.length) {
        const [batch] = await reader.poll(150, 0)
        expect(reader.position(0)).toBe(batch.next)
        expect(batch.next).toBeGreaterThan(batch.offsets[batch.count - 1])
        stepwise.push(...recordsOf(batch).map(({ value }) => value!))
        const other = await log.reader([{ ...place, offset: batch.next }])
        const [rest] = await readToEnd(other)
        expect([...stepwise, ...rest.map(({ value }) => value)]).toEqual(all.map(({ value }) => value))
      }
      for (const { offset } of all) {
        const middle = await log.reader([{ ...place, offset }])
        expect((await readToEnd(middle))[0]).toEqual(all.filter((record) => record.offset >= offset))
      }
    },
  },
  {
    name: 'bounds a poll by bytes, yet always gives a first record and starves no partition',
    async check({ log }) {
      await log.createTopic('events', { partitions: 3 })
      const records = numbered('x'.repeat(100), 300)
      for (const partition of [0, 1, 2]) await log.append([outgoing('events', partition, records)])
      const reader = await log.reader([0, 1, 2].map((partition) => ({ topic: 'events', partition, offset: 0 })))
      const counts = [0, 0, 0]
      for (let polls = 1; counts.some((count) => count < 300); polls++) {
        let bytes = 0
        const batches = await reader.poll(2000, 0)
        for (const batch of batches) {
          for (let i = 0; i < batch.count; i++) bytes += batch.valueEnds[i] - batch.valueStarts[i]
          counts[batch.partition] += batch.count
        }
        expect(batches.length).toBeGreaterThan(0)
        expect(bytes).toBeLessThanOrEqual(2200)
        if (polls === 10) expect(Math.min(...counts)).toBeGreaterThan(0)
      }
      reader.seek(1, 0)
      expect((await reader.poll(1, 0)).map(({ count }) => count)).toEqual([1])
    },
  },
  {
    name: 'keeps readers independent of each other',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      await log.append([outgoing('events', 0, numbered('v', 10))])
      const [first, second] = [await log.reader([{ ...place, offset: 0 }]), await log.reader([{ ...place, offset: 6 }])]
      expect((await readToEnd(first))[0].length).toBe(10)
      expect(second.position(0)).toBe(6)
      await first.close()
      expect((await readToEnd(second))[0].map(({ value }) => value)).toEqual(['v6', 'v7', 'v8', 'v9'])
    },
  },
  {
    name: 'gives no batches of a paused partition, yet tells its readable end',
    async check({ log }) {
      await log.createTopic('events', { partitions: 2 })
      const reader = await log.reader([0, 1].map((partition) => ({ topic: 'events', partition, offset: 0 })))
      reader.pause(0)
      await log.append([0, 1].map((partition) => outgoing('events', partition, numbered(`${partition}`, 2))))
      const batches = await reader.poll(1 << 20, 0)
      expect(batches.map(({ partition }) => partition)).toEqual([1])
      expect([reader.position(0), reader.readableEnd(0)]).toEqual([0, (await log.bounds(place)).readableEnd])
      reader.resume(0)
      expect((await reader.poll(1 << 20, 0)).map(({ partition }) => partition)).toEqual([0])
    },
  },
  {
    name: 'wakes a waiting poll at a commit, and lets it end without one after its time',
    async check(opened) {
      const { log } = opened
      await log.createTopic('events', { partitions: 1 })
      const reader = await log.reader([{ ...place, offset: 0 }])
      const waiting = reader.poll(1 << 20, 1_000_000)
      await expect(reader.poll(1, 0)).rejects.toMatchObject({ code: 'MILLRACE_LOG_CONCURRENT_CALL' })
      const producer = await log.transactionalProducer('task')
      await producer.send([outgoing('events', 0, numbered('v', 2))])
      await producer.commit()
      expect((await waiting).flatMap(recordsOf).map(({ value }) => value)).toEqual(['v0', 'v1'])
      await readToEnd(reader)
      const inVain = reader.poll(1 << 20, 100)
      await opened.pass(100)
      expect(await inVain).toEqual([])
    },
  },
  {
    name: 'finds offsets by time, also where timestamps are out of order',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const at = [100, 300, 200, 200, 500, 400, 50, 600]
      const producer = await log.transactionalProducer('task')
      for (const timestamp of at) {
        await producer.send([outgoing('events', 0, [{ key: null, value: 'v', timestamp }])])
        await producer.commit()
        await producer.send([outgoing('events', 0, [{ key: null, value: 'aborted', timestamp: 10_000 }])])
        await producer.abort()
      }
      await log.append([
        outgoing(
          'events',
          0,
          at.map((timestamp) => ({ key: null, value: 'w', timestamp: timestamp + 1000 })),
        ),
      ])
      const reader = await log.reader([{ ...place, offset: 0 }])
      const [records] = await readToEnd(reader)
      const { readableEnd } = await log.bounds(place)
      for (let timestamp = 0; timestamp <= 1650; timestamp += 50) {
        const expected = records.find((record) => record.timestamp >= timestamp)?.offset ?? readableEnd
        expect(await log.offsetAt(place, timestamp)).toBe(expected)
      }
      await log.deleteBefore(place, records[5].offset)
      expect(await log.offsetAt(place, 0)).toBe(records[5].offset)
      expect(await log.offsetAt(place, 450)).toBe(records[7].offset)
    },
  },
]
