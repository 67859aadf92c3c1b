import { expect } from 'vitest'
import { numbered, outgoing, readAll, type TestRecord, valuesOf } from './log-records.ts'
import type { LogCase } from './log-suite.ts'

const place = { topic: 'events', partition: 0 }

export const logRecordCases: readonly LogCase[] = [
  {
    name: 'creates topics, again without effect, and lists them by name',
    async check({ log, now }) {
      await log.createTopic('b', { partitions: 2, retentionMs: 3_600_000 })
      await log.createTopic('a.b-c_D', { partitions: 1 })
      await log.append([outgoing('b', 1, numbered('v', 1, now()))])
      await log.createTopic('b', { partitions: 2 })
      expect(await log.topics()).toEqual([
        { name: 'a.b-c_D', partitions: 1, retentionMs: undefined },
        { name: 'b', partitions: 2, retentionMs: 3_600_000 },
      ])
      expect(await valuesOf(log, { topic: 'b', partition: 1 })).toEqual(['v0'])
      await expect(log.createTopic('b', { partitions: 3 })).rejects.toMatchObject({ code: 'MILLRACE_LOG_TOPIC_EXISTS' })
      for (const name of ['', '.', '..', 'a/b', 'ä', 'x'.repeat(250)]) {
        await expect(log.createTopic(name, { partitions: 1 })).rejects.toMatchObject({ code: 'MILLRACE_LOG_PARAMETER' })
      }
      for (const options of [{ partitions: 0 }, { partitions: 1.5 }, { partitions: 1, retentionMs: 0 }]) {
        await expect(log.createTopic('c', options)).rejects.toMatchObject({ code: 'MILLRACE_LOG_PARAMETER' })
      }
    },
  },
  {
    name: 'says that a topic or partition is unknown',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      for (const unknown of [
        { topic: 'nowhere', partition: 0 },
        { topic: 'events', partition: 1 },
      ]) {
        const error = { code: 'MILLRACE_LOG_UNKNOWN_TOPIC' }
        await expect(log.bounds(unknown)).rejects.toMatchObject(error)
        await expect(log.offsetAt(unknown, 0)).rejects.toMatchObject(error)
        await expect(log.deleteBefore(unknown, 0)).rejects.toMatchObject(error)
        await expect(log.reader([{ ...unknown, offset: 0 }])).rejects.toMatchObject(error)
        const batch = outgoing(unknown.topic, unknown.partition, numbered('v', 1))
        await expect(log.append([outgoing('events', 0, numbered('v', 1)), batch])).rejects.toMatchObject(error)
        const producer = await log.transactionalProducer('task')
        await expect(producer.send([batch])).rejects.toMatchObject(error)
      }
      expect(await readAll(log, place)).toEqual([])
    },
  },
  {
    name: 'gives records back as they were written',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const records: TestRecord[] = [
        { key: 'k', value: 'v', timestamp: 1_700_000_000_000 },
        { key: null, value: 'only a value', timestamp: 0 },
        { key: 'only a key', value: null, timestamp: 5 },
        { key: null, value: null, timestamp: 1_700_000_000_001 },
        { key: '', value: '', timestamp: 1_600_000_000_000 },
        {
          key: 'ключ',
          value: 'émoji 🛶',
          timestamp: 9,
          headers: [
            ['trace', 'a'],
            ['trace', 'b'],
            ['', ''],
          ],
        },
        { key: null, value: null, timestamp: 10, headers: [['alone', '']] },
        { key: 'large', value: 'x'.repeat(700_000), timestamp: 11 },
        { key: 'last', value: 'l', timestamp: 12 },
      ]
      await log.append([outgoing('events', 0, records)])
      const producer = await log.transactionalProducer('task')
      await producer.send([outgoing('events', 0, records)])
      await producer.commit()
      const read = await readAll(log, place)
      const withoutOffsets = read.map(({ offset: _offset, ...record }) => record)
      expect(withoutOffsets).toEqual([...records, ...records])
      // Cut anywhere, they are the same.
      expect(await readAll(log, place, 1)).toEqual(read)
      expect(await readAll(log, place, 100)).toEqual(read)
    },
  },
  {
    name: 'takes keys and values from anywhere in the slab, and lets the writer reuse it',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const bytes = Buffer.from('..valuekey--other')
      const batch = {
        ...place,
        count: 4,
        timestamps: Float64Array.of(1, 2, 3, 4, 99),
        bytes,
        keyStarts: Int32Array.of(7, 7, -1, 12),
        keyEnds: Int32Array.of(10, 10, -1, 17),
        valueStarts: Int32Array.of(2, 2, 12, 0),
        valueEnds: Int32Array.of(7, 7, 17, 0),
      }
      const producer = await log.transactionalProducer('task')
      await producer.send([batch])
      bytes.fill(0)
      batch.timestamps.fill(7)
      batch.valueEnds.fill(bytes.length)
      await producer.commit()
      expect((await readAll(log, place)).map(({ key, value, timestamp }) => [key, value, timestamp])).toEqual([
        ['key', 'value', 1],
        ['key', 'value', 2],
        [null, 'other', 3],
        ['other', '', 4],
      ])
    },
  },
  {
    name: 'refuses a malformed batch and a record that is too large, and writes nothing of it',
    async check({ log }, { tooLargeBytes }) {
      await log.createTopic('events', { partitions: 1 })
      const good = outgoing('events', 0, numbered('v', 2))
      const columns = {
        ...good,
        topic: 'events',
        partition: 0,
        count: 2,
        bytes: good.bytes,
        timestamps: good.timestamps,
      }
      const { keyStarts, keyEnds, valueStarts, valueEnds } = good
      const base = { ...columns, keyStarts, keyEnds, valueStarts, valueEnds, headers: undefined }
      for (const bad of [
        { ...base, count: 1_000_000 },
        { ...base, count: -1 },
        { ...base, timestamps: Float64Array.of(1, Number.NaN) },
        { ...base, timestamps: Float64Array.of(1, -1) },
        { ...base, timestamps: Float64Array.of(1, 0.5) },
        { ...base, valueEnds: Int32Array.of(4, 1_000_000_000) },
        { ...base, keyEnds: Int32Array.of(2, 0) },
      ]) {
        await expect(log.append([base, bad])).rejects.toMatchObject({ code: 'MILLRACE_LOG_PARAMETER' })
      }
      const large = outgoing('events', 0, [{ key: null, value: 'x'.repeat(tooLargeBytes), timestamp: 1 }])
      await expect(log.append([base, large])).rejects.toMatchObject({ code: 'MILLRACE_LOG_TOO_LARGE' })
      const producer = await log.transactionalProducer('task')
      await expect(producer.send([large])).rejects.toMatchObject({ code: 'MILLRACE_LOG_TOO_LARGE' })
      expect(await readAll(log, place)).toEqual([])
    },
  },
  {
    name: 'keeps the order of each partition over batches, transactions and a hundred thousand records',
    async check({ log }) {
      await log.createTopic('events', { partitions: 2 })
      const producer = await log.transactionalProducer('task')
      const values: string[][] = [[], []]
      for (let n = 0; n < 30; n++) {
        const partition = n % 2
        const records = numbered(`${n}-`, n === 7 || n === 12 ? 100_000 : n)
        for (const { value } of records) values[partition].push(value!)
        await producer.send([outgoing('events', partition, records)])
        if (n % 3 === 0) await producer.commit()
      }
      await producer.commit()
      for (const partition of [0, 1]) {
        const read = await readAll(log, { topic: 'events', partition })
        expect(read.map(({ value }) => value)).toEqual(values[partition])
        expect(read.every(({ offset }, i) => i === 0 || offset > read[i - 1].offset)).toBe(true)
      }
    },
  },
]
