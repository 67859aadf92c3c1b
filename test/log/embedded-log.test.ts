import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EmbeddedLog } from '../../src/log/embedded-log.ts'
import { numbered, outgoing, readAll, readToEnd, valuesOf } from '../contracts/log-records.ts'
import { ManualClock } from '../contracts/manual-clock.ts'
import { ChildProcess } from './child-process.ts'

const events = { topic: 'events', partition: 0 }
let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-log-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('a disk without room', () => {
  test.each([0, 1, 2, 4, 8, 12, 16])('says so when it has %i pages left as the log is opened', async (pages) => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', directory])
    try {
      const filler = join(directory, 'filler')
      const data = join(directory, 'data')
      writeFileSync(filler, Buffer.alloc(2 << 20).subarray(0, (2 << 20) - pages * 4096))
      expect(() => new EmbeddedLog(data)).toThrow(expect.objectContaining({ code: 'MILLRACE_LOG_DISK_FULL' }))
      rmSync(filler)
      const log = new EmbeddedLog(data)
      await log.createTopic('events', { partitions: 1 })
      await log.close()
    } finally {
      execFileSync('umount', [directory])
    }
  })
})

describe('one process a data directory', () => {
  test('refuses a second one, naming the directory and the owner, until the owner dies', async () => {
    const owner = new ChildProcess('holding-process.ts', [directory])
    expect(await owner.said()).toBe('open')
    const message = `data directory ${directory}: process ${owner.pid} is using it. Stop it first, or choose another data directory (MILLRACE_DATA).`
    expect(() => new EmbeddedLog(directory)).toThrow(expect.objectContaining({ code: 'MILLRACE_LOG_IN_USE', message }))
    await owner.kill()
    const log = new EmbeddedLog(directory)
    expect((await log.topics()).map(({ name }) => name)).toEqual(['events'])
    expect(await new ChildProcess('holding-process.ts', [directory]).said()).toBe('MILLRACE_LOG_IN_USE')
    await log.close()
  })

  test('refuses a second opening in the same process too, and gives the directory free when closed', async () => {
    const log = new EmbeddedLog(directory)
    expect(() => new EmbeddedLog(directory)).toThrow(expect.objectContaining({ code: 'MILLRACE_LOG_IN_USE' }))
    await log.close()
    await new EmbeddedLog(directory).close()
  })

  test('leaves the process free to exit once it is closed, with a poll under way', async () => {
    const child = new ChildProcess('holding-process.ts', [directory, 'poll'])
    await child.exited
    expect(child.output).toBe('open\n')
  })
})

describe('a read-only opening', () => {
  test('reads beside the process that writes, and soon sees its commits', async () => {
    const clock = new ManualClock()
    const log = new EmbeddedLog(directory)
    await log.createTopic('events', { partitions: 1 })
    const other = new EmbeddedLog(directory, { readOnly: true, clock })
    const reader = await other.reader([{ ...events, offset: 0 }])
    const waiting = reader.poll(1 << 20, 10_000)
    await log.append([outgoing('events', 0, numbered('v', 3))])
    clock.advance(50)
    expect((await waiting).map(({ count }) => count)).toEqual([3])
    await expect(other.append([outgoing('events', 0, numbered('v', 1))])).rejects.toMatchObject({
      code: 'MILLRACE_LOG_NOT_WRITABLE',
    })
    await other.close()
    expect(clock.pending).toBe(0)
    await log.close()
  })

  test('says where there is no log', () => {
    const open = () => new EmbeddedLog(join(directory, 'nowhere'), { readOnly: true })
    expect(open).toThrow(expect.objectContaining({ code: 'MILLRACE_LOG_UNAVAILABLE' }))
  })
})

describe('a directory that is of no use', () => {
  test.runIf(process.platform === 'linux')('says so where no folder can be made at all', () => {
    const failure = expect.objectContaining({ code: 'MILLRACE_LOG_NOT_WRITABLE' })
    expect(() => new EmbeddedLog('/proc/nowhere/data')).toThrow(failure)
    expect(() => new EmbeddedLog('/proc/nowhere')).toThrow(failure)
  })

  test.runIf(process.getuid?.() === 0)('says when the user may not write there', async () => {
    await new EmbeddedLog(directory).close()
    chmodSync(directory, 0o755)
    const child = new ChildProcess('holding-process.ts', [directory, 'nobody'])
    expect(await child.said()).toBe('MILLRACE_LOG_NOT_WRITABLE')
    const fresh = new ChildProcess('holding-process.ts', [join(directory, 'fresh'), 'nobody'])
    expect(await fresh.said()).toBe('MILLRACE_LOG_NOT_WRITABLE')
  })

  test('says when it is a file', () => {
    const path = join(directory, 'file')
    writeFileSync(path, 'x')
    expect(() => new EmbeddedLog(path)).toThrow(expect.objectContaining({ code: 'MILLRACE_LOG_NOT_WRITABLE' }))
  })

  test('says when log.sqlite holds something else', async () => {
    writeFileSync(join(directory, 'log.sqlite'), 'not a database, but long enough to be taken for one'.repeat(100))
    expect(() => new EmbeddedLog(directory)).toThrow(expect.objectContaining({ code: 'MILLRACE_LOG_CORRUPT' }))
    rmSync(join(directory, 'log.sqlite'))
    const foreign = new DatabaseSync(join(directory, 'log.sqlite'))
    foreign.exec('PRAGMA user_version = 7; CREATE TABLE t (x)')
    foreign.close()
    expect(() => new EmbeddedLog(directory)).toThrow(expect.objectContaining({ code: 'MILLRACE_LOG_CORRUPT' }))
    // A failed opening leaves no lock.
    rmSync(join(directory, 'log.sqlite'))
    await new EmbeddedLog(directory).close()
  })

  test('throws for records that changed on the disk, and never gives them', async () => {
    const log = new EmbeddedLog(directory)
    await log.createTopic('events', { partitions: 1 })
    await log.append([outgoing('events', 0, numbered('a rather recognisable value ', 2000))])
    await log.close()
    const path = join(directory, 'log.sqlite')
    const bytes = readFileSync(path)
    bytes[bytes.indexOf('recognisable value 700') + 3] ^= 1
    writeFileSync(path, bytes)
    const damaged = new EmbeddedLog(directory)
    const reader = await damaged.reader([{ ...events, offset: 0 }])
    await expect(reader.poll(1 << 20, 0)).rejects.toMatchObject({ code: 'MILLRACE_LOG_CORRUPT' })
    expect(reader.position(0)).toBe(0)
    await damaged.close()
  })
})

