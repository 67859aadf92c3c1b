import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventDecoder } from '../codec/event-decoder.ts'
import { adoptParts, holdKeys } from '../operators/adopt-parts.ts'
import { LearningState } from '../operators/learning-state.ts'
import { rebuildGraph } from '../operators/rebuild-graph.ts'
import { namingPaths, rebuildablePaths } from '../operators/rebuildable-paths.ts'
import { Computation } from './computation.ts'
import type { RegisteredSnapshot } from './journal-record.ts'
import { type LoadReport, loadSnapshot } from './load-snapshot.ts'
import type { OutputEncoders } from './output-writer.ts'
import { OutputWriter } from './output-writer.ts'
import type { TaskPartition } from './partition-feed.ts'
import { rebuildOffsets } from './rebuild-offsets.ts'
import type { SchemaBook } from './schema-book.ts'
import type { TaskOptions } from './task-options.ts'
import { TaskState } from './task-state.ts'

/** What there is to rebuild in, and with. */
export interface Rebuilding {
  readonly options: TaskOptions
  /** The state as it was loaded; `loaded` has not been called. */
  readonly state: TaskState
  readonly snapshot: RegisteredSnapshot
  readonly report: LoadReport
  readonly partitions: readonly TaskPartition[]
  readonly schemas: SchemaBook
  readonly decoders: readonly EventDecoder[]
  readonly encoders: OutputEncoders
}

/**
 * Makes the parts of a state that begin anew from history: walks the inputs from a time on up to where the snapshot
 * stands, as one merge by arrival, in a state of its own that knows keys and categories by the same slots and codes, and puts
 * what became of those parts into the state. All others keep their values. Gives the paths that were rebuilt. Throws
 * MILLRACE_TASK_REBUILD.
 */
export async function rebuildState(from: string, rebuilding: Rebuilding): Promise<readonly string[]> {
  const { options, state, report, partitions } = rebuilding
  const paths = rebuildablePaths(state.learning, report.reset)
  if (paths.length === 0) return []
  const nowMs = state.learning.count('nowMs')
  const offsets = await rebuildOffsets(from, nowMs, options.graph, options.log, partitions)
  adoptParts(state.learning, await walk(rebuilding, paths, offsets), paths)
  return paths
}

async function walk(
  { options, state, snapshot, report, partitions, schemas, decoders, encoders }: Rebuilding,
  paths: readonly string[],
  offsets: readonly number[],
): Promise<LearningState> {
  const learning = new LearningState(rebuildGraph(options.graph, paths), options.task)
  const known = new Set(namingPaths(learning).filter((path) => report.kept.includes(path)))
  const history = new TaskState(learning, partitions, schemas)
  await loadSnapshot(
    options.blobs,
    snapshot,
    learning.parts().filter(({ path }) => known.has(path)),
  )
  const ends = partitions.map((_, i) => state.placeOf(i).position)
  history.begin(offsets.map((offset, i) => Math.min(offset, ends[i])))
  history.control.skips = [...state.control.skips]
  history.loaded()
  holdKeys(learning)
  const computation = await Computation.open(options, partitions, history, schemas, decoders)
  const writer = new OutputWriter(learning, encoders, options.task, history.sequences, 1)
  const total = ends.reduce((sum, end, i) => sum + Math.max(0, end - offsets[i]), 0)
  const pause = options.pause ?? nextTurn
  try {
    for (;;) {
      const stop = computation.step(writer, ends, false)
      writer.clear()
      options.onReplay?.({ done: Math.min(computation.rows, total), total })
      if (stop === 'bounds') return learning
      if (stop === 'segment') computation.beginSegment()
      if (stop === 'wait') await computation.change(Number.POSITIVE_INFINITY)
      else await pause()
    }
  } finally {
    await computation.close()
  }
}
