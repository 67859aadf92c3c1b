import { existsSync, readFileSync } from 'node:fs'

const TICKS_A_SECOND = 100 // of /proc/<pid>/stat, on every Linux
const STAT = '/proc/self/stat'

/** Seconds that a piece of work took: by the clock, and of CPU, user and system, of all threads and ended child processes. */
export interface Spent {
  readonly wallSeconds: number
  readonly cpuSeconds: number
}

/** What `work` takes, and what it gives. */
export async function spent<Output>(
  work: () => Promise<Output> | Output,
): Promise<Spent & { readonly output: Output }> {
  const cpu = cpuSeconds()
  const begun = performance.now()
  const output = await work()
  return { wallSeconds: (performance.now() - begun) / 1000, cpuSeconds: cpuSeconds() - cpu, output }
}

/** CPU seconds of this process and of its children that have ended. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6 + childSeconds()
}

/** Without /proc no children are counted; `runChild` runs none there. */
function childSeconds(): number {
  if (!existsSync(STAT)) return 0
  const [, after] = readFileSync(STAT, 'utf8').split(') ', 2) // the name before it may hold spaces
  const fields = after.split(' ')
  return (Number(fields[13]) + Number(fields[14])) / TICKS_A_SECOND
}
