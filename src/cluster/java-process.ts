import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { MillraceError } from '../errors.ts'

export interface JavaProcessOptions {
  /** What it is, as errors name it. */
  readonly name: string
  /** Arguments of `java`. */
  readonly args: readonly string[]
  /** Where what it says is kept. */
  readonly logFile: string
  /** What it says once it can be used. */
  readonly ready: RegExp
  readonly startTimeoutMs?: number
}

const STOP_MS = 10_000
const KEPT_CHARACTERS = 64 * 1024

// The shell ends the virtual machine as soon as its standard input closes: also when this process dies of kill -9.
const supervised =
  'exec 3<&0; "$@" </dev/null & pid=$!; echo "pid $pid"; { cat <&3 >/dev/null; kill $pid; } & wait $pid'

/** A Java program that lives no longer than this process. */
export class JavaProcess {
  readonly #options: JavaProcessOptions
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #said = ''
  #pid = 0

  private constructor(options: JavaProcessOptions) {
    this.#options = options
    this.#child = spawn('sh', ['-c', supervised, 'sh', 'java', ...options.args], { stdio: 'pipe' })
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
  static async start(options: JavaProcessOptions): Promise<JavaProcess> {
    const running = new JavaProcess(options)
    try {
      await running.#ready()
    } catch (error) {
      await running.kill()
      throw error
    }
    return running
  }

  /** Of the virtual machine, for signals. */
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
