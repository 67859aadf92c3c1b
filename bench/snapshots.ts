/**
 * What snapshots cost with a million keys and a million pending rows, of which 1 % (10,000) are touched a second: the pause
 * of the task, what is copied and written, and how long loading takes. Once with a snapshot after each second of events, once
 * after each 30. `npm run bench:snapshots -- --date <day>`
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ewMean } from '../src/features/ew-mean.ts'
import { ewRate } from '../src/features/ew-rate.ts'
import { KeyTable } from '../src/features/key-table.ts'
import { KeyState, PendingRows } from '../src/operators/pending-rows.ts'
import type { Pages } from '../src/stats/pages.ts'
import { SeededRandom } from '../src/stats/seeded-random.ts'
import type { StatePart } from '../src/stats/state-region.ts'
import { FileBlobStore } from '../src/store/file-blob-store.ts'
import { collectSnapshots } from '../src/task/collect-snapshots.ts'
import { loadSnapshot } from '../src/task/load-snapshot.ts'
import { type CapturedState, SnapshotCapture } from '../src/task/snapshot-capture.ts'
import type { SnapshotReference } from '../src/task/snapshot-manifest.ts'
import { SnapshotWriter } from '../src/task/snapshot-writer.ts'
import { benchArguments } from './bench-arguments.ts'
import { type BenchCase, type FigurePlan, runBench } from './run-bench.ts'

const COUNT = 1_000_000
const A_SECOND = COUNT / 100
const WIDTH = 20 // doubles of a pending row
const DELAY_MS = 100_000 // a million rows that wait, at 10,000 a second
const SNAPSHOTS = 10
const prefix = 'bench/'

interface Task {
  readonly parts: readonly StatePart[]
  /** So many more events at this time. */
  run(events: number, nowMs: number): void
}

/** Keys of which any may come next, each with two features of three and two doubles. */
function keyed(seed: number, count = COUNT): Task {
  const random = new SeededRandom(seed)
  const table = new KeyTable({ maxKeys: COUNT, ttlMs: 30 * 24 * 3_600_000 })
  const features = [ewMean({ halfLifeMs: 3_600_000 }).build(), ewRate({ halfLifeMs: 3_600_000 }).build()]
  for (const feature of features) feature.ensure(count)
  const touch = (key: number, nowMs: number): void => {
    table.begin()
    table.addNumber(key)
    const slot = table.findOrAdd(nowMs)
    for (const feature of features) feature.update(slot, nowMs, random.next())
  }
  for (let key = 0; key < count; key++) touch(key, 0)
  const all = [table, ...features]
  return {
    parts: all.map((state, i) => ({ path: `keyed.${i}`, definition: '', state })),
    run: (events, nowMs) => {
      for (let i = 0; i < events; i++) touch(Math.floor(random.next() * COUNT), nowMs)
    },
  }
}

/** Rows that wait: for each that comes one goes, with a label for one of the oldest tenth. */
function pending(seed: number, count = COUNT): Task {
  const random = new SeededRandom(seed)
  const rows = new PendingRows({ width: WIDTH, maxPending: COUNT * 2, memoryMs: DELAY_MS, onOrphan: () => {} })
  const waiting: number[] = []
  let next = 0
  const add = (nowMs: number): void => {
    rows.keys.begin()
    rows.keys.addNumber(next++)
    const row = rows.add(rows.keys.findOrAdd(nowMs))
    for (let i = 0; i < WIDTH; i++) rows.rows.values[row * WIDTH + i] = random.next()
    waiting.push(row)
  }
  for (let i = 0; i < count; i++) add(0)
  let oldest = 0
  return {
    parts: [{ path: 'label.pending', definition: '', state: rows }],
    run: (events, nowMs) => {
      for (let i = 0; i < events; i++) {
        const at = nowMs + (i * 1000) / A_SECOND
        const chosen = oldest + Math.floor((random.next() * COUNT) / 10)
        const row = waiting[chosen]
        waiting[chosen] = waiting[oldest++]
        const key = rows.keyOf(row)
        rows.remove(row)
        rows.settle(key, KeyState.resolved, at)
        add(at)
        rows.keys.sweep(at)
      }
    },
  }
}

/** What the snapshots of one run cost; times in ms. */
interface SnapshotCost {
  readonly pauses: number[]
  readonly copied: number[]
  readonly writes: number[]
  load: number
  state: number
  held: number
  saved: readonly StatePart[]
  loaded: readonly StatePart[]
}

