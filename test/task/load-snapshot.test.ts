import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Pages } from '../../src/stats/pages.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { loadSnapshot } from '../../src/task/load-snapshot.ts'
import { type CapturedState, SnapshotCapture } from '../../src/task/snapshot-capture.ts'
import type { SnapshotReference } from '../../src/task/snapshot-manifest.ts'
import { SnapshotWriter } from '../../src/task/snapshot-writer.ts'
import { RandomState } from './snapshot-states.ts'

const prefix = 'stream/'
const seed = 20_240_601

/** Refuses to write while `full`, as a disk does. */
class FullDisk extends MemoryBlobStore {
  full = false
  override async put(name: string, bytes: Uint8Array): Promise<void> {
    if (this.full) throw Object.assign(new Error('no space left'), { code: 'MILLRACE_STORE_DISK_FULL' })
    await super.put(name, bytes)
  }
}

/** A state with a snapshot after each of `changes` changes. */
async function snapshots(changes: number) {
  const stored = new Map<string, Uint8Array>()
  const blobs = new MemoryBlobStore(stored)
  const state = new RandomState(['a', 'b'])
  const random = new SeededRandom(seed)
  const capture = new SnapshotCapture()
  const writer = new SnapshotWriter({ blobs, prefix })
  const written: { reference: SnapshotReference; bytes: Record<string, string> }[] = []
  for (let seq = 1; seq <= changes; seq++) {
    state.change(random)
    const bytes = state.bytes()
    const reference = await writer.write(capture.capture(state.parts()) as CapturedState, {
      task: 0,
      incarnation: 1,
      seq,
    })
    written.push({ reference, bytes })
  }
  return { stored, blobs, written }
}

async function loaded(blobs: MemoryBlobStore, reference: SnapshotReference): Promise<Record<string, string>> {
  const state = new RandomState(['a', 'b'])
  await loadSnapshot(blobs, reference, state.parts())
  return state.bytes()
}

describe('a loaded snapshot', () => {
  test('is the state bit for bit after any changes, failed writes, restarts and parts that came later', async () => {
    const step = fc.constantFrom('write', 'write', 'fail', 'abandon', 'restart', 'grow')
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 1e9 }),
      fc.array(step, { maxLength: 25 }),
      async (from, steps) => {
        const random = new SeededRandom(from)
        const blobs = new FullDisk()
        let state = new RandomState(['a', 'b'])
        let capture = new SnapshotCapture()
        let writer = new SnapshotWriter({ blobs, prefix })
        let incarnation = 1
        let last: { reference: SnapshotReference; bytes: Record<string, string> } | undefined
        for (let seq = 1; seq <= steps.length; seq++) {
          const does = steps[seq - 1]
          if (does === 'grow') state.addPart(`later ${seq}`)
          if (does === 'restart' && last !== undefined) {
            state = new RandomState([
              ...new Set(Object.keys(last.bytes).map((key) => key.slice(0, key.lastIndexOf(' ')))),
            ])
            const { base } = await loadSnapshot(blobs, last.reference, state.parts())
            expect(state.bytes()).toEqual(last.bytes)
            capture = new SnapshotCapture(base)
            writer = new SnapshotWriter({ blobs, prefix, base })
            incarnation++
          }
          state.change(random)
          const captured = capture.capture(state.parts()) as CapturedState
          const bytes = state.bytes()
          state.change(random)
          blobs.full = does === 'fail'
          if (does === 'abandon') captured.settle('failed', captured.buffer)
          else {
            const writing = writer.write(captured, { task: 0, incarnation, seq })
            if (does === 'fail')
              await expect(writing).rejects.toMatchObject({ code: 'MILLRACE_TASK_SNAPSHOT_WRITE', retryable: true })
            else {
              last = { reference: await writing, bytes }
              const fresh = new RandomState([...state.regions.keys()])
              const report = await loadSnapshot(blobs, last.reference, fresh.parts())
              expect(fresh.bytes()).toEqual(bytes)
              expect(report).toMatchObject({ kept: [...state.regions.keys()], reset: [], dropped: [] })
              expect(fresh.loaded).toEqual([...state.regions.keys()])
            }
          }
        }
      },
    )
    await fc.assert(property, { seed, numRuns: 150 })
  })

  test('leaves nothing marked as changed, so that the next capture is as small as its changes', async () => {
    const { blobs, written } = await snapshots(4)
    const state = new RandomState(['a', 'b'])
    const { base } = await loadSnapshot(blobs, written[3].reference, state.parts())
    const capture = new SnapshotCapture(base)
    const pages = state.regions.get('a')?.f64 as Pages
    pages.values[0] = 42
    pages.touch(0)
    const captured = capture.capture(state.parts()) as CapturedState
    const copied = captured.parts.flatMap(({ path, regions }) =>
      regions.map(({ name, type, pages: own }) => ({ path, name, type, copied: own.length })),
    )
    expect(copied.filter((one) => one.copied > 0 && one.type !== 'bytes')).toEqual([
      { path: 'a', name: 'f64', type: 'f64', copied: 1 },
    ])
    const bytes = state.bytes()
    const reference = await new SnapshotWriter({ blobs, prefix, base }).write(captured, {
      task: 0,
      incarnation: 2,
      seq: 9,
    })
    expect(await loaded(blobs, reference)).toEqual(bytes)
  })

  test('replaces what a state held before, also where it was longer', async () => {
    const { blobs, written } = await snapshots(3)
    const state = new RandomState(['a', 'b'])
    const random = new SeededRandom(1)
    for (let i = 0; i < 20; i++) state.change(random)
    await loadSnapshot(blobs, written[0].reference, state.parts())
    expect(state.bytes()).toEqual(written[0].bytes)
    for (const regions of state.regions.values()) {
      for (const region of Object.values(regions)) {
        if (region instanceof Pages)
          expect(region.values.subarray(region.length).every((value) => value === 0)).toBe(true)
      }
    }
  })
})

