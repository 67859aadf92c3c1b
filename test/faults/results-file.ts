import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

const file = join(import.meta.dirname, 'results.json')

/** Writes what a part of the fault runs came to into `results.json`, beside what the other parts have. */
export function writeResults(part: string, results: object): void {
  const machine = `${cpus()[0]?.model}, ${cpus().length} cores, ${process.platform}, Node ${process.version}`
  const before = readResults()
  const merged = { ...before, [part]: { ...before[part], machine, ...results } }
  writeFileSync(file, `${JSON.stringify(merged, undefined, 2)}\n`)
}

function readResults(): Readonly<Record<string, object | undefined>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {} // the first run
  }
}
