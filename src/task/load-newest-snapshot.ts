import { MillraceError } from '../errors.ts'
import { guardsOf } from './guards.ts'
import type { RegisteredSnapshot } from './journal-record.ts'
import { type LoadReport, loadSnapshot } from './load-snapshot.ts'
import type { TaskOptions } from './task-options.ts'
import type { TaskState } from './task-state.ts'
import { unregisteredSnapshots } from './unregistered-snapshots.ts'

/** The snapshot that a task was loaded from, and all that are as old or older. */
export interface LoadedSnapshot {
  readonly snapshot: RegisteredSnapshot
  readonly report: LoadReport
  readonly good: readonly RegisteredSnapshot[]
}

/** Loads the newest snapshot that verifies. Undefined when there is none or none verifies. */
export async function loadNewestSnapshot(
  options: TaskOptions,
  state: TaskState,
  snapshots: readonly RegisteredSnapshot[],
): Promise<LoadedSnapshot | undefined> {
  const { blobs, graph, task } = options
  const trusted = guardsOf(options.guards).registration
    ? snapshots
    : await unregisteredSnapshots(blobs, `${graph.name}-`, task)
  for (const [i, snapshot] of trusted.entries()) {
    try {
      return { snapshot, report: await loadSnapshot(blobs, snapshot, state.parts()), good: trusted.slice(i, i + 2) }
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'MILLRACE_TASK_SNAPSHOT') throw error
      options.onTrouble?.(error)
    }
  }
  return undefined
}
