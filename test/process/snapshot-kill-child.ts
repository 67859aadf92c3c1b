/**
 * Writes snapshots until it is killed: `node snapshot-kill-child.ts <folder> <journal>`. Goes on from the last line of the
 * journal, to which it appends each snapshot that is durable, one JSON line each.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { FileBlobStore } from '../../src/store/file-blob-store.ts'
import { collectSnapshots } from '../../src/task/collect-snapshots.ts'
import { loadSnapshot } from '../../src/task/load-snapshot.ts'
import { type CapturedState, SnapshotCapture } from '../../src/task/snapshot-capture.ts'
import type { SnapshotManifest, SnapshotReference } from '../../src/task/snapshot-manifest.ts'
import { SnapshotWriter } from '../../src/task/snapshot-writer.ts'
import { CountedState } from './counted-state.ts'

const [, , folder, journal] = process.argv
const prefix = 'stream/'
const registered: SnapshotReference[] = readFileSync(journal, 'utf8')
  .trim()
  .split('\n')
  .filter((line) => line.length > 0)
  .map((line) => JSON.parse(line))
const state = new CountedState()
const blobs = new FileBlobStore(folder)
let base: SnapshotManifest | undefined
const newest = registered.at(-1)
if (newest !== undefined) base = (await loadSnapshot(blobs, newest, state.parts())).base
const incarnation = (base?.id.incarnation ?? 0) + 1
const capture = new SnapshotCapture(base)
const writer = new SnapshotWriter({ blobs, folder, prefix, base })
for (;;) {
  state.count()
  const captured = capture.capture(state.parts()) as CapturedState
  const reference = await writer.write(captured, { task: 0, incarnation, seq: state.counted })
  appendFileSync(journal, `${JSON.stringify(reference)}\n`)
  registered.push(reference)
  await collectSnapshots(blobs, { prefix, task: 0, incarnation }, registered.slice(-2))
}
