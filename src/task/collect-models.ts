import { parseModelFileName } from '../models/model-file-name.ts'
import type { BlobStore } from '../store/store.ts'
import type { HeldModels } from './held-models.ts'
import type { JournalRecord } from './journal-record.ts'

const FILES = 2 // of a version: how it was trained, and how it was when it last came to serve

/** Who collects, and what it knows to be needed. */
export interface ModelCollection extends HeldModels {
  readonly stream: string
  readonly task: number
  /** Of the start that has just committed. */
  readonly incarnation: number
  /** How many versions that have left the race keep their files: so many that served, and so many that never did. */
  readonly keep: number
  /** The journal from where a start would replay it. */
  readonly journal: readonly JournalRecord[]
}

/**
 * Deletes the model files of a task that nobody needs, and gives their names. Needed are those of versions in the race, of
 * the latest that left it, and those that a replay would read. Of this start's own files only such go as its committed
 * state knows, for the result of a job may not be journaled yet; of a later start's none do, so one that has lost its task
 * without having noticed takes nothing away. What a crash leaves over goes the next time.
 */
export async function collectModels(blobs: BlobStore, collection: ModelCollection): Promise<readonly string[]> {
  const { stream, task, incarnation, written } = collection
  const needed = neededFiles(collection)
  const known = new Set(written.map(({ blob }) => blob))
  const unneeded = (await blobs.list(`${stream}-${task}-`)).filter((name) => {
    const file = parseModelFileName(stream, task, name)
    if (file === undefined || needed.has(name)) return false
    return file.incarnation < incarnation || (file.incarnation === incarnation && known.has(name))
  })
  for (const name of unneeded) await blobs.delete(name)
  return unneeded
}

function neededFiles({ written, present, keep, journal }: ModelCollection): Set<string> {
  const needed = new Set<string>()
  for (const { decisions } of journal) for (const one of decisions) if (one.kind === 'trained') needed.add(one.blob)
  const served = new Set(written.filter((file) => file.served).map(({ version }) => version))
  const latestFirst = [...new Set(written.toReversed().map(({ version }) => version))]
  const left = latestFirst.filter((version) => !present.includes(version))
  const kept = [
    ...present,
    ...left.filter((version) => served.has(version)).slice(0, keep),
    ...left.filter((version) => !served.has(version)).slice(0, keep),
  ]
  for (const version of kept) {
    const own = written.filter((file) => file.version === version)
    for (const { blob } of own.slice(-FILES)) needed.add(blob)
  }
  return needed
}
