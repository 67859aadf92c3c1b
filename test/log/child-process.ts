import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** A program of this folder, run in a process of its own; no file may grow above `maxFileBytes`. */
export class ChildProcess {
  output = ''
  readonly exited: Promise<unknown>
  readonly #child: ChildProcessByStdio<null, Readable, null>

  constructor(program: string, args: readonly string[], maxFileBytes?: number) {
    const path = join(import.meta.dirname, program)
    const command = [process.execPath, path, ...args]
    if (maxFileBytes !== undefined) command.unshift('prlimit', `--fsize=${maxFileBytes}`)
    this.#child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child.stdout.setEncoding('utf8').on('data', (text) => {
      this.output += text
    })
    this.exited = once(this.#child, 'close')
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** The first line of what it says. */
  async said(): Promise<string> {
    while (!this.output.includes('\n')) {
      await Promise.race([once(this.#child.stdout, 'data'), this.exited])
      if (this.#child.exitCode !== null) break
    }
    return this.output.split('\n')[0]
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.exited
  }
}
