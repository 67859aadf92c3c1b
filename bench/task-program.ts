/**
 * The program that the benches on the embedded log measure: runs the task of a stream over the backlog in a data directory
 * until it has committed so many rows, then stops it cleanly. Says `first` at the first commit with predictions, and `rows <n>` at each.
 * `node task-program.ts <stream> <folder> <rows> [measure from this row on] [snapshots: on | off]`
 */
import { systemClock } from '../src/log/clock.ts'
import { eventDecoderOf } from '../src/service/event-decoder-of.ts'
import { endOf } from '../src/task/journal-record.ts'
import { startTask } from '../src/task/start-task.ts'
import type { SnapshotFacts } from '../src/task/task-options.ts'
import { benchPlatform } from './bench-platform.ts'
import { benchStream } from './bench-stream.ts'
import { modelDigest } from './model-digest.ts'
import { cpuSeconds } from './spent.ts'

export interface TaskProgram {
  readonly rows: number
  readonly predictions: number
  readonly learned: number
  /** Rows that wait for labels, and keys of each kind, at the end. */
  readonly waiting: number
  readonly keys: readonly number[]
  readonly accuracy: number
  readonly digest: string
  /** From the row to measure from on, or else from before the task's start, to the last commit. */
  readonly measuredRows: number
  readonly wallSeconds: number
  readonly cpuSeconds: number
  /** Of the snapshots taken within what is measured, and of those before. */
  readonly snapshots: readonly SnapshotFacts[]
  readonly earlierSnapshots: readonly SnapshotFacts[]
  /** Input positions after each commit, by partition. */
  readonly commits: readonly (readonly number[])[]
}

const [name, data, rowsText, fromText = '0', snapshotsText = 'on'] = process.argv.slice(2)
const rows = Number(rowsText)
const from = Number(fromText)
const loaded = await benchStream(name)
const platform = benchPlatform(data, 'power')
const commits: (readonly number[])[] = []
const snapshots: SnapshotFacts[] = []
let done = 0
let predictions = 0
let measured = { seq: -1, rows: 0, wall: performance.now(), cpu: cpuSeconds() }
let ended = { wall: 0, cpu: 0 }
const task = await startTask({
  application: 'bench',
  graph: loaded.graph,
  task: 0,
  log: platform.log,
  blobs: platform.blobs,
  blobFolder: platform.blobFolder,
  registry: platform.registry,
  decoder: (input) => eventDecoderOf(loaded, input),
  code: loaded.code,
  clock: systemClock,
  ...(snapshotsText === 'off' ? { snapshotDue: () => false } : {}),
  onCommit: (record, facts) => {
    if (facts.rows === 0) return
    if (predictions === 0 && facts.predictions > 0) console.log('first')
    done += facts.rows
    predictions += facts.predictions
    commits.push(endOf(record))
    if (done < from) measured = { seq: record.seq, rows: done, wall: performance.now(), cpu: cpuSeconds() }
    ended = { wall: performance.now(), cpu: cpuSeconds() }
    console.log(`rows ${done}`)
    if (done >= rows) task.stop()
  },
  onSnapshot: (facts) => snapshots.push(facts),
  onTrouble: (error) => {
    throw error
  },
})
const { learning } = task.recovered.state
await task.run()
await platform.close()
const found: TaskProgram = {
  rows: done,
  predictions,
  learned: learning.count('learned'),
  waiting: learning.pending.count,
  keys: learning.keyed.tables.map(({ size }) => size),
  accuracy: learning.evaluation.read()[0].whole.values.accuracy,
  digest: modelDigest(learning),
  measuredRows: done - measured.rows,
  wallSeconds: (ended.wall - measured.wall) / 1000,
  cpuSeconds: ended.cpu - measured.cpu,
  snapshots: snapshots.filter(({ seq }) => seq > measured.seq),
  earlierSnapshots: snapshots.filter(({ seq }) => seq <= measured.seq),
  commits,
}
console.log(JSON.stringify(found))
