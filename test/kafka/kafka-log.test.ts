import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { freePort } from '../../src/cluster/free-port.ts'
import { defaultConfig } from '../../src/config/default-config.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import { openPlatform } from '../../src/service/open-platform.ts'
import { numbered, outgoing, readToEnd, valuesOf } from '../contracts/log-records.ts'
import { runMillrace } from '../process/millrace-process.ts'
import { emptyKafka, kafkaOptions } from './kafka-driver.ts'

const place = { topic: 'events', partition: 0 }
let log: KafkaLog

beforeEach(async () => {
  log = new KafkaLog(kafkaOptions())
  await emptyKafka(log)
  await log.createTopic('events', { partitions: 1 })
})

afterEach(async () => {
  await log?.close()
})

describe('a Kafka log', () => {
  test('writes and reads transactions of 5,000 records, those aborted between them left out', async () => {
    const producer = await log.transactionalProducer('task')
    for (let n = 0; n < 4; n++) {
      await producer.send([outgoing('events', 0, numbered(`${n}-`, 5000))])
      await (n % 2 === 0 ? producer.commit() : producer.abort())
    }
    const values = await valuesOf(log, place)
    expect(values).toEqual(
      numbered('0-', 5000)
        .concat(numbered('2-', 5000))
        .map(({ value }) => value),
    )
    // Four transactions end in a marker each, the last one too: the end lies behind it.
    expect(await log.bounds(place)).toEqual({ start: 0, readableEnd: 20_004 })
  })

  test('leaves aborted records out that lie between committed ones, from any offset on', async () => {
    const [one, two] = [await log.transactionalProducer('one'), await log.transactionalProducer('two')]
    for (let n = 0; n < 3; n++) {
      await one.send([outgoing('events', 0, [{ key: '\0\0\0\0', value: `lost${n}`, timestamp: 1 }])])
      await two.send([outgoing('events', 0, [{ key: '\0\0\0\0', value: `kept${n}`, timestamp: 1 }])])
    }
    await two.commit()
    await one.send([outgoing('events', 0, numbered('lost', 2))])
    await one.abort()
    await two.send([outgoing('events', 0, numbered('more', 1))])
    await two.commit()
    const { readableEnd } = await log.bounds(place)
    for (let offset = 0; offset <= readableEnd; offset++) {
      const reader = await log.reader([{ ...place, offset }])
      const [records] = await readToEnd(reader)
      await reader.close()
      expect(records.map(({ value }) => value)).toEqual(
        ['kept0', 'kept1', 'kept2', 'more0'].slice(-records.length || 4),
      )
      expect(records.every((record) => record.offset >= offset)).toBe(true)
    }
  })

  test('fences a producer of another process of the same id', async () => {
    const other = new KafkaLog(kafkaOptions())
    const zombie = await log.transactionalProducer('task')
    await zombie.send([outgoing('events', 0, numbered('zombie', 1))])
    const owner = await other.transactionalProducer('task')
    await owner.send([outgoing('events', 0, numbered('owner', 1))])
    await expect(zombie.commit()).rejects.toMatchObject({ code: 'MILLRACE_LOG_FENCED' })
    await owner.commit()
    expect(await valuesOf(log, place)).toEqual(['owner0'])
    await other.close()
  })

  test('keeps records with timestamps of long ago, and ahead', async () => {
    const records = [0, 1_000_000_000_000, Date.now() + 100 * 24 * 3_600_000].map((timestamp, i) => ({
      key: null,
      value: `v${i}`,
      timestamp,
    }))
    await log.append([outgoing('events', 0, records)])
    expect(await valuesOf(log, place)).toEqual(['v0', 'v1', 'v2'])
  })

  test.each(['gzip', 'snappy', 'lz4', 'zstd'])("reads what Java's producer packed with %s", async (codec) => {
    const lines = Array.from({ length: 2000 }, (_, i) => `a line of text that repeats itself, number ${i}`)
    const libs = join(import.meta.dirname, '../../.cache/kafka-4.1.0')
    const java = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', `${libs}/*`, 'org.apache.kafka.tools.ConsoleProducer']
    const to = ['--bootstrap-server', inject('kafka'), '--topic', 'events', '--compression-codec', codec]
    execFileSync('java', [...java, ...to, '--batch-size', '100000'], { input: lines.join('\n'), stdio: 'pipe' })
    expect(await valuesOf(log, place)).toEqual(lines)
  })

  test("is read by kafkajs's consumer, headers and all, and reads what kafkajs's producer wrote", async () => {
    const kafka = new Kafka({ ...kafkaOptions(), brokers: [inject('kafka')], logLevel: logLevel.NOTHING })
    const theirs = kafka.producer()
    await theirs.connect()
    const message = { key: 'k', value: 'theirs', timestamp: '5', headers: { trace: 'a' } }
    await theirs.send({ topic: 'events', messages: [message] })
    await theirs.disconnect()
    await log.append([outgoing('events', 0, [{ key: 'k', value: 'ours', timestamp: 6, headers: [['trace', 'b']] }])])
    const reader = await log.reader([{ ...place, offset: 0 }])
    expect(await readToEnd(reader)).toEqual([
      [
        { offset: 0, key: 'k', value: 'theirs', timestamp: 5, headers: [['trace', 'a']] },
        { offset: 1, key: 'k', value: 'ours', timestamp: 6, headers: [['trace', 'b']] },
      ],
    ])
    const consumer = kafka.consumer({ groupId: 'reader', maxWaitTimeInMs: 50 })
    await consumer.connect()
    await consumer.subscribe({ topic: 'events', fromBeginning: true })
    const read: string[] = []
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({ message: { value, timestamp, headers } }: { message: MessageRead }) => {
        read.push(`${value} ${timestamp} ${headers?.trace}`)
        if (read.length === 2) resolve()
      }
      consumer.run({ eachMessage }).catch(reject)
    })
    await consumer.disconnect()
    expect(read).toEqual(['theirs 5 a', 'ours 6 b'])
  })
})