describe('parts of a changed stream', () => {
  test('are kept where path, definition and regions are the same, else reset or dropped', async () => {
    const { blobs, written } = await snapshots(3)
    const state = new RandomState(['a', 'new'])
    const changed = new RandomState(['b'])
    const parts = [...state.parts(), ...changed.parts('v2')]
    const before = { new: state.bytes()['new u8'], b: changed.bytes() }
    const report = await loadSnapshot(blobs, written[2].reference, parts)
    expect(report).toMatchObject({ kept: ['a'], reset: ['new', 'b'], dropped: [] })
    expect(report.base.parts.map((part) => part.path)).toEqual(['a'])
    expect([state.loaded, changed.loaded]).toEqual([['a'], []])
    expect(state.bytes()['a f64']).toBe(written[2].bytes['a f64'])
    expect({ new: state.bytes()['new u8'], b: changed.bytes() }).toEqual(before)

    const capture = new SnapshotCapture(report.base)
    const bytes = { ...state.bytes(), ...changed.bytes() }
    const captured = capture.capture(parts) as CapturedState
    const reference = await new SnapshotWriter({ blobs, prefix, base: report.base }).write(captured, {
      task: 0,
      incarnation: 2,
      seq: 9,
    })
    const again = [new RandomState(['a', 'new']), new RandomState(['b'])]
    await loadSnapshot(blobs, reference, [...again[0].parts(), ...again[1].parts('v2')])
    expect({ ...again[0].bytes(), ...again[1].bytes() }).toEqual(bytes)
    const onlyA = new RandomState(['a'])
    expect(await loadSnapshot(blobs, reference, onlyA.parts())).toMatchObject({
      kept: ['a'],
      reset: [],
      dropped: ['new', 'b'],
    })
  })

  test('are reset when a region has another element type, or there is one more or less', async () => {
    const { blobs, written } = await snapshots(1)
    const variants = [
      (regions: RegionsOf) => ({ ...regions, f64: new Pages(new Int32Array(3)) }),
      (regions: RegionsOf) => ({ ...regions, more: new Pages(new Int32Array(3)) }),
      ({ f64: _f64, ...regions }: RegionsOf) => regions,
    ]
    for (const variant of variants) {
      const regions = variant(new RandomState(['a']).regions.get('a') as RegionsOf)
      const report = await loadSnapshot(blobs, written[0].reference, [
        { path: 'a', definition: 'v1', state: { regions: () => regions } },
      ])
      expect(report).toMatchObject({ kept: [], reset: ['a'] })
    }
  })
})

