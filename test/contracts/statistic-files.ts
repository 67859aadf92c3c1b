import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../../src/stats/', import.meta.url)

/**
 * The files of src/stats that hold a statistic: those that import the contract `contract` (so factories are found too),
 * and those with an export of its silhouette, whatever they import.
 */
export async function filesWith(contract: 'statistic.ts' | 'timed-statistic.ts'): Promise<string[]> {
  const found: string[] = []
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.ts') || file === 'index.ts') continue
    const imports = readFileSync(new URL(file, folder), 'utf8').includes(`from './${contract}'`)
    const exported = Object.values(await import(new URL(file, folder).href))
    if (imports || exported.some((value) => silhouette(value) === contract)) found.push(file)
  }
  return found
}

/**
 * The contract that an exported value looks like: both have the same methods, but a timed `update` takes five
 * arguments.
 */
function silhouette(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { width, reset, update, read } = value as Record<string, unknown>
  if (typeof width !== 'number' || typeof reset !== 'function' || typeof read !== 'function') return undefined
  if (typeof update !== 'function') return undefined
  return update.length > 4 ? 'timed-statistic.ts' : 'statistic.ts'
}
