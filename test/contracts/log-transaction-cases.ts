import { expect } from 'vitest'
import { numbered, outgoing, readAll, readToEnd, valuesOf } from './log-records.ts'
import type { LogCase } from './log-suite.ts'

const events = { topic: 'events', partition: 0 }
const journal = { topic: 'journal', partition: 0 }

export const logTransactionCases: readonly LogCase[] = [
  {
    name: 'makes a transaction over several topics visible at its commit, and nothing of it before',
    async check({ log }) {
      await log.createTopic('events', { partitions: 2 })
      await log.createTopic('journal', { partitions: 1 })
      const places = [events, { topic: 'events', partition: 1 }, journal]
      const reader = await log.reader(places.map((place) => ({ ...place, offset: 0 })))
      const producer = await log.transactionalProducer('task')
      for (let n = 0; n < 5; n++) {
        await producer.send([
          outgoing('events', 0, numbered(`a${n}-`, 3)),
          outgoing('events', 1, numbered(`b${n}-`, 2)),
        ])
        await producer.send([
          outgoing('events', 0, numbered(`c${n}-`, 1)),
          outgoing('journal', 0, numbered(`j${n}-`, 1)),
        ])
        expect(await readToEnd(reader, 3)).toEqual([[], [], []])
        for (const place of places)
          expect((await readAll(log, place)).length).toBe(n * [4, 2, 1][places.indexOf(place)])
        await producer.commit()
        const read = new Map<string | null, number>()
        for (const records of await readToEnd(reader, 3)) for (const { value } of records) read.set(value, read.size)
        const expected = ['a', 'a', 'a', 'b', 'b', 'c', 'j'].map(
          (letter, i) => `${letter}${n}-${[0, 1, 2, 0, 1, 0, 0][i]}`,
        )
        expect([...read.keys()].toSorted()).toEqual(expected.toSorted())
      }
    },
  },
  {
    name: 'leaves nothing visible of an aborted transaction, and goes on with the next',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      await log.createTopic('journal', { partitions: 1 })
      const producer = await log.transactionalProducer('task')
      await producer.send([outgoing('events', 0, numbered('lost', 3)), outgoing('journal', 0, numbered('lost', 1))])
      await producer.abort()
      await producer.send([outgoing('events', 0, numbered('kept', 2))])
      await producer.commit()
      await producer.send([outgoing('journal', 0, numbered('lost', 1))])
      await producer.abort()
      expect(await valuesOf(log, events)).toEqual(['kept0', 'kept1'])
      expect(await valuesOf(log, journal)).toEqual([])
    },
  },
  {
    name: 'fences the older producer of an id: neither its send nor its commit writes anything',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const fenced = { code: 'MILLRACE_LOG_FENCED' }
      const first = await log.transactionalProducer('task')
      await first.send([outgoing('events', 0, numbered('zombie', 2))])
      const other = await log.transactionalProducer('another task')
      const second = await log.transactionalProducer('task')
      await expect(first.commit()).rejects.toMatchObject(fenced)
      await expect(first.send([])).rejects.toMatchObject({ code: 'MILLRACE_LOG_PRODUCER_FAILED' })
      await second.send([outgoing('events', 0, numbered('second', 1))])
      const third = await log.transactionalProducer('task')
      await expect(second.send([outgoing('events', 0, numbered('zombie', 1))])).rejects.toMatchObject(fenced)
      await third.send([outgoing('events', 0, numbered('third', 1))])
      await third.commit()
      await other.send([outgoing('events', 0, numbered('other', 1))])
      await other.commit()
      expect(await valuesOf(log, events)).toEqual(['third0', 'other0'])
    },
  },
  {
    name: 'settles what the older producer left open, so that readers go on',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const first = await log.transactionalProducer('task')
      await first.send([outgoing('events', 0, numbered('lost', 2))])
      await log.append([outgoing('events', 0, numbered('appended', 1))])
      await log.transactionalProducer('task')
      expect(await valuesOf(log, events)).toEqual(['appended0'])
      await expect(first.abort()).rejects.toMatchObject({ code: 'MILLRACE_LOG_FENCED' })
    },
  },
  {
    name: 'fences also by a producer of another opening of the log',
    async check(opened) {
      await opened.log.createTopic('events', { partitions: 1 })
      const before = await opened.log.transactionalProducer('task')
      await before.send([outgoing('events', 0, numbered('lost', 1))])
      await opened.reopen()
      await expect(before.commit()).rejects.toMatchObject({ code: 'MILLRACE_LOG_CLOSED' })
      const after = await opened.log.transactionalProducer('task')
      await after.send([outgoing('events', 0, numbered('kept', 1))])
      await after.commit()
      expect(await valuesOf(opened.log, events)).toEqual(['kept0'])
    },
  },
  {
    name: 'takes one call of a producer at a time, and none after an error',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const producer = await log.transactionalProducer('task')
      const sending = producer.send([outgoing('events', 0, numbered('first', 1))])
      const concurrent = producer.send([outgoing('events', 0, numbered('second', 1))])
      await expect(concurrent).rejects.toMatchObject({ code: 'MILLRACE_LOG_CONCURRENT_CALL' })
      await sending
      await producer.commit()
      await expect(producer.send([outgoing('nowhere', 0, numbered('v', 1))])).rejects.toMatchObject({
        code: 'MILLRACE_LOG_UNKNOWN_TOPIC',
      })
      for (const call of [() => producer.send([]), () => producer.commit(), () => producer.abort()]) {
        await expect(call()).rejects.toMatchObject({ code: 'MILLRACE_LOG_PRODUCER_FAILED' })
      }
      await producer.close()
      expect(await valuesOf(log, events)).toEqual(['first0'])
    },
  },
  {
    name: 'drops what is open when a producer is closed',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const producer = await log.transactionalProducer('task')
      await producer.send([outgoing('events', 0, numbered('lost', 1))])
      await producer.close()
      await producer.close()
      await expect(producer.commit()).rejects.toMatchObject({ code: 'MILLRACE_LOG_CLOSED' })
      await log.append([outgoing('events', 0, numbered('kept', 1))])
      expect(await valuesOf(log, events)).toEqual(['kept0'])
    },
  },
  {
    name: 'takes empty batches, and transactions of nothing',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const producer = await log.transactionalProducer('task')
      await producer.commit()
      await producer.abort()
      await producer.send([])
      await producer.send([outgoing('events', 0, [])])
      await producer.commit()
      await log.append([])
      await log.append([outgoing('events', 0, [])])
      expect(await readAll(log, events)).toEqual([])
      await producer.send([outgoing('events', 0, []), outgoing('events', 0, numbered('v', 1))])
      await producer.commit()
      expect(await valuesOf(log, events)).toEqual(['v0'])
    },
  },
  {
    name: 'keeps transactions of several producers apart in one partition',
    async check({ log }) {
      await log.createTopic('events', { partitions: 1 })
      const producers = await Promise.all(['a', 'b', 'c'].map((id) => log.transactionalProducer(id)))
      for (let n = 0; n < 12; n++) {
        await Promise.all(
          producers.map((producer, i) => producer.send([outgoing('events', 0, numbered(`${i}.${n}.`, 4))])),
        )
        await log.append([outgoing('events', 0, numbered(`x.${n}.`, 1))])
        await Promise.all(producers.map((producer, i) => ((n + i) % 4 === 0 ? producer.abort() : producer.commit())))
      }
      const reader = await log.reader([{ ...events, offset: 0 }])
      const values = (await readToEnd(reader, 1, 50))[0].map(({ value }) => value)
      expect(values).toEqual(await valuesOf(log, events))
      const expected: string[] = []
      for (let n = 0; n < 12; n++) {
        expected.push(`x.${n}.0`)
        for (let i = 0; i < 3; i++) if ((n + i) % 4 !== 0) for (let k = 0; k < 4; k++) expected.push(`${i}.${n}.${k}`)
      }
      expect([...values].toSorted()).toEqual(expected.toSorted())
      for (const writer of ['0', '1', '2', 'x']) {
        const order = values.filter((value) => value!.startsWith(writer)).map((value) => value!.split('.').map(Number))
        expect(order.every(([, n, k], i) => i === 0 || n > order[i - 1][1] || k > order[i - 1][2])).toBe(true)
      }
    },
  },
]
