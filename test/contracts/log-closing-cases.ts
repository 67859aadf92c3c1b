import { expect } from 'vitest'
import { numbered, outgoing, readAll } from './log-records.ts'
import type { LogCase } from './log-suite.ts'

const place = { topic: 'events', partition: 0 }

export const logClosingCases: readonly LogCase[] = [
  {
    name: 'keeps everything over closing and opening again',
    async check(opened) {
      await opened.log.createTopic('events', { partitions: 1, retentionMs: 1_000_000_000 })
      const now = opened.now()
      await opened.log.append([outgoing('events', 0, numbered('a', 1000, now))])
      const producer = await opened.log.transactionalProducer('task')
      await producer.send([outgoing('events', 0, numbered('b', 1000, now))])
      await producer.commit()
      const records = await readAll(opened.log, place)
      const topics = await opened.log.topics()
      await opened.reopen()
      expect(await readAll(opened.log, place)).toEqual(records)
      expect(await opened.log.topics()).toEqual(topics)
      await opened.log.append([outgoing('events', 0, numbered('c', 1, now))])
      expect((await readAll(opened.log, place)).slice(0, -1)).toEqual(records)
    },
  },
  {
    name: 'lets a waiting poll end when its reader is closed',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const reader = await log.reader([{ ...place, offset: 0 }])
      const waiting = reader.poll(1 << 20, 1_000_000)
      await reader.close()
      expect(await waiting).toEqual([])
      await expect(reader.poll(1, 0)).rejects.toMatchObject({ code: 'MILLRACE_LOG_CLOSED' })
      await reader.close()
    },
  },
  {
    name: 'ends waiting polls when it is closed, and refuses every later call',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const reader = await log.reader([{ ...place, offset: 0 }])
      const producer = await log.transactionalProducer('task')
      const waiting = reader.poll(1 << 20, 1_000_000)
      await log.close()
      await log.close()
      expect(await waiting).toEqual([])
      const batch = outgoing('events', 0, numbered('v', 1))
      for (const call of [
        () => log.createTopic('b', { partitions: 1 }),
        () => log.deleteTopic('events'),
        () => log.topics(),
        () => log.bounds(place),
        () => log.offsetAt(place, 0),
        () => log.deleteBefore(place, 0),
        () => log.reader([]),
        () => log.transactionalProducer('task'),
        () => log.append([batch]),
        () => reader.poll(1, 0),
        () => producer.send([batch]),
        () => producer.commit(),
      ]) {
        await expect(call()).rejects.toMatchObject({ code: 'MILLRACE_LOG_CLOSED' })
      }
    },
  },
]
