import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { FileBlobStore } from '../../src/store/file-blob-store.ts'
import { loadSnapshot } from '../../src/task/load-snapshot.ts'
import type { SnapshotReference } from '../../src/task/snapshot-manifest.ts'
import { parseSnapshotName } from '../../src/task/snapshot-name.ts'
import { CountedState } from './counted-state.ts'

const KILLS = 20
const prefix = 'stream/'
const child = join(import.meta.dirname, 'snapshot-kill-child.ts')

test('a process killed while it writes leaves the snapshots before loadable, 20 times', async () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-kill-'))
  const folder = join(root, 'blobs')
  const journal = join(root, 'journal')
  writeFileSync(journal, '')
  const random = new SeededRandom(13)
  let withinWrite = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const before = referencesOf(journal).length
    const unfinishedBefore = unfinishedIn(folder)
    const running = spawn(process.execPath, [child, folder, journal], { stdio: ['ignore', 'ignore', 'inherit'] })
    const ended = once(running, 'exit')
    while (running.exitCode === null && referencesOf(journal).length <= before) await wait(5)
    await wait(random.next() * 60) // the moment to kill it is what varies
    running.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])

    const references = referencesOf(journal)
    expect(references.length).toBeGreaterThan(before)
    const blobs = new FileBlobStore(folder)
    for (const reference of references.slice(-2)) {
      const state = new CountedState()
      expect(await loadSnapshot(blobs, reference, state.parts())).toMatchObject({ kept: ['counted'] })
      expect(state.counted).toBe(reference.seq)
      expect(state.isWhole()).toBe(true)
    }
    if (unfinishedIn(folder) > unfinishedBefore || (await hasUnregistered(blobs, references.slice(-2)))) withinWrite++
  }
  expect(withinWrite).toBeGreaterThan(KILLS / 10)
  rmSync(root, { recursive: true })
})

function referencesOf(journal: string): SnapshotReference[] {
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line))
}

/** Files that were being written when the process was killed. */
function unfinishedIn(folder: string): number {
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.startsWith('#')).length : 0
}

/** Whether a blob is of a later snapshot than the newest that is registered. */
async function hasUnregistered(blobs: FileBlobStore, kept: readonly SnapshotReference[]): Promise<boolean> {
  const newest = kept.at(-1)?.seq ?? 0
  return (await blobs.list(prefix)).some((name) => (parseSnapshotName(prefix, name)?.seq ?? 0) > newest)
}
