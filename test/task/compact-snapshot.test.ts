import { expect, test } from 'vitest'
import { Pages } from '../../src/stats/pages.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { loadSnapshot } from '../../src/task/load-snapshot.ts'
import { readManifest } from '../../src/task/read-manifest.ts'
import { PAGE_BYTES } from '../../src/task/region-pages.ts'
import { type CapturedState, SnapshotCapture } from '../../src/task/snapshot-capture.ts'
import type { SnapshotReference } from '../../src/task/snapshot-manifest.ts'
import { SnapshotWriter } from '../../src/task/snapshot-writer.ts'
import { bytesOf } from './snapshot-states.ts'

const prefix = 'stream/'
const DOUBLES = PAGE_BYTES / 8

/** 500 pages, some of which change from snapshot to snapshot. */
class Changing {
  readonly stored = new Map<string, Uint8Array>()
  readonly blobs = new MemoryBlobStore(this.stored)
  readonly pages = new Pages(new Float64Array(500 * DOUBLES - 3))
  readonly capture = new SnapshotCapture()
  readonly writer = new SnapshotWriter({ blobs: this.blobs, prefix })
  readonly random = new SeededRandom(7)
  seq = 0

  parts(pages = this.pages) {
    return [{ path: 'part', definition: 'v1', state: { regions: () => ({ pages }) } }]
  }

  change(pages: number): void {
    for (let i = 0; i < pages; i++) {
      const at = Math.floor(this.random.next() * this.pages.length)
      this.pages.values[at] = this.random.next()
      this.pages.touch(at)
    }
  }

  write(): Promise<SnapshotReference> {
    const captured = this.capture.capture(this.parts()) as CapturedState
    return this.writer.write(captured, { task: 0, incarnation: 1, seq: ++this.seq })
  }
}

async function expectLoads(changing: Changing, reference: SnapshotReference): Promise<void> {
  const fresh = new Pages(new Float64Array(0))
  await loadSnapshot(changing.blobs, reference, changing.parts(fresh))
  expect(Buffer.compare(bytesOf(fresh), bytesOf(changing.pages))).toBe(0)
}

test.each([1, 30, 250, 500])(
  'blobs stay few and at least half live when about %i pages change each time',
  async (changed) => {
    const changing = new Changing()
    let rewritten = 0
    for (let i = 0; i < 80; i++) {
      changing.change(changed)
      const before = changing.stored.size
      const reference = await changing.write()
      if (changing.stored.size - before > 2) rewritten++
      const { blobs } = await readManifest(changing.blobs, reference)
      const held = blobs.reduce((sum, blob) => sum + blob.bytes, 0)
      expect(blobs.length).toBeLessThanOrEqual(65)
      expect(held).toBeLessThanOrEqual(2 * 500 * PAGE_BYTES + (1 << 20))
      if (i % 10 === 9) await expectLoads(changing, reference)
    }
    if (changed < 500) expect(rewritten).toBeGreaterThan(0)
  },
)

test('a blob that has gone bad fails the snapshot that would copy from it, and the next one holds everything', async () => {
  const changing = new Changing()
  await changing.write()
  const [first] = [...changing.stored].find(([name]) => name.endsWith('.pages')) as [string, Uint8Array]
  ;(changing.stored.get(first) as Uint8Array)[100] ^= 1
  const failures: unknown[] = []
  for (let i = 0; i < 100 && failures.length === 0; i++) {
    changing.change(100)
    await changing.write().catch((cause: unknown) => failures.push(cause))
  }
  expect(failures[0]).toMatchObject({ code: 'MILLRACE_TASK_SNAPSHOT_WRITE', cause: { code: 'MILLRACE_TASK_SNAPSHOT' } })
  const reference = await changing.write()
  await expectLoads(changing, reference)
  expect((await readManifest(changing.blobs, reference)).blobs).toHaveLength(1)
})
