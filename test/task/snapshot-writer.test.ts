import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { FileBlobStore } from '../../src/store/file-blob-store.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { loadSnapshot } from '../../src/task/load-snapshot.ts'
import { type CapturedState, SnapshotCapture } from '../../src/task/snapshot-capture.ts'
import type { SnapshotReference } from '../../src/task/snapshot-manifest.ts'
import { SnapshotWriter } from '../../src/task/snapshot-writer.ts'
import { RandomState } from './snapshot-states.ts'

const prefix = 'stream/'
let root: string
let folder: string
let blobs: FileBlobStore
let writer: SnapshotWriter

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-snapshots-'))
  folder = join(root, 'blobs')
  blobs = new FileBlobStore(folder)
  writer = new SnapshotWriter({ blobs, folder, prefix })
})

afterEach(async () => {
  await writer.close()
  rmSync(root, { recursive: true })
})

async function expectLoads(reference: SnapshotReference, bytes: Record<string, string>): Promise<void> {
  const fresh = new RandomState(['a', 'b'])
  await loadSnapshot(blobs, reference, fresh.parts())
  expect(fresh.bytes()).toEqual(bytes)
}

describe('a writer with a folder', () => {
  test('writes in its worker what it would write itself, to the byte', async () => {
    const memory = new MemoryBlobStore()
    const inline = new SnapshotWriter({ blobs: memory, prefix })
    const all = [
      { writer, capture: new SnapshotCapture(), state: new RandomState(['a', 'b']), random: new SeededRandom(5) },
      {
        writer: inline,
        capture: new SnapshotCapture(),
        state: new RandomState(['a', 'b']),
        random: new SeededRandom(5),
      },
    ]
    for (let seq = 1; seq <= 10; seq++) {
      const references = []
      for (const one of all) {
        one.state.change(one.random)
        const captured = one.capture.capture(one.state.parts()) as CapturedState
        references.push(await one.writer.write(captured, { task: 0, incarnation: 1, seq }))
      }
      expect(references[0]).toEqual(references[1])
      await expectLoads(references[0], all[0].state.bytes())
    }
    const names = await memory.list('')
    expect(await blobs.list('')).toEqual(names)
    for (const name of names)
      expect(Buffer.compare((await blobs.get(name)) as Uint8Array, (await memory.get(name)) as Uint8Array)).toBe(0)
  })

  test('goes on after a store that fails, and loses nothing', async () => {
    const state = new RandomState(['a', 'b'])
    const random = new SeededRandom(6)
    const capture = new SnapshotCapture()
    const write = (seq: number) => {
      state.change(random)
      return writer.write(capture.capture(state.parts()) as CapturedState, { task: 0, incarnation: 1, seq })
    }
    await write(1)
    renameSync(folder, `${folder}-away`)
    writeFileSync(folder, 'no folder')
    await expect(write(2)).rejects.toMatchObject({ code: 'MILLRACE_TASK_SNAPSHOT_WRITE', retryable: true })
    expect(readFileSync(folder, 'utf8')).toBe('no folder')
    expect(capture.busy).toBe(false)
    rmSync(folder)
    renameSync(`${folder}-away`, folder)
    await expectLoads(await write(3), state.bytes())
  })

  test('begins with a full snapshot after its worker has ended', async () => {
    const state = new RandomState(['a', 'b'])
    const random = new SeededRandom(8)
    const capture = new SnapshotCapture()
    const write = (seq: number) => {
      state.change(random)
      return writer.write(capture.capture(state.parts()) as CapturedState, { task: 0, incarnation: 1, seq })
    }
    const first = await write(1)
    const bytes = state.bytes()
    const worker = Reflect.get(writer, 'worker') as Worker
    const writing = write(2)
    await worker.terminate()
    await expect(writing).rejects.toMatchObject({ code: 'MILLRACE_TASK_SNAPSHOT_WRITE' })
    await expectLoads(first, bytes)
    await expectLoads(await write(3), state.bytes())

    await (Reflect.get(writer, 'worker') as Worker).terminate()
    await expect(write(4)).rejects.toMatchObject({ code: 'MILLRACE_TASK_SNAPSHOT_WRITE' })
    await expectLoads(await write(5), state.bytes())
  })

  test('has memory prepared that the next captures of a loaded state use', async () => {
    const state = new RandomState(['a', 'b'])
    state.change(new SeededRandom(9))
    const first = new SnapshotCapture()
    const reference = await writer.write(first.capture(state.parts()) as CapturedState, {
      task: 0,
      incarnation: 1,
      seq: 1,
    })
    const { base } = await loadSnapshot(blobs, reference, state.parts())
    await writer.close()
    writer = new SnapshotWriter({ blobs, folder, prefix, base })
    const capture = new SnapshotCapture(base)
    const { stateBytes } = capture.measure(state.parts())
    await writer.prepare(capture, stateBytes)
    expect(capture.room).toBe(Math.ceil(stateBytes * 1.25))
    const captured = capture.capture(state.parts()) as CapturedState
    expect(captured.buffer.byteLength).toBe(Math.ceil(stateBytes * 1.25))
    await expectLoads(await writer.write(captured, { task: 0, incarnation: 2, seq: 2 }), state.bytes())
  })

  test('writes before it closes', async () => {
    const state = new RandomState(['a', 'b'])
    const writing = writer.write(new SnapshotCapture().capture(state.parts()) as CapturedState, {
      task: 0,
      incarnation: 1,
      seq: 1,
    })
    await writer.close()
    await expectLoads(await writing, state.bytes())
  })
})
