// Runs the task of a data directory until all is taken. Tells each commit by a line, and at the end what came of it. With MILLRACE_TEST_KILL=<nth> <point>
// it ends itself by SIGKILL when it comes to that point for the nth time; with MILLRACE_TEST_COPY=<folder> <every> it copies
// the directory after every so many commits, as it lies there when they are answered.
import { spawnSync } from 'node:child_process'
import { mkdirSync, openSync, readSync, closeSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { faultPoint } from '../../src/testing/fault-points.ts'
import { openPlace, outcomeOf, runOptions, runToEnd } from './embedded-run.ts'
import type { RegisteredSnapshot } from '../../src/task/journal-record.ts'
import { type Watch, watchedBlobs, watchedLog } from './watched-log.ts'

const [directory] = process.argv.slice(2)
const [nth, ...words] = (process.env.MILLRACE_TEST_KILL ?? '0').split(' ')
const point = words.join(' ')
const [copies, every] = (process.env.MILLRACE_TEST_COPY ?? '').split(' ')
let visits = 0
let isStarting = true

const watch: Watch = (phase, call, place) => {
  if (faultPoint(phase, call, place, isStarting) !== point) return
  visits++
  if (visits === Number(nth)) process.kill(process.pid, 'SIGKILL')
}

/** Where the write-ahead log ends, and which it is: it begins anew when it was moved into the file. */
function writeAhead(): { readonly size: number; readonly salt: string } {
  const path = join(directory, 'log.sqlite-wal')
  const header = Buffer.alloc(32)
  const file = openSync(path, 'r')
  readSync(file, header, 0, 32, 0)
  closeSync(file)
  return { size: statSync(path).size, salt: header.toString('hex', 16, 24) }
}

let commits = 0
let before = { size: 0, salt: '' }
let snapshotsBefore: readonly RegisteredSnapshot[] = []

function copyNow(snapshots: readonly RegisteredSnapshot[]): void {
  const now = writeAhead()
  if (commits % Number(every) === 0) {
    const copy = join(copies, String(commits))
    mkdirSync(copies, { recursive: true })
    // By another process: closing a file here would take SQLite's locks on it away.
    spawnSync('cp', ['-r', directory, copy]) // a blob that is just being written may be gone again
    const syncedFrom = now.salt === before.salt && now.size > before.size ? before.size : now.size
    writeFileSync(
      join(copy, 'synced.json'),
      JSON.stringify({ from: syncedFrom, to: now.size, snapshots: [...snapshots, ...snapshotsBefore] }),
    )
  }
  before = now
  snapshotsBefore = snapshots
}

async function run(): Promise<string> {
  const place = await openPlace(directory, { maxBytes: Number(process.env.MILLRACE_TEST_BYTES ?? 0) || undefined })
  const inline = point.includes(' put ') || point.includes(' get ') ? { blobFolder: undefined } : {}
  const task = await runToEnd({
    ...runOptions(place, directory, inline),
    log: watchedLog(place.log, watch),
    blobs: watchedBlobs(place.blobs, watch),
    pause: async () => {
      await nextTurn()
      watch('after', 'pause', '')
    },
    onStart: () => {
      isStarting = false
    },
    onCommit: ({ seq, snapshots }) => {
      commits++
      writeSync(1, `${seq}\n`)
      if (copies !== '') copyNow(snapshots)
    },
    onTrouble: (error) => {
      writeSync(1, `trouble ${codeOf(error)}\n`)
    },
  })
  return JSON.stringify(await outcomeOf(place.log, task))
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? String(error)
}

try {
  writeSync(1, `done ${await run()}\n`)
} catch (error) {
  writeSync(1, `failed ${codeOf(error)}\n`)
}
process.exit()
