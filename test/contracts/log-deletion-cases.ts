import { expect } from 'vitest'
import { numbered, outgoing, readAll, readToEnd, valuesOf } from './log-records.ts'
import type { LogCase } from './log-suite.ts'

const place = { topic: 'events', partition: 0 }
const outOfRange = { code: 'MILLRACE_LOG_OUT_OF_RANGE' }
const hour = 3_600_000

export const logDeletionCases: readonly LogCase[] = [
  {
    name: 'deletes what lies before an offset, exactly',
    async check(opened) {
      const { log } = opened
      await log.createTopic('events', { partitions: 2 })
      for (let n = 0; n < 4; n++) {
        await log.append([0, 1].map((partition) => outgoing('events', partition, numbered(`${n}.`, 5))))
      }
      const before = await readAll(log, place)
      const { offset } = before[7]
      await log.deleteBefore(place, offset)
      await log.deleteBefore(place, 2)
      expect((await log.bounds(place)).start).toBe(offset)
      expect(await readAll(log, place)).toEqual(before.slice(7))
      expect((await readAll(log, { topic: 'events', partition: 1 })).length).toBe(20)
      await opened.reopen()
      expect(await readAll(opened.log, place)).toEqual(before.slice(7))
    },
  },
  {
    name: 'throws where records to be read were deleted, and never jumps over them',
    async check({ log }) {
      await log.createTopic('events', { partitions: 2 })
      for (let n = 0; n < 4; n++) {
        await log.append([0, 1].map((partition) => outgoing('events', partition, numbered(`${n}.`, 5))))
      }
      const reader = await log.reader([1, 0].map((partition) => ({ topic: 'events', partition, offset: 0 })))
      const early = await log.reader([{ ...place, offset: 0 }])
      await log.deleteBefore(place, 3)
      for (let n = 0; n < 3; n++) {
        await expect(reader.poll(1 << 20, 0)).rejects.toMatchObject(outOfRange)
        expect([reader.position(0), reader.position(1)]).toEqual([0, 0])
        await expect(early.poll(1, 1000)).rejects.toMatchObject(outOfRange)
      }
      reader.seek(1, 3)
      const read = await readToEnd(reader, 2)
      expect(read.map((records) => records.length).toSorted((a, b) => a - b)).toEqual([17, 20])
    },
  },
  {
    name: 'throws where a position lies beyond the end, or more is to be deleted than is there',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      await log.append([outgoing('events', 0, numbered('v', 5))])
      const { readableEnd } = await log.bounds(place)
      const reader = await log.reader([{ ...place, offset: readableEnd + 5 }])
      await expect(reader.poll(1 << 20, 0)).rejects.toMatchObject(outOfRange)
      reader.seek(0, -1)
      await expect(reader.poll(1 << 20, 0)).rejects.toMatchObject(outOfRange)
      await expect(log.deleteBefore(place, readableEnd + 1)).rejects.toMatchObject(outOfRange)
      await log.deleteBefore(place, readableEnd)
      expect(await log.bounds(place)).toEqual({ start: readableEnd, readableEnd })
      expect(await readAll(log, place)).toEqual([])
      await log.append([outgoing('events', 0, numbered('w', 2))])
      expect(await valuesOf(log, place)).toEqual(['w0', 'w1'])
    },
  },
  {
    name: 'keeps every record that is young enough, and all that follow it',
    async check(opened) {
      const { log } = opened
      await log.createTopic('events', { partitions: 1, retentionMs: 2 * hour })
      await log.createTopic('kept', { partitions: 1 })
      const now = opened.now()
      const ages = [5, 4, 3, 1, 6, 0]
      for (const age of ages) {
        const records = numbered(`${age}h `, 2, now - age * hour)
        await log.append([outgoing('events', 0, records), outgoing('kept', 0, records)])
      }
      const early = await log.reader([{ ...place, offset: 0 }])
      await opened.pass(1000)
      expect(await valuesOf(log, place)).toEqual(['1h 0', '1h 1', '6h 0', '6h 1', '0h 0', '0h 1'])
      await expect(early.poll(1 << 20, 0)).rejects.toMatchObject(outOfRange)
      expect(await valuesOf(log, { topic: 'kept', partition: 0 })).toHaveLength(12)
      await opened.pass(3 * hour)
      expect(await valuesOf(log, place)).toEqual([])
      const { start, readableEnd } = await log.bounds(place)
      expect(start).toBe(readableEnd)
      await log.append([outgoing('events', 0, numbered('new ', 1, opened.now()))])
      expect(await valuesOf(log, place)).toEqual(['new 0'])
    },
  },
  {
    name: 'deletes topics, for those who read and write them too',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      await log.append([outgoing('events', 0, numbered('old', 100))])
      const reader = await log.reader([{ ...place, offset: 0 }])
      const producer = await log.transactionalProducer('task')
      await producer.send([outgoing('events', 0, numbered('lost', 1))])
      await log.deleteTopic('events')
      await log.deleteTopic('events')
      expect(await log.topics()).toEqual([])
      const unknown = { code: 'MILLRACE_LOG_UNKNOWN_TOPIC' }
      await expect(log.bounds(place)).rejects.toMatchObject(unknown)
      await expect(producer.commit()).rejects.toMatchObject(unknown)
      await log.createTopic('events', { partitions: 3 })
      await expect(reader.poll(1 << 20, 0)).rejects.toMatchObject(unknown)
      await log.append([outgoing('events', 0, numbered('new', 1))])
      expect(await valuesOf(log, place)).toEqual(['new0'])
    },
  },
]
