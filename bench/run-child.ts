import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * Runs a program of this folder in a Node process of its own and gives what it printed as JSON on its last line. Its CPU
 * time counts for whoever measures around the call.
 */
export async function runChild<Output>(program: string, options: readonly string[] = []): Promise<Output> {
  let last = ''
  const code = await run(program, options, (line) => {
    last = line
  })
  if (code !== 0) throw new Error(`${program} ${options.join(' ')} ended with ${code}`)
  return JSON.parse(last) as Output
}

/** Runs a program until it prints a line that `isIt`, and kills it there. Gives the milliseconds since its start. */
export async function runChildUntil(
  program: string,
  options: readonly string[],
  isIt: (line: string) => boolean,
): Promise<number> {
  const begun = performance.now()
  let reached = Number.NaN
  await run(program, options, (line, child) => {
    if (!Number.isNaN(reached) || !isIt(line)) return
    reached = performance.now() - begun
    child.kill('SIGKILL')
  })
  if (Number.isNaN(reached)) throw new Error(`${program} ${options.join(' ')} ended before what was waited for`)
  return reached
}

async function run(
  program: string,
  options: readonly string[],
  onLine: (line: string, child: ChildProcess) => void,
): Promise<number | null> {
  if (!existsSync('/proc/self/stat'))
    throw new Error('the CPU time of child processes is read from /proc: run this on Linux')
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, program), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => onLine(line, child))
  const read = new Promise((resolve) => lines.once('close', resolve))
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  await read
  process.off('exit', kill)
  return code
}
