import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Pages } from '../../src/stats/pages.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import type { JournalRecord } from '../../src/task/journal-record.ts'
import type { CapturedState } from '../../src/task/snapshot-capture.ts'
import type { RecoveredTask } from '../../src/task/start-task.ts'
import { TaskSnapshots } from '../../src/task/task-snapshots.ts'

/** What a task's snapshots see of it: a state of so many bytes, and the CPU time since the snapshot before. */
function taskOf(bytes: number) {
  const pages = new Pages(new Float64Array(bytes / 8))
  const computation = {
    rows: 0,
    computingMs: 0,
    feeds: [],
    wake: () => {},
    forgetCost: () => {
      computation.computingMs = 0
    },
  }
  const parts = () => [{ path: 'part', definition: '', state: { regions: () => ({ pages }) } }]
  const task = {
    options: { blobs: new MemoryBlobStore(), graph: { name: 'stream' }, task: 0 },
    computation,
    state: { parts, noteFeeds: () => {} },
  }
  return { pages, computation, snapshots: new TaskSnapshots(task as unknown as RecoveredTask) }
}

/** What is captured when a snapshot is due; memory is prepared before. */
async function captured(snapshots: TaskSnapshots): Promise<CapturedState | undefined> {
  const at = snapshots.captureIfDue()
  await nextTurn()
  return at ?? snapshots.captureIfDue()
}

async function written(snapshots: TaskSnapshots, state: CapturedState | undefined, seq: number): Promise<boolean> {
  if (state === undefined) return false
  snapshots.write(state, { seq, incarnation: 1 } as JournalRecord, 0)
  await snapshots.idle()
  snapshots.take()
  return true
}

test('a snapshot is due after two seconds of CPU time', async () => {
  const { computation, snapshots } = taskOf(8000)
  computation.computingMs = 1999
  expect(await captured(snapshots)).toBeUndefined()
  computation.computingMs = 2000
  expect(await written(snapshots, await captured(snapshots), 1)).toBe(true)
  expect(await captured(snapshots)).toBeUndefined()
})

test('a snapshot is due earlier when so much has changed that the task would soon stand still for long', async () => {
  const { pages, computation, snapshots } = taskOf(100 << 20)
  computation.computingMs = 10
  expect(await written(snapshots, await captured(snapshots), 1)).toBe(true)
  Reflect.set(snapshots, 'pausedCpuMs', 0) // whatever it was here
  computation.computingMs = 1000
  pages.touchRange(0, pages.length / 2)
  expect(await captured(snapshots)).toBeUndefined()
  pages.touchRange(0, pages.length)
  expect(await captured(snapshots)).toBeDefined()
})

test('for its size a snapshot is due no sooner than after thirty times what one costs, and after two seconds whatever it costs', async () => {
  const { pages, computation, snapshots } = taskOf(100 << 20)
  computation.computingMs = 2000
  expect(await written(snapshots, await captured(snapshots), 1)).toBe(true)
  pages.touchRange(0, pages.length)
  Reflect.set(snapshots, 'pausedCpuMs', 50)
  computation.computingMs = 1499
  expect(await captured(snapshots)).toBeUndefined()
  computation.computingMs = 1500
  expect(await written(snapshots, await captured(snapshots), 2)).toBe(true)
  pages.touchRange(0, pages.length)
  Reflect.set(snapshots, 'pausedCpuMs', 5000)
  computation.computingMs = 1999
  expect(await captured(snapshots)).toBeUndefined()
  computation.computingMs = 2000
  expect(await captured(snapshots)).toBeDefined()
})
