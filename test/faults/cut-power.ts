import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SeededRandom } from '../../src/stats/seeded-random.ts'
import { FileBlobStore } from '../../src/store/file-blob-store.ts'
import type { RegisteredSnapshot } from '../../src/task/journal-record.ts'
import { readManifest } from '../../src/task/read-manifest.ts'

interface Synced {
  /** How much of the write-ahead log was synced when the commit before was answered, and when this one was. */
  readonly from: number
  readonly to: number
  /** Those that the two commits had registered. */
  readonly snapshots: readonly RegisteredSnapshot[]
}

/**
 * Makes of the copy of a data directory what a power failure during its latest commit may leave: the write-ahead log is cut
 * at any place behind the commit before, with or without rubbish after it, and blobs that nobody has registered yet
 * are cut, filled with rubbish, or gone. True when the cut fell inside of the commit.
 */
export async function cutPower(copy: string, directory: string, random: SeededRandom): Promise<boolean> {
  const synced: Synced = JSON.parse(readFileSync(join(copy, 'synced.json'), 'utf8'))
  rmSync(directory, { recursive: true, force: true })
  cpSync(copy, directory, { recursive: true })
  const at = synced.from + random.nextInt(synced.to - synced.from + 1)
  const path = join(directory, 'log.sqlite-wal')
  const whole = readFileSync(path)
  const rest = Buffer.alloc(random.nextInt(3) === 0 ? 0 : whole.length - at)
  if (random.nextInt(2) === 0) for (let i = 0; i < rest.length; i++) rest[i] = random.nextInt(256)
  writeFileSync(path, Buffer.concat([whole.subarray(0, at), rest]))
  const folder = join(directory, 'blobs')
  const needed = await neededBlobs(folder, synced.snapshots)
  for (const file of readdirSync(folder)) {
    if (needed.has(file) || file.startsWith('schema-')) continue
    const how = random.nextInt(4)
    if (how === 0) rmSync(join(folder, file))
    else if (how === 1) truncateSync(join(folder, file), random.nextInt(readFileSync(join(folder, file)).length + 1))
    else if (how === 2) writeFileSync(join(folder, file), Buffer.alloc(1000, random.nextInt(256)))
  }
  return at > synced.from && at < synced.to
}

async function neededBlobs(folder: string, snapshots: readonly RegisteredSnapshot[]): Promise<Set<string>> {
  const blobs = new FileBlobStore(folder)
  const needed = new Set<string>()
  for (const snapshot of snapshots) {
    needed.add(snapshot.name)
    try {
      for (const { name } of (await readManifest(blobs, snapshot)).blobs) needed.add(name)
    } catch {
      // Collected since: the later of the two commits has another one in its place.
    }
  }
  await blobs.close()
  return needed
}
