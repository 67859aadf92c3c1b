import { expect, test } from 'vitest'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { collectSnapshots } from '../../src/task/collect-snapshots.ts'
import { loadSnapshot } from '../../src/task/load-snapshot.ts'
import { type CapturedState, SnapshotCapture } from '../../src/task/snapshot-capture.ts'
import type { SnapshotReference } from '../../src/task/snapshot-manifest.ts'
import { parseSnapshotName, snapshotName } from '../../src/task/snapshot-name.ts'
import { SnapshotWriter } from '../../src/task/snapshot-writer.ts'
import { RandomState } from './snapshot-states.ts'

const prefix = 'stream/'
const digest = '0'.repeat(64)

interface Written {
  readonly reference: SnapshotReference
  readonly bytes: Record<string, string>
}

/** A task that writes snapshots of a state that changes. */
class Task {
  readonly state = new RandomState(['a', 'b'])
  private readonly random = new SeededRandom(3)
  private readonly capture = new SnapshotCapture()
  private readonly writer: SnapshotWriter
  readonly blobs: MemoryBlobStore

  constructor(blobs: MemoryBlobStore) {
    this.blobs = blobs
    this.writer = new SnapshotWriter({ blobs, prefix })
  }

  async write(incarnation: number, seq: number): Promise<Written> {
    this.state.change(this.random)
    const bytes = this.state.bytes()
    const captured = this.capture.capture(this.state.parts()) as CapturedState
    return { reference: await this.writer.write(captured, { task: 0, incarnation, seq }), bytes }
  }
}

async function expectLoads(blobs: MemoryBlobStore, { reference, bytes }: Written): Promise<void> {
  const fresh = new RandomState(['a', 'b'])
  await loadSnapshot(blobs, reference, fresh.parts())
  expect(fresh.bytes()).toEqual(bytes)
}

test('never takes what a kept snapshot or one that is not registered yet needs, and keeps the store bounded', async () => {
  const task = new Task(new MemoryBlobStore())
  const random = new SeededRandom(11)
  let registered: Written[] = []
  let waiting: Written[] = []
  let deleted = 0
  for (let seq = 1; seq <= 80; seq++) {
    waiting.push(await task.write(1, seq))
    if (random.next() < 0.5) continue
    const count = 1 + Math.floor(random.next() * waiting.length)
    registered = [...registered, ...waiting.slice(0, count)].slice(-2)
    waiting = waiting.slice(count)
    const kept = registered.map((one) => one.reference)
    deleted += (await collectSnapshots(task.blobs, { prefix, task: 0, incarnation: 1 }, kept)).length
    for (const one of [...registered, ...waiting]) await expectLoads(task.blobs, one)
  }
  expect(deleted).toBeGreaterThan(40)
  expect((await task.blobs.list('')).length).toBeLessThan(100)
})

test('leaves other tasks, later incarnations, later transactions and all other blobs alone', async () => {
  const task = new Task(new MemoryBlobStore())
  const snapshots = [await task.write(2, 10), await task.write(2, 20), await task.write(2, 30)]
  const kept = snapshots.slice(1)
  const others = [
    snapshotName(prefix, { task: 1, incarnation: 1, seq: 1 }, digest, 'pages'),
    snapshotName(prefix, { task: 10, incarnation: 1, seq: 1 }, digest, 'manifest'),
    snapshotName(prefix, { task: 0, incarnation: 3, seq: 1 }, digest, 'pages'),
    snapshotName(prefix, { task: 0, incarnation: 1, seq: 30 }, digest, 'pages'),
    snapshotName(prefix, { task: 0, incarnation: 2, seq: 31 }, digest, 'manifest'),
    snapshotName('other/', { task: 0, incarnation: 1, seq: 1 }, digest, 'pages'),
    'stream/0-models',
    'stream/0-1-2-3.pages',
  ]
  const zombies = [
    snapshotName(prefix, { task: 0, incarnation: 1, seq: 29 }, digest, 'pages'),
    snapshotName(prefix, { task: 0, incarnation: 1, seq: 1 }, digest, 'manifest'),
  ]
  for (const name of [...others, ...zombies]) await task.blobs.put(name, new Uint8Array(1))
  const deleted = await collectSnapshots(
    task.blobs,
    { prefix, task: 0, incarnation: 2 },
    kept.map((one) => one.reference),
  )
  expect(deleted).toEqual(expect.arrayContaining([...zombies, snapshots[0].reference.name]))
  expect(await task.blobs.list('')).toEqual(expect.arrayContaining(others))
  for (const one of kept) await expectLoads(task.blobs, one)
})

test('deletes nothing when a kept manifest cannot be read, or none is kept', async () => {
  const task = new Task(new MemoryBlobStore())
  const snapshots = [await task.write(1, 1), await task.write(1, 2), await task.write(1, 3)]
  const before = await task.blobs.list('')
  expect(await collectSnapshots(task.blobs, { prefix, task: 0, incarnation: 1 }, [])).toEqual([])
  const bad = { ...snapshots[2].reference, digest }
  await expect(
    collectSnapshots(task.blobs, { prefix, task: 0, incarnation: 1 }, [snapshots[1].reference, bad]),
  ).rejects.toMatchObject({
    code: 'MILLRACE_TASK_SNAPSHOT',
  })
  expect(await task.blobs.list('')).toEqual(before)
})

test('names say whose they are and what they hold', () => {
  const name = { task: 12, incarnation: 3, seq: 400, digest, kind: 'manifest' } as const
  const text = snapshotName(prefix, name, digest, 'manifest')
  expect(text).toBe(`stream/12-3-400-${digest}.manifest`)
  expect(parseSnapshotName(prefix, text)).toEqual(name)
  expect(parseSnapshotName('other/', text)).toBeUndefined()
  expect(parseSnapshotName(prefix, `${text}.old`)).toBeUndefined()
})
