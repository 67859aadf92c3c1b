import { MillraceError } from '../errors.ts'
import { rebuildablePaths } from '../operators/rebuildable-paths.ts'
import type { Journal } from './journal.ts'
import type { JournalRecord, RegisteredSnapshot } from './journal-record.ts'
import type { LoadedSnapshot } from './load-newest-snapshot.ts'
import type { LoadReport } from './load-snapshot.ts'
import { readManifest } from './read-manifest.ts'
import { type Rebuilding, rebuildState } from './rebuild-state.ts'
import { SnapshotCapture } from './snapshot-capture.ts'
import { SnapshotWriter } from './snapshot-writer.ts'

/** The snapshot that a task goes on from, with the paths that were rebuilt; then `good` and `base` are of the one that holds them. */
export interface RebuiltSnapshot extends LoadedSnapshot {
  readonly rebuilt: readonly string[]
  readonly base: LoadReport['base']
}

/**
 * Rebuilds what a change of the stream lets begin anew, where that is asked for, and makes it durable: so the record that
 * tells of the change registers the state with it, and no later start rebuilds again. Without it, or where nothing has
 * changed, what was loaded. Throws MILLRACE_TASK_REBUILD.
 */
export async function rebuiltSnapshot(
  rebuilding: Omit<Rebuilding, 'snapshot' | 'report'>,
  journal: Journal,
  last: JournalRecord,
  loaded: LoadedSnapshot,
): Promise<RebuiltSnapshot> {
  const { options, state } = rebuilding
  const { base } = loaded.report
  if (options.rebuild !== undefined && last.code === options.code) await checkRebuilt(rebuilding, journal)
  if (options.rebuild === undefined || last.code === options.code) return { ...loaded, rebuilt: [], base }
  if (options.fork) {
    throw new MillraceError(
      'MILLRACE_TASK_REBUILD',
      `stream '${options.graph.name}', --rebuild`,
      'what lies after the newest snapshot would be computed anew, and nothing stands still to rebuild up to',
      `Run the old version once with \`millrace run ${options.graph.name} --drain\`, and rebuild without --fork`,
    )
  }
  const rebuilt = await rebuildState(options.rebuild, { ...rebuilding, ...loaded })
  if (rebuilt.length === 0) return { ...loaded, rebuilt, base }
  state.loaded()
  const snapshot = await write(rebuilding, journal, last, loaded)
  return { ...loaded, good: [snapshot], rebuilt, base: await readManifest(options.blobs, snapshot) }
}

/**
 * Refuses to rebuild after the change: by now other state has learned by the codes and slots that were given since. The same
 * command given again after it did rebuild, as a supervisor gives it, is no fault.
 */
async function checkRebuilt(
  { options, state }: Omit<Rebuilding, 'snapshot' | 'report'>,
  journal: Journal,
): Promise<void> {
  const records = await journal.read((await journal.bounds()).start)
  const at = records.findLast(({ decisions }) => decisions.some(({ kind }) => kind === 'change'))
  const change = at?.decisions.findLast((decision) => decision.kind === 'change')
  if (at === undefined || change === undefined || change.rebuilt.length > 0) return
  const paths = rebuildablePaths(state.learning, change.reset)
  if (paths.length === 0) return
  const { graph, rebuild } = options
  const named = paths.length > 3 ? `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more` : paths.join(', ')
  throw new MillraceError(
    'MILLRACE_TASK_REBUILD',
    `stream '${graph.name}', --rebuild ${rebuild}`,
    `nothing has changed since transaction ${at.seq}, where ${named} began empty, and what has gone on since can't be rebuilt`,
    `Start without --rebuild; or run the version before the change once with \`millrace run ${graph.name} --drain\`, then this one with --rebuild`,
  )
}

async function write(
  { options, state }: Omit<Rebuilding, 'snapshot' | 'report'>,
  journal: Journal,
  { seq, incarnation }: JournalRecord,
  { report }: LoadedSnapshot,
): Promise<RegisteredSnapshot> {
  const { blobs, blobFolder: folder, graph, task } = options
  const { base } = report
  const captured = new SnapshotCapture(base).capture(state.parts())
  if (captured === undefined) throw new Error('a capture that nobody began is busy')
  const writer = new SnapshotWriter({ blobs, folder, prefix: `${graph.name}-`, base })
  try {
    const reference = await writer.write(captured, { task, incarnation: incarnation + 1, seq })
    return { ...reference, journalOffset: (await journal.bounds()).readableEnd }
  } finally {
    await writer.close()
  }
}