describe('bounds', () => {
  test('a full log refuses writes whole, keeps what it has, and takes more when space was made', async () => {
    const log = new EmbeddedLog(directory, { maxBytes: 2_000_000 })
    await log.createTopic('events', { partitions: 1 })
    await log.createTopic('journal', { partitions: 1 })
    const journal = { topic: 'journal', partition: 0 }
    let commits = 0
    for (let full = false; !full; ) {
      const producer = await log.transactionalProducer('task')
      const records = numbered(`${commits} ${'x'.repeat(100)} `, 500)
      await producer.send([outgoing('journal', 0, numbered(`${commits} `, 1)), outgoing('events', 0, records)])
      const failure = await producer.commit().catch((error: unknown) => error)
      if (failure === undefined) commits++
      else expect(failure).toMatchObject({ code: 'MILLRACE_LOG_DISK_FULL', retryable: true })
      full = failure !== undefined
    }
    expect(commits).toBeGreaterThan(5)
    expect(await readAll(log, events)).toHaveLength(commits * 500)
    expect(await valuesOf(log, journal)).toHaveLength(commits)
    await log.deleteBefore(events, (commits - 2) * 500)
    const producer = await log.transactionalProducer('task')
    await producer.send([outgoing('events', 0, numbered('again ', 500))])
    await producer.commit()
    expect(await readAll(log, events)).toHaveLength(1500)
    await log.close()
    const opened = new EmbeddedLog(directory)
    expect(await readAll(opened, events)).toHaveLength(1500)
    await opened.close()
  })

  test('a transaction takes no more than it may', async () => {
    const log = new EmbeddedLog(directory, { maxTransactionBytes: 100_000 })
    await log.createTopic('events', { partitions: 1 })
    const producer = await log.transactionalProducer('task')
    const batch = outgoing('events', 0, numbered('x'.repeat(100), 300))
    await producer.send([batch])
    await producer.send([batch])
    await expect(producer.send([batch])).rejects.toMatchObject({ code: 'MILLRACE_LOG_TOO_LARGE' })
    await expect(log.append([batch, batch, batch])).rejects.toMatchObject({ code: 'MILLRACE_LOG_TOO_LARGE' })
    expect(await readAll(log, events)).toEqual([])
    await log.close()
  })

  test('commits expire old records, about once a minute', async () => {
    const clock = new ManualClock()
    const log = new EmbeddedLog(directory, { clock })
    await log.createTopic('events', { partitions: 1, retentionMs: 600_000 })
    const append = () => log.append([outgoing('events', 0, numbered('v', 1, clock.now()))])
    for (let minute = 0; minute < 30; minute++) {
      await append()
      clock.advance(60_000)
    }
    const { start, readableEnd } = await log.bounds(events)
    expect([start, readableEnd]).toEqual([19, 30])
    await log.close()
  })

  test('what was deleted makes room for what comes', async () => {
    const log = new EmbeddedLog(directory)
    const batch = () => outgoing('events', 0, numbered('x'.repeat(200), 20_000))
    const size = () => statSync(join(directory, 'log.sqlite')).size
    let first = 0
    for (let round = 0; round < 5; round++) {
      await log.createTopic('events', { partitions: 1 })
      for (let n = 0; n < 3; n++) await log.append([batch()])
      await log.deleteTopic('events')
      if (round === 1) first = size()
    }
    expect(size()).toBeLessThan(1.2 * first)
    await log.close()
  })
})

test('a reader over many small commits gives them merged', async () => {
  const log = new EmbeddedLog(directory, { durability: 'process' })
  await log.createTopic('events', { partitions: 1 })
  for (let n = 0; n < 200; n++) await log.append([outgoing('events', 0, numbered(`${n}.`, 3))])
  const reader = await log.reader([{ ...events, offset: 0 }])
  expect((await reader.poll(1 << 20, 0)).map(({ count }) => count)).toEqual([600])
  reader.seek(0, 0)
  expect((await readToEnd(reader))[0]).toHaveLength(600)
  await log.close()
})
