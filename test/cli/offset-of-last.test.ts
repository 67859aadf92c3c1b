import { lastValueFrom, toArray } from 'rxjs'
import { expect, test } from 'vitest'
import { offsetOfLast } from '../../src/cli/offset-of-last.ts'
import { topicRecords } from '../../src/cli/topic-records.ts'
import { MemoryBroker } from '../../src/log/memory-broker.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import type { SchemaRegistry } from '../../src/codec/schema-registry.ts'
import { numbered, outgoing, readAll } from '../contracts/log-records.ts'

const place = { topic: 'events', partition: 0 }

test.each([false, true])('finds the last records, also where markers lie between them: %s', async (markers) => {
  const log = new MemoryLog({ broker: new MemoryBroker({ markers }) })
  await log.createTopic('events', { partitions: 1 })
  expect(await offsetOfLast(log, place, 5)).toBe(0)
  const producer = await log.transactionalProducer('task')
  for (let n = 0; n < 20; n++) {
    await producer.send([outgoing('events', 0, numbered(`${n}.`, 1))])
    await (n % 3 === 2 ? producer.abort() : producer.commit())
  }
  const offsets = (await readAll(log, place)).map(({ offset }) => offset)
  for (const count of [1, 2, 5, 14]) expect(await offsetOfLast(log, place, count)).toBe(offsets.at(-count))
  expect(await offsetOfLast(log, place, 100)).toBe((await log.bounds(place)).start)
})

test('counts back from the end that was there when somebody asked, and stops at it', async () => {
  const log = new MemoryLog()
  await log.createTopic('events', { partitions: 1 })
  await log.append([outgoing('events', 0, numbered('before', 10))])
  const bounds = await log.bounds(place)
  await log.append([outgoing('events', 0, numbered('after', 2000))])
  const offset = await offsetOfLast(log, place, 3, bounds)
  expect(offset).toBe(bounds.readableEnd - 3)
  const from = [{ ...place, offset, end: bounds.readableEnd }]
  const registry = { schemaOf: async () => undefined } as unknown as SchemaRegistry
  expect(await lastValueFrom(topicRecords({ log, registry }, from).pipe(toArray()))).toHaveLength(3)
})
