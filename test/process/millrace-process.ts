import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The command line in a process of its own, as a user starts it, in the folder of this project. */
export class MillraceProcess {
  output = ''
  errors = ''
  private readonly child: ChildProcess
  private readonly closed: Promise<unknown>

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}, folder = root) {
    this.child = spawn(process.execPath, [join(root, 'bin/millrace.js'), ...args], {
      cwd: folder,
      env: { ...process.env, MILLRACE_PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text
    })
    this.closed = once(this.child, 'close')
  }

  /** Resolves when standard output matches; rejects when the process ends before. */
  async said(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) {
      if (this.child.exitCode !== null) throw new Error(`ended before it said ${pattern}: ${this.output}${this.errors}`)
      await Promise.race([once(this.child.stdout as NodeJS.ReadableStream, 'data'), this.closed])
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name)
  }

  /** The exit code, or the signal that ended it. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    await this.closed
    return this.child.exitCode ?? this.child.signalCode
  }
}

/** Runs a command to its end; its exit code and what it said. */
export async function runMillrace(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  folder = root,
) {
  const running = new MillraceProcess(args, environment, folder)
  const exitCode = await running.ended()
  return { exitCode, output: running.output, errors: running.errors }
}
