import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { CheckedRun } from './checked-run.ts'

export interface RunToCheck {
  readonly data: string
  readonly streams: string
  readonly stream: string
  /** Written by `JournalWatch`. */
  readonly journal: string
  readonly models: string
}

/** Checks a run against its journal, in a process of its own: a test runner's changes the text of arrows, by which state is named. */
export function checkRun({ data, streams, stream, journal, models }: RunToCheck): CheckedRun {
  const program = join(import.meta.dirname, 'checked-run.ts')
  const printed = execFileSync(process.execPath, [program, data, streams, stream, journal, models], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  return JSON.parse(printed.trimEnd().split('\n').at(-1) as string)
}
