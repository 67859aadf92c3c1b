import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const imported = /(?:\bfrom|\bimport)\s*\(?\s*(['"])([^'"\n]+)\1/g

/**
 * What a stream's code is, as a digest in hexadecimal: the sources of its file and of all that it imports by a relative
 * path, the versions of the packages it imports, and `facts` (its schemas, versions of Millrace and Node). Where two digests
 * agree, the same input gives the same output.
 */
export function codeDigest(entry: string, facts: Readonly<Record<string, unknown>>): string {
  const root = dirname(entry)
  const packages = new Map<string, string>()
  const sources = new Map<string, string>()
  collect(entry, sources, packages)
  const hash = createHash('sha256')
  const parts = [...sources].map(([path, text]) => [relative(root, path).replaceAll('\\', '/'), text] as const)
  for (const [path, text] of [...parts].sort(byName)) hash.update(`${path}\0${text.length}\0${text}`)
  hash.update(JSON.stringify([...packages].sort(byName)))
  hash.update(JSON.stringify(facts))
  return hash.digest('hex')
}

function collect(path: string, sources: Map<string, string>, packages: Map<string, string>): void {
  if (sources.has(path)) return
  const text = readIfThere(path)
  if (text === undefined) return // an import in a comment or a text; a real one fails when it is imported
  sources.set(path, text)
  for (const [, , from] of text.matchAll(imported)) {
    if (from.startsWith('.')) collect(resolve(dirname(path), from), sources, packages)
    else if (!from.startsWith('node:') && from !== 'millrace' && !from.startsWith('millrace/')) {
      const name = from.split('/', from.startsWith('@') ? 2 : 1).join('/')
      packages.set(name, versionOf(name, path))
    }
  }
}

function versionOf(name: string, from: string): string {
  for (const folder of createRequire(pathToFileURL(from)).resolve.paths(name) ?? []) {
    const text = readIfThere(join(folder, name, 'package.json'))
    if (text !== undefined) return String((JSON.parse(text) as { version?: unknown }).version)
  }
  return ''
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function byName(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
}
