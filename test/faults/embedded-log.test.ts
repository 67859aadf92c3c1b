import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EmbeddedLog } from '../../src/log/embedded-log.ts'
import { FileBlobStore } from '../../src/store/file-blob-store.ts'
import { numbered, outgoing, readAll } from '../contracts/log-records.ts'
import { committedFiles, cutWriteAheadLog, tearCheckpoint } from '../log/cut-write-ahead-log.ts'
import { killWhileCommitting } from '../log/kill-while-committing.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-log-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

test('200 kills in the midst of commits', async () => {
  // In several directories, since all of a log is read after each kill.
  for (let round = 0; round < 20; round++) {
    expect(await killWhileCommitting(join(directory, String(round)), 10, round)).toBeGreaterThan(8)
  }
})

test('1000 power failures', async () => {
  const wreck = await committedFiles(directory, 20)
  expect(await cutWriteAheadLog(directory, wreck, 1000, 4)).toBeGreaterThan(900)
  await expect(tearCheckpoint(directory, wreck, 500, 5)).resolves.toBeUndefined()
})

test.runIf(process.platform === 'linux' && process.getuid?.() === 0)('a full disk', async () => {
  const disk = join(directory, 'disk')
  mkdirSync(disk)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'none', disk])
  try {
    const data = join(disk, 'data')
    const blobs = new FileBlobStore(join(data, 'blobs'))
    await blobs.put('before', new Uint8Array(1000))
    let log = new EmbeddedLog(data)
    await log.createTopic('events', { partitions: 1 })
    const place = { topic: 'events', partition: 0 }
    let commits = 0
    for (let failures = 0; failures < 3; ) {
      const producer = await log.transactionalProducer('task').catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'MILLRACE_LOG_DISK_FULL' })
      })
      try {
        await producer?.send([outgoing('events', 0, numbered(`${commits}.${'x'.repeat(50)}`, 1000))])
        await producer?.commit()
        if (producer) commits++
        else failures++
      } catch (error) {
        expect(error).toMatchObject({ code: 'MILLRACE_LOG_DISK_FULL' })
        failures++
      }
    }
    await expect(blobs.put('large', new Uint8Array(8_000_000))).rejects.toMatchObject({
      code: 'MILLRACE_STORE_DISK_FULL',
    })
    expect(await blobs.list('')).toEqual(['before'])
    expect(await readAll(log, place)).toHaveLength(commits * 1000)
    await log.close()
    execFileSync('mount', ['-o', 'remount,size=60m', disk])
    log = new EmbeddedLog(data)
    expect(await readAll(log, place)).toHaveLength(commits * 1000)
    await log.append([outgoing('events', 0, numbered('again', 1000))])
    expect(await readAll(log, place)).toHaveLength((commits + 1) * 1000)
    await blobs.put('large', new Uint8Array(8_000_000))
    await log.close()
  } finally {
    execFileSync('umount', [disk])
  }
})
