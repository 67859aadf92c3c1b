import { describe, expect, test } from 'vitest'
import { MemoryBroker } from '../../src/log/memory-broker.ts'
import { MemoryLog, type MemoryLogHooks } from '../../src/log/memory-log.ts'
import { numbered, outgoing, readAll, valuesOf } from '../contracts/log-records.ts'
import { ManualClock } from '../contracts/manual-clock.ts'

const events = { topic: 'events', partition: 0 }
const journal = { topic: 'journal', partition: 0 }

async function brokerWithTopics(markers = true): Promise<MemoryBroker> {
  const broker = new MemoryBroker({ markers, clock: new ManualClock() })
  broker.createTopic('events', { partitions: 1 })
  broker.createTopic('journal', { partitions: 1 })
  return broker
}

const both = () => [outgoing('events', 0, numbered('e', 2)), outgoing('journal', 0, numbered('j', 1))]

describe.each([false, true])('hooks, markers %s', (markers) => {
  test('an error thrown before a commit leaves nothing, one thrown after it all', async () => {
    for (const at of ['before', 'after'] as const) {
      const broker = await brokerWithTopics(markers)
      const hooks: MemoryLogHooks = {
        [at]: (call: string) => {
          if (call === 'commit') throw new Error('lost')
        },
      }
      const log = new MemoryLog({ broker, hooks })
      const producer = await log.transactionalProducer('task')
      await producer.send(both())
      await expect(producer.commit()).rejects.toThrow('lost')
      await expect(producer.commit()).rejects.toMatchObject({ code: 'MILLRACE_LOG_PRODUCER_FAILED' })
      const next = new MemoryLog({ broker })
      await next.transactionalProducer('task')
      const counts = [(await readAll(next, events)).length, (await readAll(next, journal)).length]
      expect(counts).toEqual(at === 'before' ? [0, 0] : [2, 1])
    }
  })

  test('a commit once decided is completed by the next producer, though its first marker alone was written', async () => {
    const broker = await brokerWithTopics(markers)
    const seen: string[] = []
    const log = new MemoryLog({
      broker,
      hooks: {
        after(call, place) {
          seen.push(`${call} ${place}`)
          if (call === 'marker') throw new Error('crashed')
        },
      },
    })
    const producer = await log.transactionalProducer('task')
    await producer.send(both())
    await expect(producer.commit()).rejects.toThrow('crashed')
    expect(seen).toEqual(['fence task', 'send task', 'marker events/0'])
    const next = new MemoryLog({ broker })
    expect([await valuesOf(next, events), await valuesOf(next, journal)]).toEqual([['e0', 'e1'], []])
    await next.transactionalProducer('task')
    expect([await valuesOf(next, events), await valuesOf(next, journal)]).toEqual([['e0', 'e1'], ['j0']])
  })

  test('a call that is held back takes effect when let go', async () => {
    const broker = await brokerWithTopics(markers)
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const log = new MemoryLog({ broker, hooks: { before: (call) => (call === 'append' ? held : undefined) } })
    const appending = log.append(both())
    expect(await valuesOf(log, events)).toEqual([])
    release()
    await appending
    expect(await valuesOf(log, events)).toEqual(['e0', 'e1'])
  })
})

test('with markers, an open transaction holds the readable end back, and each end of one takes an offset', async () => {
  const broker = await brokerWithTopics()
  const log = new MemoryLog({ broker })
  const [a, b] = [await log.transactionalProducer('a'), await log.transactionalProducer('b')]
  await log.append([outgoing('events', 0, numbered('first', 1))])
  await a.send([outgoing('events', 0, numbered('a', 2))])
  await b.send([outgoing('events', 0, numbered('b', 1))])
  await b.commit()
  await log.append([outgoing('events', 0, numbered('last', 1))])
  expect(await log.bounds(events)).toEqual({ start: 0, readableEnd: 1 })
  expect(await valuesOf(log, events)).toEqual(['first0'])
  await a.abort()
  const read = await readAll(log, events)
  expect(read.map(({ value, offset }) => [value, offset])).toEqual([
    ['first0', 0],
    ['b0', 3],
    ['last0', 5],
  ])
  expect(await log.bounds(events)).toEqual({ start: 0, readableEnd: 7 })
})

test('the state outlives the closing of a door to it', async () => {
  const broker = await brokerWithTopics()
  const [first, second] = [new MemoryLog({ broker }), new MemoryLog({ broker })]
  await first.append(both())
  await first.close()
  await expect(first.topics()).rejects.toMatchObject({ code: 'MILLRACE_LOG_CLOSED' })
  expect(await valuesOf(second, events)).toEqual(['e0', 'e1'])
})

test('a waiting poll leaves no timer behind', async () => {
  const clock = new ManualClock()
  const broker = new MemoryBroker({ clock })
  broker.createTopic('events', { partitions: 1 })
  const log = new MemoryLog({ broker })
  const reader = await log.reader([{ ...events, offset: 0 }])
  for (const wake of [() => log.append([outgoing('events', 0, numbered('v', 1))]), () => clock.advance(1000)]) {
    const waiting = reader.poll(1000, 1000)
    expect(clock.pending).toBe(1)
    wake()
    await waiting
    expect(clock.pending).toBe(0)
  }
})
