import { describe, expect, it } from 'vitest'
import { modelFileName } from '../../src/models/model-file-name.ts'
import type { WrittenModel } from '../../src/operators/model-files.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { collectModels, type ModelCollection } from '../../src/task/collect-models.ts'
import type { JournalRecord } from '../../src/task/journal-record.ts'

/** The name of the `n`-th file of a version. */
function fileOf(version: string, incarnation = 1, n = 0): string {
  return modelFileName('s', 0, { incarnation, version, digest: `${n}`.padStart(64, '0') })
}

function trained(version: string, incarnation = 1): WrittenModel {
  return { version, blob: fileOf(version, incarnation), served: false }
}

function promoted(version: string, n: number, incarnation = 1): WrittenModel {
  return { version, blob: fileOf(version, incarnation, n), served: true }
}

/** Collects among blobs, and gives what is left. */
async function left(blobs: readonly string[], collection: Partial<ModelCollection>): Promise<readonly string[]> {
  const store = new MemoryBlobStore()
  for (const name of blobs) await store.put(name, Uint8Array.of(1))
  const what = { stream: 's', task: 0, incarnation: 2, keep: 2, journal: [], written: [], present: [], ...collection }
  const deleted = await collectModels(store, what)
  const there = await store.list('')
  expect([...there, ...deleted].sort()).toEqual([...blobs].sort())
  return there
}

describe('model files that nobody needs are deleted', () => {
  it('the latest versions that left keep theirs, those that served apart from those that did not', async () => {
    const written = [
      ...[1, 2, 3, 4].map((n) => trained(`v0.${n}`)),
      promoted('v0.1', 9),
      promoted('v0.2', 9),
      promoted('v0.3', 9),
      ...[5, 6, 7].map((n) => trained(`v0.${n}`)),
    ]
    const there = await left(
      written.map(({ blob }) => blob),
      { written, present: ['v0.5'] },
    )
    const versions = ['v0.2', 'v0.3', 'v0.5', 'v0.6', 'v0.7']
    expect(there).toEqual(
      written
        .filter(({ version }) => versions.includes(version))
        .map(({ blob }) => blob)
        .sort(),
    )
  })

  it('of a version that came to serve again and again, how it was trained is not kept for ever, nor each time', async () => {
    const written = [trained('v0.1'), ...[1, 2, 3, 4, 5].map((n) => promoted('v0.1', n))]
    const there = await left(
      written.map(({ blob }) => blob),
      { written, present: ['v0.1'] },
    )
    expect(there).toEqual([promoted('v0.1', 4).blob, promoted('v0.1', 5).blob])
  })

  it('what a replay would read stays, whatever became of it', async () => {
    const written = [trained('v0.1'), trained('v0.2'), trained('v0.3')]
    const decision = { kind: 'trained', job: 'r0.1', blob: fileOf('v0.1'), digest: '', numbers: {} } as const
    const journal = [{ decisions: [] }, { decisions: [decision] }] as unknown as JournalRecord[]
    const names = written.map(({ blob }) => blob)
    expect(await left(names, { written, journal, keep: 0 })).toEqual([fileOf('v0.1')])
    expect(await left(names, { written, keep: 0 })).toEqual([])
  })

  it('what an earlier start left over goes; the result of a job of this start, and all of a later one, stay', async () => {
    const [old, own, later] = [1, 2, 3].map((incarnation) => fileOf('v0.9', incarnation))
    expect(await left([old, own, later], {})).toEqual([own, later])
    const written = [trained('v0.9', 2)]
    expect(await left([own, later], { written, keep: 0 })).toEqual([later])
  })

  it('a crash in the midst leaves nothing behind that the next collection does not take', async () => {
    const written = [1, 2, 3, 4, 5, 6].map((n) => trained(`v0.${n}`))
    const collection = { stream: 's', task: 0, incarnation: 2, keep: 1, journal: [], written, present: [] }
    for (let deaths = 0; deaths <= 5; deaths++) {
      const store = new MemoryBlobStore()
      for (const { blob } of written) await store.put(blob, Uint8Array.of(1))
      const remove = store.delete.bind(store)
      let calls = 0
      store.delete = (name) => (calls++ < deaths ? remove(name) : Promise.reject(new Error('killed')))
      await collectModels(store, collection).catch(() => {})
      expect(await store.list('')).toHaveLength(6 - deaths)
      store.delete = remove
      await collectModels(store, { ...collection, incarnation: 3 })
      expect(await store.list('')).toEqual([fileOf('v0.6')])
      expect(await collectModels(store, { ...collection, incarnation: 3 })).toEqual([])
    }
  })

  it('blobs of others are let alone', async () => {
    const digest = '1'.repeat(64)
    const others = [
      modelFileName('s-0', 0, { incarnation: 1, version: 'v0.1', digest }),
      modelFileName('s', 1, { incarnation: 1, version: 'v1.1', digest }),
      `s-0-1-7-${digest}.pages`,
      's-0-notes.model',
    ]
    expect(await left(others, {})).toEqual([...others].sort())
  })
})
