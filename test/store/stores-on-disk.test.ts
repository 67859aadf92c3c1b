import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EmbeddedRecordStore } from '../../src/store/embedded-record-store.ts'
import { FileBlobStore } from '../../src/store/file-blob-store.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-store-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

describe('blobs in a folder', () => {
  test('are not there until they are whole; what a crash left of one is removed after a day', async () => {
    const folder = join(directory, 'blobs')
    mkdirSync(folder)
    writeFileSync(join(folder, '#1-2-3'), 'half a bl')
    writeFileSync(join(folder, '#4-5-6'), 'half a bl')
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400
    utimesSync(join(folder, '#4-5-6'), twoDaysAgo, twoDaysAgo)
    const store = new FileBlobStore(folder)
    expect(await store.list('')).toEqual([])
    await store.put('a/b', Uint8Array.of(1))
    expect(readdirSync(folder).toSorted()).toEqual(['#1-2-3', 'a~b'])
  })

  test('two stores of one folder see the same blobs', async () => {
    const [one, other] = [new FileBlobStore(directory), new FileBlobStore(directory)]
    await Promise.all([
      one.put('a', Uint8Array.of(1)),
      other.put('a', Uint8Array.of(1)),
      other.put('b', Uint8Array.of(2)),
    ])
    expect(await one.list('')).toEqual(['a', 'b'])
    await expect(one.put('b', Uint8Array.of(3))).rejects.toMatchObject({ code: 'MILLRACE_STORE_BLOB_EXISTS' })
  })

  test('say what is wrong with the folder', async () => {
    writeFileSync(join(directory, 'file'), 'x')
    const store = new FileBlobStore(join(directory, 'file', 'blobs'))
    await expect(store.put('a', Uint8Array.of(1))).rejects.toMatchObject({ code: 'MILLRACE_STORE_NOT_WRITABLE' })
    const strange = new FileBlobStore(directory)
    mkdirSync(join(directory, 'folder'))
    await expect(strange.get('folder')).rejects.toMatchObject({ code: 'MILLRACE_STORE_UNAVAILABLE' })
  })

  test('a large one does not hold up the loop', async () => {
    const store = new FileBlobStore(directory)
    const bytes = new Uint8Array(100_000_000).fill(7)
    await store.list('')
    let turns = 0
    let isDone = false
    const turn = () => {
      turns++
      if (!isDone) setImmediate(turn)
    }
    turn()
    await store.put('large', bytes)
    isDone = true
    expect(turns).toBeGreaterThan(100)
  })
})

describe('records in a file', () => {
  test('two stores of one directory see the same records', async () => {
    const [one, other] = [new EmbeddedRecordStore(directory), new EmbeddedRecordStore(directory)]
    await one.put('a', Uint8Array.of(1))
    expect(await other.get('a')).toEqual(Uint8Array.of(1))
    await other.put('a', Uint8Array.of(2))
    expect(await one.get('a')).toEqual(Uint8Array.of(2))
    await one.close()
    await other.close()
  })

  test('say what is wrong with the directory or the file', () => {
    writeFileSync(join(directory, 'file'), 'x')
    expect(() => new EmbeddedRecordStore(join(directory, 'file'))).toThrow(
      expect.objectContaining({ code: 'MILLRACE_STORE_NOT_WRITABLE' }),
    )
    writeFileSync(join(directory, 'records.sqlite'), 'no database, however long it is made by saying so'.repeat(99))
    expect(() => new EmbeddedRecordStore(directory)).toThrow(
      expect.objectContaining({ code: 'MILLRACE_STORE_CORRUPT' }),
    )
  })
})