interface MessageRead {
  readonly value: Buffer | null
  readonly timestamp: string
  readonly headers?: Readonly<Record<string, unknown>>
}

/** Sockets that lose what a broker answers, and break, when told so. */
class BreakingSockets {
  #left = Number.POSITIVE_INFINITY
  broken = 0

  /** The answer after so many others is lost. */
  breakAfter(answers: number): void {
    this.#left = answers
  }

  readonly open = ({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }): Socket => {
    const socket = connect({ host, port }, onConnect)
    const emit = socket.emit.bind(socket)
    socket.emit = (event: string, ...args: unknown[]): boolean => {
      if (event !== 'data' || this.#left-- > 0) return emit(event, ...args)
      this.#left = Number.POSITIVE_INFINITY
      this.broken++
      socket.destroy(new Error('the cable was cut'))
      return true
    }
    return socket
  }
}

describe('a lost answer', () => {
  test.each([0, 1, 2])('of an append, after %i others, neither loses nor doubles a record', async (answers) => {
    const sockets = new BreakingSockets()
    const far = new KafkaLog({ ...kafkaOptions(), socketFactory: sockets.open })
    await far.append([outgoing('events', 0, numbered('a', 3))])
    sockets.breakAfter(answers)
    await far.append([outgoing('events', 0, numbered('b', 3))])
    await far.append([outgoing('events', 0, numbered('c', 3))])
    expect(sockets.broken).toBe(answers < 2 ? 1 : 0)
    expect(await valuesOf(log, place)).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2', 'c0', 'c1', 'c2'])
    await far.close()
  })

  test.each([0, 1, 2, 3])('of a transaction, after %i others, leaves it whole', async (answers) => {
    const sockets = new BreakingSockets()
    const far = new KafkaLog({ ...kafkaOptions(), socketFactory: sockets.open })
    await log.createTopic('journal', { partitions: 1 })
    const producer = await far.transactionalProducer('task')
    await producer.send([outgoing('events', 0, numbered('a', 1)), outgoing('journal', 0, numbered('a', 1))])
    await producer.commit()
    sockets.breakAfter(answers)
    await producer.send([outgoing('events', 0, numbered('b', 2)), outgoing('journal', 0, numbered('b', 1))])
    await producer.commit()
    expect(sockets.broken).toBe(1)
    expect(await valuesOf(log, place)).toEqual(['a0', 'b0', 'b1'])
    expect(await valuesOf(log, { topic: 'journal', partition: 0 })).toEqual(['a0', 'b0'])
    await far.close()
  })

  test('of a commit, when a successor has fenced the producer meanwhile, leaves the outcome unknown', async () => {
    const sockets = new BreakingSockets()
    let opened = 0
    let fence = async (): Promise<void> => {}
    const socketFactory = (options: Parameters<typeof sockets.open>[0]): Socket => {
      opened++
      const { onConnect } = options
      return sockets.open({ ...options, onConnect: () => void fence().then(onConnect) })
    }
    const far = new KafkaLog({ ...kafkaOptions(), socketFactory })
    const producer = await far.transactionalProducer('task')
    await producer.send([outgoing('events', 0, numbered('a', 1))])
    fence = async () => {
      fence = async () => {}
      await log.transactionalProducer('task')
    }
    sockets.breakAfter(0)
    await expect(producer.commit()).rejects.toMatchObject({ code: 'MILLRACE_LOG_UNKNOWN_OUTCOME' })
    expect(opened).toBeGreaterThan(2)
    // It had been committed: that is what a successor reads.
    expect(await valuesOf(log, place)).toEqual(['a0'])
    await far.close()
  })
})

describe('a cluster that', () => {
  test("can't be reached is said to be so, with its address", async () => {
    const nobody = new KafkaLog({ brokers: ['127.0.0.1:1'], retryMs: 50 })
    await expect(nobody.topics()).rejects.toMatchObject({
      code: 'MILLRACE_LOG_UNAVAILABLE',
      message: expect.stringContaining('Kafka at 127.0.0.1:1'),
    })
    await nobody.close()
  })

  test('takes a user by name and password, and says what that user may not do', async (context) => {
    const broker = inject('kafkaWithUsers')
    if (broker === '') context.skip()
    const as = (password: string) =>
      new KafkaLog({ brokers: [broker], sasl: { mechanism: 'plain', username: 'mill', password }, retryMs: 1000 })
    const denied = (what: string) => ({ code: 'MILLRACE_LOG_DENIED', message: expect.stringContaining(what) })
    const stranger = as('wrong')
    await expect(stranger.topics()).rejects.toMatchObject(denied('Authentication failed'))
    await stranger.close()
    const data = mkdtempSync(join(tmpdir(), 'millrace-user-'))
    const settings = {
      log: 'kafka',
      brokers: broker,
      kafkaUser: 'mill',
      kafkaPassword: 'race',
      kafkaMechanism: 'plain',
    } as const
    const platform = openPlatform({ ...defaultConfig, ...settings, data })
    expect(await platform.log.topics()).toEqual([])
    await platform.close()
    rmSync(data, { recursive: true })
    const known = as('race')
    expect(await known.topics()).toEqual([])
    await expect(known.bounds(place)).rejects.toMatchObject(denied('topic authorization failed'))
    await expect(known.transactionalProducer('task')).rejects.toMatchObject(
      denied('transactional id authorization failed'),
    )
    await known.close()
  })

  test('is looked at by doctor, with the topics that streams read and the registry', async () => {
    await log.createTopic('flights.departures', { partitions: 1, retentionMs: 7 * 24 * 3_600_000 })
    const registry = `http://127.0.0.1:${await freePort()}`
    const environment = { MILLRACE_LOG: 'kafka', MILLRACE_BROKERS: inject('kafka'), MILLRACE_REGISTRY: registry }
    const { output, exitCode } = await runMillrace(['doctor', '--json'], environment)
    const findings = JSON.parse(output) as { what: string; state: string; detail: string }[]
    const found = (what: string) => findings.find((finding) => finding.what === what)
    expect(found('Kafka')).toMatchObject({ state: 'ok', detail: expect.stringContaining('2 topics') })
    expect(found('topic flights.departures')?.detail).toContain('older than 168 hours are deleted')
    expect(found('topic flights.arrivals')).toMatchObject({ state: 'note' })
    expect(found('schema registry')).toMatchObject({ state: 'wrong', detail: expect.stringContaining(registry) })
    expect(exitCode).toBe(78)
  })
})
