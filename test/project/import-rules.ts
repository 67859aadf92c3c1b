import { posix } from 'node:path'
import { lineOf, type SourceFile, type SyntaxNode, walk } from './parse-source.ts'
import { type Folder, rings } from './rings.ts'

/** The folder of src that a path lies in; '' for the files of src itself. */
export function folderOf(path: string): string {
  const [, folder, file] = path.split('/')
  return file === undefined ? '' : folder
}

/**
 * What breaks the table of rings: an import of a folder further out, of a package that the ring may not know, of a file
 * that isn't there, and cycles. `dependencies` are the packages of package.json that an installed Millrace has.
 */
export function importViolations(files: readonly SourceFile[], dependencies: readonly string[]): string[] {
  const paths = new Set(files.map((file) => file.path))
  const violations: string[] = []
  for (const file of files) {
    const name = folderOf(file.path)
    const folder = rings[name]
    if (name !== '' && folder === undefined) violations.push(`${file.path}: src/${name} is not in the table of rings`)
    for (const { from } of file.imports) {
      if (!from.startsWith('.')) violations.push(...packageViolations(file.path, folder, from, dependencies))
      else violations.push(...folderViolations(file.path, folder, posix.join(posix.dirname(file.path), from), paths))
    }
  }
  return [...violations, ...cycles(fileGraph(files), 'files'), ...cycles(folderGraph(files), 'folders')]
}

function folderViolations(
  path: string,
  folder: Folder | undefined,
  target: string,
  paths: ReadonlySet<string>,
): string[] {
  if (!paths.has(target)) return [`${path}: imports ${target}, which is no source file`]
  const own = folderOf(path)
  const other = folderOf(target)
  if (other === '') {
    if (target === 'src/errors.ts' || path === 'src/index.ts') return []
    return [`${path}: imports ${target}; only errors.ts is for everyone`]
  }
  if (own === other || path === 'src/index.ts') return []
  if (folder === undefined) return own === '' ? [`${path}: imports ${target}; it may import nothing`] : []
  return folder.imports.includes(other) ? [] : [`${path}: src/${own} may not import src/${other}`]
}

function packageViolations(
  path: string,
  folder: Folder | undefined,
  from: string,
  dependencies: readonly string[],
): string[] {
  if (from === 'millrace' || from.startsWith('millrace/')) return [`${path}: imports ${from}, the door for users`]
  const name = from.split('/', from.startsWith('@') ? 2 : 1).join('/')
  if (folder?.ring !== 'edge') {
    return folder?.packages?.includes(name)
      ? []
      : [`${path}: the ${folder?.ring ?? 'root'} ring may not import ${from}`]
  }
  if (from.startsWith('node:') || dependencies.includes(name)) return []
  return [`${path}: imports ${from}, which package.json has not among its dependencies`]
}

/** Files named by `new URL('./worker.ts', import.meta.url)`: the published package has .js there, and the compiler rewrites imports only. */
export function urlViolations(file: SourceFile): string[] {
  const violations: string[] = []
  walk(file.program, (node) => {
    if (node.type !== 'NewExpression' || (node.callee as SyntaxNode).name !== 'URL') return
    const [first] = node.arguments as SyntaxNode[]
    if (typeof first?.value !== 'string' || !first.value.endsWith('.ts')) return
    const place = `${file.path}:${lineOf(file.text, node.start)}`
    violations.push(
      `${place}: new URL('${first.value}') is not there in the published package; take the extension of import.meta.filename`,
    )
  })
  return violations
}

type Graph = ReadonlyMap<string, ReadonlySet<string>>

/** Which file needs which other one to be there when it is loaded. */
function fileGraph(files: readonly SourceFile[]): Graph {
  const targets = (file: SourceFile) =>
    file.imports
      .filter(({ from, typeOnly }) => from.startsWith('.') && !typeOnly)
      .map(({ from }) => posix.join(posix.dirname(file.path), from))
  return new Map(files.map((file) => [file.path, new Set(targets(file))]))
}

/** Which folder names which other one, types included. */
function folderGraph(files: readonly SourceFile[]): Graph {
  const graph = new Map<string, Set<string>>()
  for (const file of files) {
    const own = folderOf(file.path)
    if (own === '') continue
    const targets = graph.get(own) ?? new Set()
    graph.set(own, targets)
    for (const { from } of file.imports) {
      const other = from.startsWith('.') ? folderOf(posix.join(posix.dirname(file.path), from)) : ''
      if (other !== '' && other !== own) targets.add(other)
    }
  }
  return graph
}

/** Each cycle once, by depth-first search. */
function cycles(graph: Graph, what: string): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (node: string): void => {
    const start = path.indexOf(node)
    if (start >= 0) found.push(`${what} import in a circle: ${[...path.slice(start), node].join(' -> ')}`)
    if (start >= 0 || done.has(node)) return
    path.push(node)
    for (const next of graph.get(node) ?? []) visit(next)
    path.pop()
    done.add(node)
  }
  for (const node of graph.keys()) visit(node)
  return found
}