async function costOf(
  make: (seed: number, count?: number) => Task,
  seed: number,
  seconds: number,
  folder: string,
): Promise<SnapshotCost> {
  const blobs = new FileBlobStore(folder)
  const writer = new SnapshotWriter({ blobs, folder, prefix })
  const capture = new SnapshotCapture()
  const task = make(seed)
  const fresh = make(seed, 0)
  const cost: SnapshotCost = {
    pauses: [],
    copied: [],
    writes: [],
    load: 0,
    state: 0,
    held: 0,
    saved: task.parts,
    loaded: fresh.parts,
  }
  let kept: SnapshotReference[] = []
  for (let seq = 0; seq <= SNAPSHOTS; seq++) {
    if (seq > 0) task.run(A_SECOND * seconds, seq * seconds * 1000)
    const before = performance.now()
    const captured = capture.capture(task.parts) as CapturedState
    const paused = performance.now() - before
    const { bytes, stateBytes } = captured
    const reference = await writer.write(captured, { task: 0, incarnation: 1, seq })
    cost.state = stateBytes
    kept = [...kept, reference].slice(-2)
    if (seq === 0) continue // a task that has run for a while has written its first million long ago
    cost.pauses.push(paused)
    cost.copied.push(bytes)
    cost.writes.push(performance.now() - before - paused)
    await collectSnapshots(blobs, { prefix, task: 0, incarnation: 1 }, kept)
  }
  await writer.close()
  const before = performance.now()
  const { base } = await loadSnapshot(blobs, kept.at(-1) as SnapshotReference, fresh.parts)
  cost.load = performance.now() - before
  cost.held = base.blobs.reduce((sum, blob) => sum + blob.bytes, 0)
  return cost
}

/** Throws unless both states are the same, bit for bit. */
function compare(expected: readonly StatePart[], actual: readonly StatePart[]): void {
  expected.forEach(({ path, state }, i) => {
    const regions = actual[i].state.regions()
    for (const [name, region] of Object.entries(state.regions())) {
      const [a, b] = [region as Pages, regions[name] as Pages].map(({ values, length }) =>
        Buffer.from(values.buffer, values.byteOffset, length * values.BYTES_PER_ELEMENT),
      )
      if (Buffer.compare(a, b) !== 0) throw new Error(`${path} ${name} is not what was saved`)
    }
  })
}

const { settings, date } = benchArguments({ rounds: 3 })
const root = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
process.once('exit', () => rmSync(root, { recursive: true, force: true }))
const variants = [
  { name: 'keys, a snapshot each second', make: keyed, seconds: 1 },
  { name: 'keys, a snapshot each 30 s', make: keyed, seconds: 30 },
  { name: 'pending rows, a snapshot each second', make: pending, seconds: 1 },
  { name: 'pending rows, a snapshot each 30 s', make: pending, seconds: 30 },
]

await runBench<Record<string, SnapshotCost>>({
  name: 'snapshots',
  about: `${SNAPSHOTS} snapshots of a million keys and of a million pending rows, 10,000 touched a second, each seed`,
  date,
  settings,
  warmUps: 0,
  checked: ['each state that was loaded, with the one that was saved, bit for bit'],
  cases: Object.fromEntries(variants.map(({ name, make, seconds }) => [name, snapshotCase(name, make, seconds)])),
  figures: variants.flatMap(({ name, seconds }) => figuresOf(name, seconds)),
})

function snapshotCase(
  name: string,
  make: (seed: number, count?: number) => Task,
  seconds: number,
): BenchCase<SnapshotCost> {
  let seed = 0
  const folder = join(root, name.replaceAll(/\W+/g, '-'))
  return {
    prepare: () => rmSync(folder, { recursive: true, force: true }),
    run: () => costOf(make, ++seed, seconds, folder),
    check: ({ saved, loaded }) => compare(saved, loaded),
  }
}

function figuresOf(name: string, seconds: number): FigurePlan<Record<string, SnapshotCost>>[] {
  const bar = seconds === 1 ? { atMost: 50 } : undefined
  return [
    {
      what: `1M ${name}: pause`,
      unit: 'ms',
      of: (round) => round[name].output.pauses,
      ...(bar === undefined ? {} : { bar }),
    },
    { what: `1M ${name}: copied`, unit: 'MB', of: (round) => round[name].output.copied.map((bytes) => bytes / 1e6) },
    { what: `1M ${name}: written within`, unit: 'ms', of: (round) => round[name].output.writes },
    { what: `1M ${name}: state`, unit: 'MB', of: (round) => round[name].output.state / 1e6 },
    { what: `1M ${name}: kept on the disk`, unit: 'MB', of: (round) => round[name].output.held / 1e6 },
    { what: `1M ${name}: loaded within`, unit: 'ms', of: (round) => round[name].output.load },
  ]
}
