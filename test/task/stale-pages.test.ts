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
import { stalePages } from '../../src/task/stale-pages.ts'
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

  async write(): Promise<{ readonly reference: SnapshotReference; readonly bytes: number }> {
    const captured = this.capture.capture(this.parts()) as CapturedState
    const reference = await this.writer.write(captured, { task: 0, incarnation: 1, seq: ++this.seq })
    return { reference, bytes: captured.bytes }
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
    let again = 0
    for (let i = 0; i < 80; i++) {
      changing.change(changed)
      const { changedBytes } = changing.capture.measure(changing.parts())
      const { reference, bytes } = await changing.write()
      if (bytes > changedBytes) again++
      const { blobs } = await readManifest(changing.blobs, reference)
      const held = blobs.slice(0, -1).reduce((sum, blob) => sum + blob.bytes, 0) // the newest is what the next one is bounded by
      expect(blobs.length).toBeLessThanOrEqual(65)
      expect(held).toBeLessThanOrEqual(2 * 500 * PAGE_BYTES + (1 << 20))
      if (i % 10 === 9) await expectLoads(changing, reference)
    }
    if (changed < 500) expect(again).toBeGreaterThan(0)
  },
)

test('of a large state so many pages at once that the task stands still for a moment only', () => {
  const pages = 10_000
  const half = { name: 'blob', digest: '', bytes: 4 * pages * PAGE_BYTES }
  const regions = ['a', 'b'].map((name) => ({
    name,
    type: 'f64' as const,
    length: (pages * PAGE_BYTES) / 8,
    blobs: new Uint32Array(pages).fill(name === 'a' ? 0 : 1),
    offsets: new Uint32Array(pages).map((_, i) => (i * PAGE_BYTES) / 8),
  }))
  const manifest = {
    id: { task: 0, incarnation: 1, seq: 1 },
    blobs: [half, { ...half, bytes: 2 * pages * PAGE_BYTES }],
    parts: [{ path: 'part', definition: '', regions }],
  }
  const [stale, ...others] = stalePages(manifest)
  expect(others).toEqual([])
  expect(stale).toMatchObject({ path: 'part', region: 'a' })
  expect(stale.pages).toEqual(Uint32Array.from({ length: (32 << 20) / PAGE_BYTES }, (_, i) => i))
})

test('a blob that has gone bad is read by no later snapshot, and in time by no start', async () => {
  const changing = new Changing()
  await changing.write()
  const [first] = [...changing.stored].find(([name]) => name.endsWith('.pages')) as [string, Uint8Array]
  ;(changing.stored.get(first) as Uint8Array)[100] ^= 1
  for (let i = 0; ; i++) {
    expect(i).toBeLessThan(100)
    changing.change(100)
    const { reference } = await changing.write()
    if ((await readManifest(changing.blobs, reference)).blobs.some(({ name }) => name === first)) continue
    await expectLoads(changing, reference)
    return
  }
})