type RegionsOf = ReturnType<ReturnType<RandomState['parts']>[number]['state']['regions']>

describe('a damaged snapshot', () => {
  /** Expects that the newest can't be loaded and touches nothing, and that the one before can. */
  async function expectFallback(
    { blobs, written }: Awaited<ReturnType<typeof snapshots>>,
    damage: string,
  ): Promise<void> {
    const [before, newest] = written.slice(-2)
    const state = new RandomState(['a', 'b'])
    const fresh = state.bytes()
    const error = await loadSnapshot(blobs, newest.reference, state.parts()).catch((cause: unknown) => cause)
    expect(error, damage).toMatchObject({ code: 'MILLRACE_TASK_SNAPSHOT', retryable: false })
    expect(state.bytes(), damage).toEqual(fresh)
    expect(state.loaded).toEqual([])
    await loadSnapshot(blobs, before.reference, state.parts())
    expect(state.bytes(), damage).toEqual(before.bytes)
  }

  /** Names of blobs that only the newest snapshot has. */
  const own = ({ stored, written }: Awaited<ReturnType<typeof snapshots>>) =>
    [...stored.keys()].filter((name) => name.includes(`0-1-${written.length}-`))

  test('is found by the digest after any flipped byte, and the one before loads', async () => {
    const all = await snapshots(4)
    for (const name of own(all)) {
      const bytes = all.stored.get(name) as Uint8Array
      const stride = Math.max(1, Math.floor(bytes.length / 97))
      for (const at of [...Array(97).keys()].map((i) => (i * stride) % bytes.length).concat(bytes.length - 1)) {
        bytes[at] ^= 1 << (at % 8)
        await expectFallback(all, `${name} byte ${at}`)
        bytes[at] ^= 1 << (at % 8)
      }
    }
    expect(own(all)).toHaveLength(2)
    expect(await loaded(all.blobs, all.written[3].reference)).toEqual(all.written[3].bytes)
  })

  test('is found when cut, lengthened, swapped or missing, and the one before loads', async () => {
    const all = await snapshots(4)
    for (const name of own(all)) {
      const whole = all.stored.get(name) as Uint8Array
      for (const kept of [0, 1, 8, Math.floor(whole.length / 2), whole.length - 1]) {
        all.stored.set(name, whole.slice(0, kept))
        await expectFallback(all, `${name} cut to ${kept}`)
      }
      all.stored.set(name, Uint8Array.from([...whole, 0]))
      await expectFallback(all, `${name} lengthened`)
      all.stored.set(name, all.stored.get(all.written[0].reference.name) as Uint8Array)
      await expectFallback(all, `${name} swapped`)
      all.stored.delete(name)
      await expectFallback(all, `${name} missing`)
      all.stored.set(name, whole)
    }
    expect(await loaded(all.blobs, all.written[3].reference)).toEqual(all.written[3].bytes)
  })
})

test('a region that refuses what it saved is another error: an older snapshot would not help', async () => {
  const { blobs, written } = await snapshots(1)
  const state = new RandomState(['a', 'b'])
  const regions = state.regions.get('a') as Record<string, unknown>
  regions.text = {
    save: () => new Uint8Array(0),
    load: () => {
      throw new Error('made by a newer release')
    },
  }
  await expect(loadSnapshot(blobs, written[0].reference, state.parts())).rejects.toMatchObject({
    code: 'MILLRACE_TASK_SNAPSHOT_STATE',
    message: expect.stringContaining("state 'a text': what was saved of it cannot be loaded (made by a newer release)"),
  })
})
