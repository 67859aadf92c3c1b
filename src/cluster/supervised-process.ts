import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { MillraceError } from '../errors.ts'

export interface SupervisedProcessOptions {
  /** What it is, as errors name it. */
  readonly name: string
  /** The program. */
  readonly command: string
  readonly args: readonly string[]
  /** Where what it says is kept. */
  readonly logFile: string
  /** What it says once it can be used. */
  readonly ready: RegExp
  readonly startTimeoutMs?: number
}

const STOP_MS = 10_000
const KEPT_CHARACTERS = 64 * 1024

// The shell ends the program as soon as its standard input closes: also when this process dies of kill -9. A terminal's
// Ctrl-C goes to all: the shell outlives it, since it knows whether the program has ended.
const supervised = `trap '' INT; exec 3<&0; "$@" </dev/null & pid=$!; echo "pid $pid"
{ cat <&3 >/dev/null; kill $pid || exit; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -0 $pid || exit; done; kill -9 $pid; } >/dev/null 2>&1 &
wait $pid`

/** A program that lives no longer than this process. */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #said = ''
  #pid = 0

  private constructor(options: SupervisedProcessOptions) {
    this.#options = options
    this.#child = spawn('sh', ['-c', supervised, 'sh', options.command, ...options.args], { stdio: 'pipe' })
    this.#ended = once(this.#child, 'exit')
    const log = createWriteStream(options.logFile, { flags: 'a' })
    const keep = (text: string) => {
      log.write(text)
      if (this.#pid === 0) this.#pid = Number(/^pid (\d+)/.exec(text)?.[1] ?? 0)
      this.#said = (this.#said + text).slice(-KEPT_CHARACTERS)
    }
    this.#child.stdout?.setEncoding('utf8').on('data', keep)
    this.#child.stderr?.setEncoding('utf8').on('data', keep)
    this.#child.stdin?.on('error', () => {})
  }

  /** Resolves when the program has said that it is ready. Throws MILLRACE_CLUSTER_START. */
  static async start(options: SupervisedProcessOptions): Promise<SupervisedProcess> {
    const running = new SupervisedProcess(options)
    try {
      await running.#ready()
    } catch (error) {
      await running.kill()
      throw error
    }
    return running
  }

  /** Of the program, for signals. */
  get pid(): number {
    return this.#pid
  }

  /** Ends it cleanly, or by force after ten seconds. */
  async stop(): Promise<void> {
    this.#signal('SIGTERM')
    const timer = setTimeout(() => this.#signal('SIGKILL'), STOP_MS)
    await this.#ended
    clearTimeout(timer)
    this.#child.stdin?.destroy()
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL')
    await this.#ended
    this.#child.stdin?.destroy()
  }

  async #ready(): Promise<void> {
    const { name, ready, startTimeoutMs = 60_000, logFile } = this.#options
    const deadline = Date.now() + startTimeoutMs
    while (!ready.test(this.#said)) {
      const late = Date.now() > deadline
      if (this.#child.exitCode !== null || late) {
        const wrong = late ? `it was not ready within ${startTimeoutMs / 1000} s` : 'it ended as it started'
        const last = this.#said.trim().split('\n').slice(-3).join(' | ')
        throw new MillraceError('MILLRACE_CLUSTER_START', name, `${wrong} (${last})`, `See ${logFile}`)
      }
      await Promise.race([this.#ended, new Promise((resolve) => setTimeout(resolve, 50))])
    }
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      if (this.#pid > 0 && this.#child.exitCode === null) process.kill(this.#pid, signal)
      else this.#child.kill(signal)
    } catch {
      // It has ended already.
    }
  }
}
