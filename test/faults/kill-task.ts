import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { EmbeddedOutcome } from './embedded-run.ts'

/**
 * The task of a data directory, run by a process of its own: all runs that are compared are, because a test runner's own
 * process changes the text of arrows, by which state is named.
 */
export class TaskProcess {
  output = ''
  private readonly child: ChildProcessByStdio<null, Readable, null>
  private readonly ended: Promise<unknown>

  constructor(directory: string, environment: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [join(import.meta.dirname, 'killed-process.ts'), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    })
    this.child.stdout.setEncoding('utf8').on('data', (text) => {
      this.output += text
    })
    this.ended = once(this.child, 'close')
  }

  /** Until it ends by itself or is killed; the signal that ended it. */
  async end(): Promise<NodeJS.Signals | null> {
    await this.ended
    return this.child.signalCode
  }

  /** Kills it so long after its first commit; true unless it had ended before. */
  async killAfter(ms: number): Promise<boolean> {
    while (!this.output.includes('\n') && this.child.exitCode === null && this.child.signalCode === null) await wait(2)
    await wait(ms)
    this.child.kill('SIGKILL')
    return (await this.end()) === 'SIGKILL'
  }

  /** Lets it run until it fails, and gives the error's code and those of what it got over; undefined when it did not fail. */
  async failure(): Promise<{ readonly code: string; readonly troubles: readonly string[] } | undefined> {
    await this.end()
    const lines = this.output.trimEnd().split('\n')
    const last = lines[lines.length - 1]
    if (!last.startsWith('failed ')) return undefined
    const troubles = lines.filter((line) => line.startsWith('trouble ')).map((line) => line.slice(8))
    return { code: last.slice(7), troubles: [...new Set(troubles)] }
  }

  /** Lets it run to its end, and gives what came of it. */
  async outcome(): Promise<EmbeddedOutcome> {
    await this.end()
    const [, done] = this.output.split('done ')
    if (done === undefined) throw new Error(`the process ended early: ${this.output.slice(-300)}`)
    return JSON.parse(done)
  }
}

/** Runs the task until it comes to a point for the nth time, where it kills itself; true when it came there. */
export async function killAt(directory: string, point: string, nth: number): Promise<boolean> {
  const child = new TaskProcess(directory, { MILLRACE_TEST_KILL: `${nth} ${point}` })
  return (await child.end()) === 'SIGKILL'
}
